import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import compiler from "miniprogram-compiler";
import { expect, test } from "vitest";
import { app, config, parts, ROOT, styles, templates } from "../../preview/pack.mjs";
import { packageBytes } from "../../preview/size.mjs";
import { en } from "../../words/en";
import { zh } from "../../words/zh";

/** WeChat's limit for a package that is loaded at once. */
const MOST_BYTES = 2 * 1024 * 1024;

test("the component engine compiles every page and component without a warning", () => {
  expect(templates()).toContain("pages/channel/channel");
});

test("WeChat's own compiler takes every page, component and style, and would not take a broken one", () => {
  const list = (end: string) => parts().map((path) => `${path}.${end}`).filter((path) => existsSync(join(ROOT, path)));
  expect(compiler.wxmlToJs(ROOT, { wxmlList: list("wxml"), wxsList: [] })).toContain("pages/channel/channel.wxml");
  expect(Object.keys(compiler.wxssToJs(ROOT, { wxssList: ["app.wxss", "icons.wxss", ...list("wxss")] }))).not.toEqual([]);
  const broken = mkdtempSync(join(tmpdir(), "wxml-"));
  writeFileSync(join(broken, "page.wxml"), "<view><text></view>");
  expect(() => compiler.wxmlToJs(broken)).toThrow();
});

test("every page is a component, and everything that is used is there", () => {
  for (const path of parts()) {
    expect(readFileSync(join(ROOT, `${path}.ts`), "utf8"), path).toMatch(/^Component\(/m);
    if (!app().pages.includes(path)) expect(config(path).component, path).toBe(true);
  }
});

test("a handler that a template names is a method beside it", () => {
  for (const path of parts()) {
    const template = readFileSync(join(ROOT, `${path}.wxml`), "utf8");
    const code = readFileSync(join(ROOT, `${path}.ts`), "utf8");
    for (const [, name] of template.matchAll(/(?:bind|catch):\w+="(\w+)"/g)) {
      expect(code, `${path}: ${name}`).toMatch(new RegExp(`^    (async )?${name}\\(`, "m"));
    }
  }
});

test("words that a template shows exist in both languages, and none is written into it", () => {
  expect(Object.keys(en)).toEqual(Object.keys(zh));
  for (const path of parts()) {
    const template = readFileSync(join(ROOT, `${path}.wxml`), "utf8");
    for (const [, name] of template.matchAll(/\bw\.(\w+)/g)) expect(zh, `${path}: ${name}`).toHaveProperty(name!);
    expect(template.replace(/<!--[\s\S]*?-->/g, ""), path).not.toMatch(/[\u4e00-\u9fff]/);
  }
});

test("a fill-in of one language is one of the other", () => {
  const holes = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([each]) => each).sort();
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
    if (key !== "actions_for") expect(holes(en[key]), key).toEqual(holes(zh[key]));
  }
});

test("styles name classes only, as components must, and every colour comes from the app's", () => {
  for (const path of parts()) {
    const style = styles(path);
    expect(style, path).not.toMatch(/(^|[\s,}>])(view|text|image|button|input|textarea|page)\b\s*[{,.:>]/);
    expect(style, path).not.toMatch(/rpx/);
  }
});

test("the package is within WeChat's limit", () => {
  expect(packageBytes()).toBeGreaterThan(10_000);
  expect(packageBytes()).toBeLessThan(MOST_BYTES);
});

test("nothing in the package refers to what stays outside it", () => {
  const visit = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? visit(path) : [path];
  });
  for (const folder of ["chat", "components", "house", "pages", "socket", "words"]) {
    for (const file of visit(join(ROOT, folder)).filter((name) => name.endsWith(".ts"))) {
      expect(readFileSync(file, "utf8"), file).not.toMatch(/from "[^"]*(preview|tests|node_modules)/);
    }
  }
});

/** The mini-program's files as they are, and what they are made into: the pages and components, compiled. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { TmplGroup } from "glass-easel-template-compiler";
import * as wxss from "./wxss.mjs";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @returns {{pages: string[], window: Record<string, string>}} */
export function app() {
  return JSON.parse(readFileSync(join(ROOT, "app.json"), "utf8"));
}

/** Every page, and every component that one of them uses. @returns {string[]} */
export function parts() {
  const found = new Set();
  const visit = (path) => {
    if (found.has(path)) return;
    for (const used of Object.values(config(path).usingComponents ?? {})) visit(resolve(path, used));
    found.add(path);
  };
  for (const page of app().pages) visit(page);
  return [...found];
}

export function config(path) {
  return JSON.parse(readFileSync(join(ROOT, `${path}.json`), "utf8"));
}

function resolve(from, used) {
  return used.startsWith("/") ? used.slice(1) : relative(ROOT, join(ROOT, dirname(from), used));
}

/** All templates, compiled together: an expression that gives them by path. Throws with what is wrong, and where. */
export function templates() {
  const group = new TmplGroup();
  const wrong = [];
  for (const path of parts()) {
    const told = group.addTmpl(path, readFileSync(join(ROOT, `${path}.wxml`), "utf8")) ?? [];
    for (const each of told) wrong.push(`${path}.wxml:${each.startLine ?? each.start_line ?? "?"}: ${each.message ?? each}`);
  }
  if (wrong.length) throw new Error(wrong.join("\n"));
  return group.getTmplGenObjectGroups();
}

export function scopeOf(path) {
  return path.replaceAll("/", "_");
}

export function styles(path) {
  const file = join(ROOT, `${path}.wxss`);
  return existsSync(file) ? wxss.compile(wxss.read(file), path === "app" ? "" : scopeOf(path)) : "";
}

/** What the code of a page or component needs around it. */
export function described(path) {
  return { path, scope: scopeOf(path), config: config(path), style: styles(path), page: app().pages.includes(path) };
}

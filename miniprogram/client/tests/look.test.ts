import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sized } from "../pages/sized";
import { ROOT, app } from "../preview/pack.mjs";
import { files } from "../preview/size.mjs";

const sheet = readFileSync(join(ROOT, "app.wxss"), "utf8");
const [day, night] = [...sheet.matchAll(/page \{([^}]*)\}/g)].map(([, block]) => Object.fromEntries([...block!.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name!, colour!])));

/** What is written, and on what. */
const WRITTEN: [string, string[]][] = [
  ["ink", ["paper", "raised", "sunken", "mine"]], ["ink-2", ["paper", "raised", "sunken"]], ["ink-3", ["paper", "raised"]],
  ["leaf", ["paper", "raised", "leaf-soft"]], ["leaf-ink", ["leaf"]], ["mine-ink", ["mine"]], ["amber", ["amber-soft", "paper"]], ["seal", ["paper", "raised", "seal-soft"]],
];
/** What the web's guidelines ask for words of ordinary size. */
const LEAST = 4.5;

function light(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

test.each([["day", day], ["night", night]] as const)("by %s every word stands out from what it is written on", (_, colours) => {
  const faint = WRITTEN.flatMap(([ink, grounds]) => grounds.map((ground) => {
    const [bright, dark] = [light(colours![ink]!), light(colours![ground]!)].sort((one, other) => other - one);
    return { ink, ground, contrast: Math.round(((bright! + 0.05) / (dark! + 0.05)) * 100) / 100 };
  })).filter(({ contrast }) => contrast < LEAST);
  expect(faint).toEqual([]);
});

test("every size of text follows what the person set in WeChat", () => {
  const fixed = files().filter((path) => path.endsWith(".wxss")).flatMap((path) => readFileSync(path, "utf8").match(/font-size: [\d.]+r?px|font: /g) ?? []);
  expect(fixed).toEqual([]);
  const pages = app().pages.map((path) => readFileSync(join(ROOT, `${path}.wxml`), "utf8").split("\n")[0]);
  expect(new Set(pages)).toEqual(new Set(['<page-meta page-style="{{sized}}" />']));
});

test.each([[undefined, 1], [1.4, 1.4], [0.8, 0.9], [2, 1.5], [Number.NaN, 1]])("text that is %s times as large is drawn %s times", (text, times) => {
  Object.assign(globalThis, { wx: { getAppBaseInfo: () => ({ fontSizeScaleFactor: text }) } });
  expect(sized()).toBe(`--text: ${times}`);
});

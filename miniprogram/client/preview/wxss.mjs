/**
 * WXSS as CSS that a browser takes: rpx become vw (the phone is as wide as its frame), imports are put in place, class
 * names get their page's or component's prefix, as WeChat keeps their styles apart, and `page` is the document's body.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const RPX_OF_THE_SCREEN = 750;
/** WeChat's bar is no part of the page: a page's vh is a hundredth of what is left. */
const BAR_PX = 44;

/** @param {string} file @returns {string} */
export function read(file) {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  return text.replace(/@import\s+"([^"]+)";?/g, (_, name) => read(name.startsWith("/") ? join(root(file), name) : join(dirname(file), name)));
}

/** @param {string} text @param {string} scope @returns {string} */
export function compile(text, scope = "") {
  return night(text)
    .replace(/(-?\d*\.?\d+)rpx\b/g, (_, number) => `${Number((Number(number) * 100) / RPX_OF_THE_SCREEN).toFixed(4)}vw`)
    .replace(/(\d*\.?\d+)vh\b/g, (_, number) => `calc(${number} * (1vh - ${BAR_PX / 100}px))`)
    .replace(/([^{};]+)\{/g, (whole, selector) => (selector.trim().startsWith("@") ? whole : `${scoped(selector, scope)}{`));
}

/** The preview chooses day or night for each phone, so what asks the system asks the document instead. */
function night(text) {
  const start = text.indexOf("@media (prefers-color-scheme: dark)");
  if (start < 0) return text;
  let [depth, end] = [0, text.indexOf("{", start)];
  const open = end;
  do {
    if (text[end] === "{") depth += 1;
    if (text[end] === "}") depth -= 1;
    end += 1;
  } while (depth > 0);
  const inside = text.slice(open + 1, end - 1).replace(/([^{};]+)\{/g, (_, selector) => `html.night ${selector.trim()} {`);
  return text.slice(0, start) + inside + night(text.slice(end));
}

function scoped(selector, scope) {
  if (/^\s*(from|to|\d+%)/.test(selector)) return selector;
  const named = selector.replace(/\.(-?[_a-zA-Z][\w-]*)/g, (_, name) => (scope ? `.${scope}--${name}` : `.${name}`));
  return named.replace(/(^|[\s,>+~])page\b/g, "$1body");
}

function root(file) {
  return file.slice(0, file.indexOf("/client/") + "/client/".length);
}

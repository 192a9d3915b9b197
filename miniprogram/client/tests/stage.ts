/** The mini-program's own pages on our `wx`, in a document without a browser: what the preview does, for tests. */
import { build } from "../preview/elements";
import { described, parts, styles, templates } from "../preview/pack.mjs";
import type { Part } from "../preview/stage";
import { makeWx } from "../preview/wx/wx";
import type { Phone } from "../preview/wx/wx";

const code = import.meta.glob<object>(["../components/**/*.ts", "../pages/**/*.ts"]);

export interface Played extends Phone {
  toasts: string[];
  went: string[];
  answers: { confirm: boolean; content: string }[];
}

/** A phone whose screen and ways only write down what they were told. */
export function playedPhone(more: Partial<Phone> = {}): Played {
  const kept = new Map<string, string>();
  const phone: Played = {
    who: "alice", appid: "wx1", language: "zh_CN", theme: "light", flight: false, domains: {},
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) },
    screen: {
      toast: (title) => void phone.toasts.push(title), title: () => undefined, shake: () => undefined, show: () => undefined,
      modal: () => Promise.resolve(phone.answers.shift() ?? { confirm: false, content: "" }), sheet: () => Promise.resolve(-1),
    },
    navigation: { open: (url) => void phone.went.push(url), replace: (url) => void phone.went.push(url), restart: (url) => void phone.went.push(url), back: () => void phone.went.push("back") },
    fetch: () => Promise.reject(new Error("nobody answers")), WebSocket: class {} as never,
    loginCode: () => Promise.resolve("code"), phoneCode: () => Promise.resolve("code"),
    toasts: [], went: [], answers: [], ...more,
  };
  return phone;
}

/** `house` is what `getApp()` gives. Loads every part once; more phones may follow. */
export async function play(phone: Phone, house: unknown): Promise<typeof import("../preview/stage")> {
  Object.assign(globalThis, { wx: makeWx(phone), getApp: () => ({ house }), App: () => undefined, getCurrentPages: () => [] });
  build();
  const stage = await import("../preview/stage");
  const compiled = new Function(`return ${templates()}`)() as Record<string, never>;
  for (const path of parts()) {
    stage.define(described(path) as Part, compiled);
    await code[`../${path}.ts`]!();
  }
  return stage;
}

export { styles };

const STEP_MS = 5;

/** In steps: on a machine that stands still for a while, one long wait would be over before what it waits for had its turns. */
export async function settled(milliseconds = 50): Promise<void> {
  for (let waited = 0; waited < milliseconds; waited += STEP_MS) await new Promise((done) => { setTimeout(done, STEP_MS); });
}

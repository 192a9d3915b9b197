// @vitest-environment happy-dom
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import simulate from "miniprogram-simulate";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Refused } from "../../house/refused";
import { parts, ROOT } from "../../preview/pack.mjs";
import { makeWx } from "../../preview/wx/wx";
import { wordsOf } from "../../words/words";
import { playedPhone, settled } from "../stage";

/** The package with its scripts made JavaScript, as DevTools makes it before it runs it. */
let made: string;
let phone: ReturnType<typeof playedPhone>;
const words = wordsOf("zh");
const house = {
  words, api: { post: vi.fn((): Promise<object> => Promise.resolve({})) },
  rooms: { refresh: () => Promise.resolve(), room: () => ({ channels: [{ id: "c_hall" }] }) },
};

beforeAll(() => {
  made = mkdtempSync(join(tmpdir(), "simulated-"));
  cpSync(ROOT, made, { recursive: true, filter: (path) => !/node_modules|tests|preview|\.ts$/.test(path.slice(ROOT.length)) });
  buildSync({ entryPoints: parts().map((path) => join(ROOT, `${path}.ts`)), outdir: made, outbase: ROOT, bundle: true, format: "cjs", target: "es2020", logLevel: "error" });
});

beforeEach(() => {
  document.body.replaceChildren();
  phone = playedPhone();
  Object.assign(globalThis, { wx: makeWx(phone), getApp: () => ({ house }) });
});

interface Shown {
  dom: HTMLElement;
  data: object;
  instance: Record<string, (given: object) => void>;
  attach(to: HTMLElement): void;
  querySelector(selector: string): { dispatchEvent(type: string): void } | undefined;
  addEventListener(type: string, listener: (event: { detail: unknown }) => void): void;
}

/** Each is loaded once: the simulator runs a script when it is first asked for. */
const loaded = new Map<string, string>();

/** A page or a component on WeChat's simulator, its template compiled by WeChat's own compiler. */
function shown(path: string, properties: object = {}): Shown {
  const id = loaded.get(path) ?? simulate.load(join(made, path), { rootPath: made, compiler: "official", less: false });
  loaded.set(path, id);
  const one = simulate.render(id, properties) as unknown as Shown;
  one.attach(document.body);
  return one;
}

test("the composer says whose name is typed, and a tap on a name that is offered completes the draft", async () => {
  const told: [string, unknown][] = [];
  const composer = shown("components/composer/composer", { w: words, people: [{ id: "u_bob", name: "鲍勃", letter: "鲍", hue: 1, avatar: "" }] });
  for (const type of ["typed", "call"]) composer.addEventListener(type, ({ detail }) => told.push([type, detail]));
  composer.instance.typed!({ detail: { value: "喝茶 @鲍", cursor: 5 } });
  await settled();
  composer.querySelector(".one")!.dispatchEvent("tap");
  await settled();
  expect(told).toEqual([["typed", { text: "喝茶 @鲍" }], ["call", { word: "鲍" }], ["typed", { text: "喝茶 @鲍勃 " }], ["call", { word: undefined }]]);
  expect(composer.data).toMatchObject({ text: "喝茶 @鲍勃 ", cursor: 7, focus: true });
});

test("who is muted has no field to write in, whatever would be offered", () => {
  const composer = shown("components/composer/composer", { w: words, silence: "你被禁言", people: [{ id: "u_bob", name: "鲍勃" }] });
  expect(composer.dom.textContent).toContain("你被禁言");
  expect([composer.querySelector(".words"), composer.querySelector(".one")]).toEqual([undefined, undefined]);
});

test("an invitation that does not count says so on the page; one that does leads into the room", async () => {
  const page = shown("pages/join/join");
  page.instance.onLoad!({ code: "r_tea.spring" });
  house.api.post.mockRejectedValueOnce(new Refused("expired", ""));
  page.querySelector(".join-button")!.dispatchEvent("tap");
  await settled();
  expect(page.dom.textContent).toContain(words.code_expired);
  expect(phone.went).toEqual([]);
  page.querySelector(".join-button")!.dispatchEvent("tap");
  await settled();
  expect(house.api.post).toHaveBeenLastCalledWith("/rooms/r_tea/join", { invitation: "spring" });
  expect(phone.went.map((url) => url.replace(/^\//, ""))).toEqual(["pages/channel/channel?id=c_hall"]);
});

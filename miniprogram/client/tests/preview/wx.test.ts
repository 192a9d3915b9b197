// @vitest-environment happy-dom
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../preview/pack.mjs";
import { makeWx } from "../../preview/wx/wx";
import { playedPhone } from "../stage";

const TYPINGS = readFileSync(join(ROOT, "node_modules/miniprogram-api-typings/types/wx/lib.wx.api.d.ts"), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return path.endsWith(".ts") ? [readFileSync(path, "utf8")] : [];
  });
}

const code = ["chat", "components", "house", "pages", "socket"].flatMap((name) => sources(join(ROOT, name))).join("\n") + readFileSync(join(ROOT, "app.ts"), "utf8");
const spoken = code.replace(/\/\*[\s\S]*?\*\//g, "");
const used = [...new Set([...spoken.matchAll(/\bwx\.(\w+)/g)].map(([, name]) => name!))].sort();
const ours = makeWx(playedPhone()) as Record<string, unknown>;

/** The names of an interface's members in the typings. */
function membersOf(name: string): string[] {
  const start = TYPINGS.search(new RegExp(`interface ${name}\\b[^{]*\\{`));
  expect(start, `${name} in the typings`).toBeGreaterThan(0);
  const text = TYPINGS.slice(start, TYPINGS.indexOf("\n    }\n", start));
  return [...text.matchAll(/^ {8}(\w+)[(<:?]/gm)].map(([, member]) => member!);
}

test("the mini-program uses WeChat's API", () => {
  expect(used.length).toBeGreaterThan(15);
});

test.each(used)("wx.%s is in WeChat's typings, and our wx has it", (name) => {
  expect(membersOf("Wx")).toContain(name);
  expect(typeof ours[name]).toBe("function");
});

test("our wx has nothing that WeChat has not, but what the frame around it needs", () => {
  const wx = membersOf("Wx");
  const others = Object.keys(ours).filter((name) => !wx.includes(name));
  expect(others).toEqual(["fly"]);
});

test.each([
  ["SocketTask", () => (ours.connectSocket as (options: object) => object)({ url: "wss://nowhere.example" })],
  ["RecorderManager", () => (ours.getRecorderManager as () => object)()],
  ["UpdateManager", () => (ours.getUpdateManager as () => object)()],
] as const)("what our %s offers is what WeChat's offers", (name, make) => {
  const made = make();
  const own = [...Object.keys(made), ...Object.getOwnPropertyNames(Object.getPrototypeOf(made) as object)]
    .filter((each) => typeof (made as Record<string, unknown>)[each] === "function" && !["constructor", "connect", "tell", "cut"].includes(each));
  const known = membersOf(name);
  expect(own.length).toBeGreaterThan(2);
  expect(own.filter((each) => !(each in Object.prototype) && !known.includes(each))).toEqual([]);
});

test("PATCH is refused as WeChat refuses it, and so is an address that was not allowed", async () => {
  const request = ours.request as (options: object) => Promise<unknown>;
  await expect(request({ url: "https://elsewhere.example/x" })).rejects.toMatchObject({ errMsg: expect.stringContaining("not in domain list") as string });
  await expect(request({ url: "https://elsewhere.example/x", method: "PATCH" })).rejects.toMatchObject({ errMsg: expect.stringContaining("PATCH") as string });
});

test("what is kept comes back as it was, and not to somebody else", () => {
  const phone = playedPhone();
  const [alice, bob] = [makeWx(phone), makeWx({ ...phone, who: "bob" })] as Record<string, (key: string, value?: unknown) => unknown>[];
  alice!.setStorageSync!("drafts", { c_x: { draft: "half" } });
  expect(alice!.getStorageSync!("drafts")).toEqual({ c_x: { draft: "half" } });
  expect(bob!.getStorageSync!("drafts")).toBe("");
});

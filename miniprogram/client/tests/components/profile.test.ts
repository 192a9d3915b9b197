// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { DOCUMENTS } from "../../documents/documents";
import { HOUSE } from "../../house/address";
import { House } from "../../house/house";
import { makeWx } from "../../preview/wx/wx";
import { play, playedPhone, settled } from "../stage";
import type { Played } from "../stage";

type Asked = { method: string; path: string; body: unknown };
const BOB = { id: "u_bob", name: "鲍勃", avatar: "" };
const ME = { id: "u_me", name: "茶客1", avatar: "" };

let asked: Asked[];
let answers: Record<string, (body: never) => object>;
let phone: Played;
let stage: Awaited<ReturnType<typeof play>>;
/** A real house of this phone's, on whose network `answers` stand. */
const app: { house: House } = { house: undefined as never };

function answered(url: string, { method = "GET", body }: RequestInit): Promise<Response> {
  const path = url.replace("https://house.test/api/v1", "");
  const sent: unknown = typeof body === "string" && body ? JSON.parse(body) : body;
  asked.push({ method, path, body: sent });
  const found = answers[`${method} ${path}`];
  const said = found ? found(sent as never) : { error: { code: "not_found", message: "" } };
  return Promise.resolve(new Response(JSON.stringify(said), { status: "error" in said ? 404 : 200 }));
}

function newPhone(): Played {
  return playedPhone({ domains: { [HOUSE]: "https://house.test" }, fetch: answered as typeof fetch });
}

const count = (wanted: string) => asked.filter(({ method, path }) => `${method} ${path}` === wanted).length;

async function open(path: string, query: Record<string, string> = {}) {
  document.body.replaceChildren();
  const root = stage.create(path, "", document.body);
  const page = root.get() as unknown as Record<string, (given?: unknown) => unknown>;
  page.onLoad?.(query);
  await settled();
  return page;
}

const text = () => document.body.textContent;

/** What stands on the screen with these words, and nothing else, is tapped. */
async function tap(words: string): Promise<void> {
  const found = [...document.querySelectorAll("[role=button]")].find((each) => each.textContent.includes(words));
  stage.tell(found!, "tap", {}, true);
  await settled();
}

beforeAll(async () => {
  phone = newPhone();
  stage = await play(phone, undefined);
  Object.assign(globalThis, { getApp: () => app });
});

beforeEach(async () => {
  asked = [];
  answers = {
    "POST /login": () => ({ token: "t1", expires_in_seconds: 3600, user: ME }),
    "GET /rooms": () => ({ rooms: [{ id: "r_tea", name: "茶馆", locked: false, member: true, by_request: false, verified: false, channels: [] }] }),
    "GET /me/blocked": () => ({ blocked: [BOB] }),
    "DELETE /me/blocked/u_bob": () => ({}),
  };
  phone = newPhone();
  Object.assign(globalThis, { wx: makeWx(phone) });
  app.house = new House();
  await app.house.login.token();
});

afterEach(() => { vi.useRealTimers(); });

test("whom one blocked stands in the list, by the name the house knows, and can be let back", async () => {
  await open("pages/profile/profile");
  expect(text()).toContain("鲍勃");
  await tap("取消屏蔽");
  expect(count("DELETE /me/blocked/u_bob")).toBe(1);
  expect(app.house.blocked.size).toBe(0);
  expect(text()).toContain("没有屏蔽任何人");
});

test("a refused unblocking leaves the person in the list and says why", async () => {
  delete answers["DELETE /me/blocked/u_bob"];
  await open("pages/profile/profile");
  await tap("取消屏蔽");
  expect([text().includes("鲍勃"), phone.toasts]).toEqual([true, ["找不到"]]);
});

test("a name is saved as WeChat left it in the field when it was submitted", async () => {
  answers["PUT /me"] = ({ name }: { name: string }) => ({ ...ME, name });
  const page = await open("pages/profile/profile");
  page.typed!({ detail: { value: "老茶" } });
  await settled();
  page.typed!({ detail: { value: "  老茶客 " } });
  await settled();
  await tap("保存");
  expect(asked.filter(({ method }) => method === "PUT")).toEqual([{ method: "PUT", path: "/me", body: { name: "老茶客" } }]);
  expect([app.house.me?.name, phone.toasts]).toEqual(["老茶客", ["已保存"]]);
  page.typed!({ detail: { value: "" } });
  await page.save!();
  expect(count("PUT /me")).toBe(1);
});

test("a picture is chosen, shows while it is on its way, and is one's own when the house has it", async () => {
  let uploaded: unknown;
  answers["POST /me/avatar"] = (body: FormData) => {
    uploaded = body;
    return { ...ME, avatar: "/avatar/m_1/secret" };
  };
  answers["GET /me"] = () => ME;
  answers["DELETE /me/avatar"] = () => ME;
  let read: (file: Response) => void = () => undefined;
  const file = vi.spyOn(globalThis, "fetch").mockReturnValue(new Promise((done) => { read = done; }));
  const page = await open("pages/profile/profile");
  const shown = () => document.querySelector(".picture .face-picture img")?.getAttribute("src");
  expect(shown()).toBeUndefined();
  const done = page.wear!({ detail: { avatarUrl: "blob:chosen" } }) as Promise<void>;
  await settled();
  expect(shown()).toBe("blob:chosen");
  read(new Response(new Blob(["png"], { type: "image/png" })));
  await done;
  await settled();
  expect(uploaded).toBeInstanceOf(FormData);
  expect([app.house.me?.avatar, shown(), phone.toasts]).toEqual(["/avatar/m_1/secret", "/avatar/m_1/secret", ["已保存"]]);
  phone.answers.push({ confirm: true, content: "" });
  await tap("移除");
  expect([count("DELETE /me/avatar"), shown()]).toEqual([1, undefined]);
  file.mockRestore();
});

test("a picture that is judged first, or was not taken, says so beside the one that one has", async () => {
  answers["GET /me"] = () => ({ ...ME, avatar: "/avatar/m_0/old", avatar_state: "held", avatar_reason: "" });
  await open("pages/profile/profile");
  expect(text()).toContain("新头像正在审核");
  answers["GET /me"] = () => ({ ...ME, avatar_state: "rejected", avatar_reason: "no" });
  await open("pages/profile/profile");
  expect(text()).toContain("没有通过审核");
  answers["POST /me/avatar"] = () => ({ error: { code: "bad_frame", message: "" } });
  const file = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(new Blob(["?"], { type: "image/png" })));
  const page = await open("pages/profile/profile");
  await page.wear!({ detail: { avatarUrl: "blob:broken" } });
  await settled();
  expect([phone.toasts, document.querySelector(".picture-busy")]).toEqual([["茶馆看不懂这个请求"], null]);
  file.mockRestore();
});

test("one's data is asked for once, waited for, and its address copied", async () => {
  let ready = false;
  answers["POST /me/export"] = () => ({ export: { id: "x_1" } });
  answers["GET /me/export"] = () => ({ exports: [{ id: "x_1", ...(ready && { url: "/exports/x_1.zip?s=1" }) }] });
  const copied = vi.spyOn(wx, "setClipboardData").mockImplementation((() => undefined) as never);
  const page = await open("pages/profile/profile");
  vi.useFakeTimers();
  const done = page.exportData!() as Promise<void>;
  void page.exportData!();
  await vi.advanceTimersByTimeAsync(2_100);
  ready = true;
  await vi.advanceTimersByTimeAsync(2_100);
  await done;
  expect([count("POST /me/export"), count("GET /me/export")]).toEqual([1, 2]);
  expect(copied.mock.calls).toEqual([[{ data: `${HOUSE}/exports/x_1.zip?s=1` }]]);
  expect(phone.toasts).toContain("已复制到剪贴板");
});

test("an account is deleted only after the person said so twice, and then nothing of it stays on the phone", async () => {
  answers["DELETE /me"] = () => ({});
  await open("pages/profile/profile");
  phone.answers.push({ confirm: false, content: "" });
  await tap("注销账号");
  expect([count("DELETE /me"), app.house.me?.id]).toEqual([0, "u_me"]);
  app.house.subscriptions.of("c_hall").composer.draft = "未完";
  await app.house.rooms.refresh();
  app.house.keepDrafts();
  phone.answers.push({ confirm: true, content: "" });
  await tap("注销账号");
  expect([count("DELETE /me"), app.house.me, app.house.blocked.size]).toEqual([1, undefined, 0]);
  for (const key of ["drafts", "rooms", "blocked", "login"]) expect([key, wx.getStorageSync(key)]).toEqual([key, ""]);
  expect(phone.went.at(-1)).toContain("pages/rooms/rooms");
});

test("a deletion that failed says so, and the person stays who they are", async () => {
  await open("pages/profile/profile");
  phone.answers.push({ confirm: true, content: "" });
  await tap("注销账号");
  expect([phone.toasts, app.house.me?.id, phone.went]).toEqual([["找不到"], "u_me", []]);
});

test("every text that one agrees to is reached from one's page, and stands there in both languages", async () => {
  await open("pages/profile/profile");
  await tap("关于茶馆");
  expect(phone.went.at(-1)).toContain("document?name=about");
  await open("pages/document/document", { name: "about" });
  for (const title of ["用户协议", "隐私保护指引", "茶馆规矩"]) await tap(title);
  expect(phone.went.slice(-3).map((url) => url.split("name=")[1])).toEqual(Object.keys(DOCUMENTS));
  for (const [name, { zh, en }] of Object.entries(DOCUMENTS)) {
    const headings = (given: string) => given.split("\n").filter((line) => line.startsWith("#")).length;
    expect([name, headings(en)]).toEqual([name, headings(zh)]);
    for (const language of ["zh", "en"] as const) {
      app.house.speak(language);
      await open("pages/document/document", { name });
      expect(text()).toContain({ zh, en }[language].trim().split("\n").at(-1)!);
    }
  }
});

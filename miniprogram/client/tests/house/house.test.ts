// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { HOUSE } from "../../house/address";
import { Api } from "../../house/api";
import { Login } from "../../house/login";
import { dress, Files } from "../../house/media";
import { makeWx } from "../../preview/wx/wx";
import { playedPhone, settled } from "../stage";

const HOUR = 3600;
let asked: { method: string; path: string; token: string; body: unknown }[];
let answers: (path: string, token: string) => { status: number; body: unknown };

/** One phone, on whose network `answers` is the house. */
function phone(more = {}) {
  const given = playedPhone({
    domains: { [HOUSE]: "https://house.test" },
    fetch: ((url: string, init: RequestInit) => {
      const path = url.replace("https://house.test/api/v1", "");
      const token = ((init.headers as Record<string, string>).Authorization ?? "").replace("Bearer ", "");
      asked.push({ method: init.method ?? "", path, token, body: typeof init.body === "string" ? JSON.parse(init.body) : undefined });
      const { status, body } = answers(path, token);
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    }) as typeof fetch,
    ...more,
  });
  Object.assign(globalThis, { wx: makeWx(given) });
  return given;
}

function loggedIn(token: string) {
  return { status: 200, body: { token, expires_in_seconds: HOUR, user: { id: "u_me", name: "茶客1", avatar: "" } } };
}

beforeEach(() => {
  asked = [];
  answers = (path, token) => (path === "/login" ? loggedIn(`t${asked.filter((each) => each.path === "/login").length}`) : { status: 200, body: { token } });
});

test("many questions at once log in once, and the token outlives the app", async () => {
  const given = phone();
  const api = new Api(new Login(() => undefined));
  await Promise.all([api.get("/rooms"), api.get("/me"), api.get("/search?q=x")]);
  expect(asked.filter((each) => each.path === "/login")).toHaveLength(1);
  Object.assign(globalThis, { wx: makeWx(given) });
  await new Api(new Login(() => undefined)).get("/rooms");
  expect(asked.filter((each) => each.path === "/login")).toHaveLength(1);
  expect(asked.at(-1)).toMatchObject({ method: "GET", token: "t1" });
});

test("a token that counts no more is replaced once; what is refused then stays refused", async () => {
  phone();
  const api = new Api(new Login(() => undefined));
  answers = (path, token) => {
    if (path === "/login") return loggedIn(`t${asked.filter((each) => each.path === "/login").length}`);
    return token === "t1" ? { status: 401, body: { error: { code: "expired", message: "over" } } } : { status: 200, body: { ok: true } };
  };
  expect(await api.get("/me")).toEqual({ ok: true });
  answers = (path) => (path === "/login" ? loggedIn("t9") : { status: 401, body: { error: { code: "unauthenticated", message: "signed out" } } });
  asked = [];
  await expect(api.get("/me")).rejects.toMatchObject({ code: "unauthenticated" });
  expect(asked.map((each) => each.path)).toEqual(["/me", "/login", "/me"]);
});

test("no network and an answer that is none are told apart", async () => {
  const given = phone();
  const api = new Api(new Login(() => undefined));
  answers = (path) => (path === "/login" ? loggedIn("t1") : { status: 502, body: "gateway" });
  await expect(api.get("/rooms")).rejects.toMatchObject({ code: "unavailable" });
  given.fetch = () => Promise.reject(new TypeError("gone"));
  await expect(api.get("/rooms")).rejects.toMatchObject({ code: "offline", temporary: true });
});

test("addresses of files are asked for together, and again when they end or are still being made", async () => {
  phone();
  const changed = vi.fn();
  const files = new Files(new Api(new Login(() => undefined)), changed);
  answers = (path) => (path === "/login" ? loggedIn("t1") : { status: 200, body: { media: [{ id: "m_1", state: "ready", url: `/media/m_1/a.png?e=${Date.now() + 600_000}&s=x` }, { id: "m_2", state: "ready", url: "/media/m_2/b.png?e=1&s=x" }] } });
  expect([files.of("m_1"), files.of("m_2"), files.of("m_1")]).toEqual([undefined, undefined, undefined]);
  await settled(120);
  expect(asked.filter((each) => each.path.startsWith("/media")).map((each) => each.path)).toEqual(["/media?ids=m_1,m_2"]);
  expect(changed).toHaveBeenCalled();
  const row = { key: "k", kind: "message", seq: 1, text: "", type: "image", body: { media: "m_1", width: 840, height: 420 } } as const;
  expect(dress(row, files)).toMatchObject({ address: expect.stringContaining(`${HOUSE}/media/m_1`) as string, frame: "width: 420rpx; height: 210rpx" });
  vi.useFakeTimers({ now: Date.now() + 6 * 60_000, toFake: ["Date"] });
  files.of("m_2");
  vi.useRealTimers();
  await settled(120);
  expect(asked.at(-1)!.path).toBe("/media?ids=m_2");
});

test("a file that nobody may see is not asked for again and again", async () => {
  phone();
  const files = new Files(new Api(new Login(() => undefined)), () => undefined);
  answers = (path) => (path === "/login" ? loggedIn("t1") : { status: 200, body: { media: [] } });
  files.of("m_gone");
  await settled(120);
  files.of("m_gone");
  await settled(120);
  expect(asked.filter((each) => each.path.startsWith("/media"))).toHaveLength(1);
});

// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Subscriptions } from "../../socket/subscriptions";
import type { Frame } from "../../socket/connection";
import { FIRST } from "../../chat/window";
import { Refused } from "../../house/refused";
import { keep } from "../../house/storage";
import { wordsOf } from "../../words/words";
import { play, playedPhone, settled } from "../stage";

const CHANNEL = "c_hall";
const phone = playedPhone();
const asked: [string, Record<string, unknown>][] = [];
let answer: (op: string, fields: Record<string, unknown>) => Frame | Promise<Frame>;
let listeners: ((topic: string) => void)[] = [];

/** What the pages need of a house, without one. */
const house = {
  words: wordsOf("zh"), language: "zh", me: { id: "u_me", name: "我自己", avatar: "" }, network: true, names: new Map(), blocked: new Set<string>(),
  people: { picture: (id: string) => (id === "u_bob" ? "https://pictures.example/bob.jpg" : "") },
  rooms: {
    all: [] as unknown[], loaded: true, trouble: undefined as Refused | undefined, refresh: () => Promise.resolve(), seen: () => undefined,
    channel: (id: string) => ({ room: { id: "r_tea", name: "茶馆" }, channel: { id, name: "大厅" } }), room: () => undefined,
  },
  subscriptions: undefined as unknown as Subscriptions,
  connection: {
    state: "online", why: "", start: () => undefined, tell: () => undefined,
    ask: (op: string, fields: Record<string, unknown>) => {
      asked.push([op, fields]);
      return Promise.resolve().then(() => answer(op, fields));
    },
  },
  on: (listener: (topic: string) => void) => {
    listeners.push(listener);
    return () => { listeners = listeners.filter((each) => each !== listener); };
  },
  changed: (topic: string) => { for (const each of listeners) each(topic); },
  files: { of: () => undefined, learn: () => undefined }, keepSoon: () => undefined, keepDrafts: () => undefined, block: vi.fn(() => Promise.resolve()),
  api: { get: vi.fn((): Promise<object> => Promise.resolve({ people: [] })), post: vi.fn((): Promise<object> => Promise.resolve({})) }, login: { became: () => undefined },
};
let stage: Awaited<ReturnType<typeof play>>;

beforeAll(async () => { stage = await play(phone, house); });

beforeEach(() => {
  document.body.replaceChildren();
  listeners = [];
  asked.length = phone.toasts.length = phone.went.length = 0;
  house.rooms.all = [];
  house.subscriptions = new Subscriptions({
    ask: (op, fields) => house.connection.ask(op, fields), online: () => true, me: () => "u_me",
    changed: (id) => house.changed(id), heard: () => undefined,
  });
  answer = (op) => (op === "enter" ? entered() : { op: op === "say" ? "said" : "done" });
});

function entered(more: Record<string, unknown> = {}): Frame {
  return {
    op: "entered", channel: CHANNEL, epoch: "e1", tip: 2, read: 0, unread: 0, mentions: 0, present: 2, rules: {}, complete: true,
    me: { role: "member", muted_until: null, quiet: null }, messages: [said(1, "你好"), said(2, "<b>不是标签</b>")], ...more,
  };
}

function said(seq: number, text: string, from = { id: "u_bob", name: "鲍勃", door: "wechat" }) {
  return { op: "message", channel: CHANNEL, epoch: "e1", seq, at: Date.now(), from, type: "text", body: { text }, client_id: `c${seq}` };
}

async function open(path: string, query: Record<string, string> = {}) {
  const root = stage.create(path, "", document.body);
  const page = root.get() as unknown as Record<string, (given?: unknown) => unknown>;
  page.onLoad?.(query);
  page.onShow?.();
  await settled();
  return { page, text: () => document.body.textContent, find: (selector: string) => document.querySelector<HTMLElement>(selector) };
}

function field(): HTMLTextAreaElement {
  return document.querySelector("textarea")!;
}

/** As a person types it. */
function write(text: string): void {
  field().value = text;
  field().setSelectionRange(text.length, text.length);
  field().dispatchEvent(new Event("input", { bubbles: true }));
}

test("the list shows rooms with their channels, and what is unread in them", async () => {
  const channel = { id: CHANNEL, name: "大厅", unread: 120, mentions: 1, tip: 9, read: 1 };
  house.rooms.all = [{ id: "r_tea", name: "茶馆", locked: true, member: true, by_request: false, verified: false, channels: [channel] }];
  const { text } = await open("pages/rooms/rooms");
  for (const words of ["茶馆", "有口令", "大厅", "99+", "有人提到你"]) expect(text()).toContain(words);
});

test("an empty list and one that cannot be had say so, each with a way on", async () => {
  const { text } = await open("pages/rooms/rooms");
  expect(text()).toContain("还没有茶室");
  house.rooms.trouble = new Refused("offline", "");
  house.changed("rooms");
  await settled();
  expect(text()).toContain("再试一次");
  house.rooms.trouble = undefined;
});

test("a channel shows what was said as text, and whose door it came by", async () => {
  const { text, find } = await open("pages/channel/channel", { id: CHANNEL });
  expect(text()).toContain("<b>不是标签</b>");
  expect(find("b")).toBeNull();
  expect(text()).toContain("公众号");
});

test("pictures of people stand beside what they say, beside their names in the lists, and where they are named", async () => {
  const faces = () => [...document.querySelectorAll(".face-picture img")].map((each) => each.getAttribute("src"));
  const { find } = await open("pages/channel/channel", { id: CHANNEL });
  expect(faces()).toEqual(["https://pictures.example/bob.jpg"]);
  write("@鲍");
  await settled();
  expect(find(".one .face-picture")).not.toBeNull();
  document.body.replaceChildren();
  const before = listeners.length;
  house.api.get.mockResolvedValueOnce({ people: [{ id: "u_bob", name: "鲍勃" }, { id: "u_cai", name: "蔡" }], cursor: null } as never);
  const members = await open("pages/members/members", { channel: CHANNEL });
  expect(faces()).toEqual(["https://pictures.example/bob.jpg"]);
  members.page.onUnload!();
  expect(listeners).toHaveLength(before);
});

test("the end of a channel shows first, and what lies above it right after", async () => {
  answer = () => entered({ tip: 50, messages: Array.from({ length: 50 }, (_, index) => said(index + 1, `第 ${index + 1} 句`)) });
  const counts: number[] = [];
  const bubbles = () => [...document.querySelectorAll(".bubble")].map((each) => each.textContent!.trim());
  new MutationObserver(() => counts.push(bubbles().length)).observe(document.body, { childList: true, subtree: true });
  await open("pages/channel/channel", { id: CHANNEL });
  await vi.waitFor(() => expect(bubbles()).toEqual(Array.from({ length: 50 }, (_, index) => `第 ${index + 1} 句`)));
  expect(counts.find((count) => count > 0)).toBe(FIRST);
});

test("who goes to another channel and comes back reads on where they were; who was at the end is there again", async () => {
  answer = (_, fields) => entered({ channel: fields.channel, tip: 50, messages: Array.from({ length: 50 }, (_, index) => ({ ...said(index + 1, `第 ${index + 1} 句`), channel: fields.channel })) });
  const { page, find } = await open("pages/channel/channel", { id: CHANNEL });
  const there = () => vi.waitFor(() => expect(document.querySelectorAll(".bubble")).toHaveLength(50));
  const go = async (id: string) => {
    page.change!({ currentTarget: { dataset: { id } } });
    await settled();
    await there();
  };
  const place = () => [find(".talk")!.getAttribute("scroll-top"), find(".talk")!.getAttribute("scroll-into-view")];
  await there();
  page.scroll!({ detail: { scrollTop: 300, scrollHeight: 3_000 } });
  await go("c_yard");
  expect(place()[1]).toBe("end");
  await go(CHANNEL);
  expect(place()).toEqual(["300", ""]);
  page.lower!();
  await go("c_yard");
  await go(CHANNEL);
  expect(place()[1]).toBe("end");
});

test("a message of a kind that this version does not know says so, and an endless one is folded until somebody wants it", async () => {
  const endless = `${"很长的话".repeat(400)}\u202e<script>`;
  answer = (op) => (op === "enter" ? entered({ messages: [{ ...said(1, ""), type: "poll", body: { options: ["红茶", "绿茶"] } }, said(2, endless), said(3, "行\n".repeat(60))], tip: 3 }) : { op: "done" });
  const { text, find } = await open("pages/channel/channel", { id: CHANNEL });
  expect(text()).toContain("这个版本还不能显示这条消息");
  expect(text()).toContain(endless);
  expect([document.querySelectorAll(".words-folded").length, find("script")]).toEqual([2, null]);
  stage.tell(find(".unfold")!, "tap", {}, true);
  await settled();
  expect(document.querySelectorAll(".words-folded")).toHaveLength(1);
});

test.each([
  ["location", "chooseLocation:fail auth deny", ["没有使用位置的权限"], []],
  ["image", "chooseMedia:fail system permission denied", ["没有使用相册的权限"], []],
  ["file", "chooseMessageFile:fail cancel", [], []],
  ["image", "chooseMedia:fail the picture is broken", [], ["出了点问题"]],
] as const)("what the phone does not give (%s: %s) is said with the way to allow it; who cancels hears nothing", async (what, errMsg, questions, toasts) => {
  const asked: string[] = [];
  const modal = vi.spyOn(wx, "showModal").mockImplementation(((options: { title: string }) => {
    asked.push(options.title);
    return Promise.resolve({ confirm: true, cancel: false });
  }) as never);
  const settings = vi.spyOn(wx, "openSetting").mockImplementation((() => undefined) as never);
  const api = { location: "chooseLocation", image: "chooseMedia", file: "chooseMessageFile" }[what] as "chooseMedia";
  const chooser = vi.spyOn(wx, api).mockImplementation((() => Promise.reject({ errMsg })) as never);
  const { page } = await open("pages/channel/channel", { id: CHANNEL });
  page.pick!({ detail: { what } });
  await settled();
  expect([asked, phone.toasts, settings.mock.calls.length]).toEqual([questions, toasts, questions.length]);
  for (const each of [modal, settings, chooser]) each.mockRestore();
});

test("a voice that may not be recorded is said so; one whose finger was lifted before the phone was ready ends at once", async () => {
  const heard: Record<string, (told?: unknown) => void> = {};
  const stop = vi.fn(() => heard.stop?.({ tempFilePath: "a.mp3", duration: 90 }));
  const manager = vi.spyOn(wx, "getRecorderManager").mockReturnValue({
    start: () => undefined, stop, onStart: (act: never) => (heard.start = act), onStop: (act: never) => (heard.stop = act), onError: (act: never) => (heard.error = act),
  } as never);
  const modal = vi.spyOn(wx, "showModal").mockImplementation((() => Promise.resolve({ confirm: false, cancel: true })) as never);
  const { page } = await open("pages/channel/channel", { id: CHANNEL });
  page.record!({ detail: { on: true } });
  heard.error!({ errMsg: "operateRecorder:fail auth deny" });
  await settled();
  expect(modal.mock.calls[0]![0]).toMatchObject({ title: "没有使用麦克风的权限" });
  page.record!({ detail: { on: true } });
  stop.mockImplementationOnce(() => undefined);
  page.record!({ detail: { on: false } });
  heard.start!();
  await settled();
  expect([stop.mock.calls.length, phone.toasts]).toEqual([2, ["说得太短了"]]);
  for (const each of [manager, modal]) each.mockRestore();
});

test("one's own words stand there at once, and once when their entry comes", async () => {
  let release: () => void = () => undefined;
  const { page, text } = await open("pages/channel/channel", { id: CHANNEL });
  answer = () => new Promise((done) => { release = () => done({ op: "said" }); });
  page.send!({ detail: { text: "喝茶" } });
  await settled();
  expect(text()).toContain("喝茶");
  const [op, fields] = asked.at(-1)!;
  expect([op, fields]).toMatchObject(["say", { channel: CHANNEL, type: "text", body: { text: "喝茶" } }]);
  house.subscriptions.told({ ...said(3, "喝茶", { id: "u_me", name: "我", door: "miniprogram" }), client_id: fields.client_id });
  release();
  await settled();
  expect(text().split("喝茶")).toHaveLength(2);
});

test("what was refused stays with its reason and can be sent again", async () => {
  const { page, text } = await open("pages/channel/channel", { id: CHANNEL });
  answer = () => { throw new Refused("blocked_words", "no"); };
  page.send!({ detail: { text: "坏话" } });
  await settled();
  expect(text()).toContain("含有不允许的词语");
  const [row] = house.subscriptions.of(CHANNEL).composer.all();
  page.again!({ detail: { row: { client_id: row!.client_id, state: "failed", text: "坏话" } } });
  await settled();
  expect(text()).toContain("重新发送");
  answer = () => ({ op: "said" });
  page.choose!({ detail: { id: "again" } });
  await settled();
  expect(asked.filter(([op]) => op === "say").map(([, fields]) => fields.client_id)).toEqual([row!.client_id, row!.client_id]);
});

test("a message is said again in another channel where one is, and such a one is marked", async () => {
  const { page, text } = await open("pages/channel/channel", { id: CHANNEL });
  page.press!({ detail: { row: { key: "k", kind: "message", seq: 1, text: "你好", type: "text" } } });
  page.choose!({ detail: { id: "forward" } });
  await settled();
  expect(text()).toContain("先进入要转到的频道");
  house.subscriptions.of("c_other").standing = "in";
  page.press!({ detail: { row: { key: "k", kind: "message", seq: 1, text: "你好", type: "text" } } });
  page.choose!({ detail: { id: "forward" } });
  await settled();
  expect(text()).toContain("茶馆 · 大厅");
  expect(text()).not.toContain("先进入要转到的频道");
  answer = () => ({ op: "said" });
  page.choose!({ detail: { id: "c_other" } });
  await settled();
  expect(asked.at(-1)).toMatchObject(["forward", { channel: "c_other", source: CHANNEL, seq: 1 }]);
  house.subscriptions.told({ ...said(3, "昨夜雨"), forwarded: { at: 1 } });
  await settled();
  expect(text()).toContain("转发");
});

test("a locked room shows its door, and the password opens it", async () => {
  answer = (op, fields) => {
    if (op !== "enter" || fields.password === "longjing") return entered();
    throw new Refused(fields.password ? "password_wrong" : "password_needed", "");
  };
  const { page, text } = await open("pages/channel/channel", { id: CHANNEL });
  expect(text()).toContain("这间茶室有口令");
  page.password!({ detail: { password: "biluochun" } });
  await settled();
  expect(text()).toContain("口令不对");
  page.password!({ detail: { password: "longjing" } });
  await settled();
  expect(text()).toContain("你好");
});

test("a full channel shows the waiting room, its place, and the seat when it is free", async () => {
  answer = (op) => (op === "enter" ? { op: "queued", channel: CHANNEL, ticket: "t_1", place: 3, length: 5 } : { op: "done" });
  const { page, text } = await open("pages/channel/channel", { id: CHANNEL });
  expect(text()).toContain("前面还有 2 位");
  const shaken = vi.spyOn(phone.screen, "shake");
  house.subscriptions.told({ op: "queue", channel: CHANNEL, place: 2, length: 5 });
  await settled();
  expect([text()!.includes("前面还有 1 位"), shaken.mock.calls.length]).toEqual([true, 0]);
  house.subscriptions.told({ op: "seat", channel: CHANNEL, ticket: "t_1", hold_seconds: 30 });
  await settled();
  expect([text()!.includes("有座位了"), shaken.mock.calls.length]).toEqual([true, 1]);
  answer = (op, fields) => (op === "enter" && fields.ticket === "t_1" ? entered() : { op: "done" });
  page.take!();
  await settled();
  expect(text()).toContain("你好");
});

test("a mute has a countdown in place of the field; who is put out sees why", async () => {
  const me = { role: "member", muted_until: Date.now() + 65_000, quiet: null };
  answer = (op) => (op === "enter" ? entered({ me }) : { op: "done" });
  const { text } = await open("pages/channel/channel", { id: CHANNEL });
  expect(text()).toMatch(/你被禁言 · 还剩 6[45] 秒/);
  house.subscriptions.told({ op: "kicked", channel: CHANNEL, epoch: "e1", seq: 3, at: 0, user: "u_me", reason: "太吵", by: { id: "u_x", name: "掌柜" } });
  await settled();
  expect(text()).toContain("你被请出了这里");
  expect(text()).toContain("理由：太吵");
});

test("who left from elsewhere is told so, and comes back by one tap", async () => {
  const { page, text } = await open("pages/channel/channel", { id: CHANNEL });
  house.subscriptions.told({ op: "parted", channel: CHANNEL });
  await settled();
  expect(text()).toContain("你已经离开了这里");
  page.comeBack!();
  await settled();
  expect(text()).toContain("你好");
});

test("a moderator mutes for as long as they choose; others are not even offered it", async () => {
  answer = (op) => (op === "enter" ? entered({ me: { role: "moderator", muted_until: null, quiet: null } }) : { op: "done" });
  const { page, text } = await open("pages/channel/channel", { id: CHANNEL });
  page.person!({ detail: { row: { from: "u_bob", name: "鲍勃" } } });
  page.choose!({ detail: { id: "mute" } });
  await settled();
  expect(text()).toContain("1 小时");
  page.reasoned!({ detail: { value: "刷屏" } });
  page.choose!({ detail: { id: "3600" } });
  await settled();
  expect(asked.at(-1)).toEqual(["mute", { channel: CHANNEL, user: "u_bob", seconds: 3600, reason: "刷屏" }]);

  house.subscriptions.of(CHANNEL).role = "member";
  page.person!({ detail: { row: { from: "u_bob", name: "鲍勃" } } });
  const { asked: sheet } = (page as unknown as { data: { asked: { actions: { id: string }[] } } }).data;
  expect(sheet.actions.map((each) => each.id)).toEqual(["mention", "block"]);
});

test("one's own words are edited, and an emoji put under a message and taken away", async () => {
  const { page } = await open("pages/channel/channel", { id: CHANNEL });
  house.subscriptions.told(said(3, "我的话", { id: "u_me", name: "我", door: "miniprogram" }));
  await settled();
  const { rows } = (page as unknown as { data: { rows: { seq: number; text: string }[] } }).data;
  page.press!({ detail: { row: rows.find((row) => row.seq === 3) } });
  phone.answers.push({ confirm: true, content: "更好的话" });
  page.choose!({ detail: { id: "edit" } });
  await settled();
  expect(asked.at(-1)).toEqual(["edit", { channel: CHANNEL, seq: 3, body: { text: "更好的话" } }]);
  for (const on of [true, false]) {
    page.press!({ detail: { row: rows.find((row) => row.seq === 1) } });
    page.react!({ currentTarget: { dataset: { emoji: "🍵" } } });
    await settled();
    expect(asked.at(-1)).toEqual(["react", { channel: CHANNEL, seq: 1, emoji: "🍵", on }]);
  }
  house.subscriptions.told({ op: "reacted", channel: CHANNEL, seq: 1, counts: { "🍵": 12 } });
  await settled();
  expect(document.body.textContent).toContain("🍵 12");
});

test("behind an @ those who spoke are offered, then those who are here; a tap puts the name into the draft", async () => {
  house.api.get.mockResolvedValueOnce({ people: [{ id: "u_bao", name: "小鲍" }, { id: "u_me", name: "鲍我" }, { id: "u_bob", name: "鲍勃" }] });
  const { page, find } = await open("pages/channel/channel", { id: CHANNEL });
  const offered = () => [...document.querySelectorAll(".one-name")].map((each) => each.textContent);
  write("一起喝 @鲍");
  await settled();
  expect(house.api.get).toHaveBeenLastCalledWith(`/channels/${CHANNEL}/present?cursor=0`);
  expect(offered()).toEqual(["鲍勃", "小鲍"]);
  stage.tell(find(".one")!, "tap", {}, true);
  await settled();
  expect(house.subscriptions.of(CHANNEL).composer.draft).toBe("一起喝 @鲍勃 ");
  expect(field().value).toBe("一起喝 @鲍勃 ");
  expect(offered()).toEqual([]);
  write("a@鲍");
  await settled();
  expect(offered()).toEqual([]);
  expect((page as unknown as { data: { people: unknown[] } }).data.people).toEqual([]);
});

test("only who moderates is offered everybody", async () => {
  const offered = () => document.body.textContent.includes("所有人");
  await open("pages/channel/channel", { id: CHANNEL });
  write("@");
  await settled();
  expect([offered(), document.querySelectorAll(".one")]).toMatchObject([false, { length: 1 }]);
  house.subscriptions.of(CHANNEL).role = "moderator";
  write("@所");
  await settled();
  expect(offered()).toBe(true);
});

test("where a room allows it, a person's sheet leads to words between the two, and there it does not once more", async () => {
  const usual = house.rooms.channel;
  house.rooms.channel = ((id: string) => ({
    room: { id: "r_tea", name: "茶馆", direct: true },
    channel: { id, name: id === CHANNEL ? "大厅" : "鲍勃", ...(id !== CHANNEL && { direct: { id: "u_bob", name: "鲍勃" } }) },
  })) as typeof usual;
  const { page } = await open("pages/channel/channel", { id: CHANNEL });
  const actions = () => (page as unknown as { data: { asked: { actions: { id: string }[] } } }).data.asked.actions.map((each) => each.id);
  page.person!({ detail: { row: { from: "u_bob", name: "鲍勃" } } });
  expect(actions()).toEqual(["mention", "direct", "block"]);

  house.api.post.mockRejectedValueOnce(new Refused("rate_limited", ""));
  page.choose!({ detail: { id: "direct" } });
  await settled();
  expect([phone.toasts, asked.at(-1)![1].channel]).toEqual([["太频繁了，稍等一下"], CHANNEL]);

  house.api.post.mockResolvedValueOnce({ channel: { id: "c_two", name: "鲍勃" } });
  page.person!({ detail: { row: { from: "u_bob", name: "鲍勃" } } });
  page.choose!({ detail: { id: "direct" } });
  await settled();
  expect(house.api.post).toHaveBeenLastCalledWith("/rooms/r_tea/direct", { user: "u_bob" });
  expect(asked.filter(([op]) => op === "enter").at(-1)![1]).toMatchObject({ channel: "c_two" });
  page.person!({ detail: { row: { from: "u_bob", name: "鲍勃" } } });
  expect(actions()).toEqual(["mention", "block"]);
  expect(document.body.textContent).toContain("只有你们两人");

  const members = await open("pages/members/members", { channel: CHANNEL });
  members.page.tap!({ currentTarget: { dataset: { id: "u_bob", name: "鲍勃" } } });
  house.api.post.mockResolvedValueOnce({ channel: { id: "c_two", name: "鲍勃" } });
  members.page.choose!({ detail: { id: "direct" } });
  await settled();
  expect(phone.went.at(-1)).toContain("pages/channel/channel?id=c_two");
  house.rooms.channel = usual;
});

test("what comes while another page lies above counts as read only when one is back", async () => {
  const { page } = await open("pages/channel/channel", { id: CHANNEL });
  const read = () => asked.filter(([op]) => op === "read").length;
  page.onHide!();
  const before = read();
  house.subscriptions.told(said(3, "还在吗"));
  await settled();
  expect(read()).toBe(before);
  page.onShow!();
  await settled();
  expect(read()).toBe(before + 1);
});

test("a person sets a channel quiet and, from a tap, is asked for notices; the rest is for who keeps order", async () => {
  keep("templates", [{ appid: "wx1", kind: "mention", template_id: "T1" }, { appid: "wx1", kind: "digest", template_id: "T2" }]);
  house.subscriptions.of(CHANNEL).standing = "in";
  const { page, text } = await open("pages/room/room", { id: "r_tea", channel: CHANNEL });
  expect(text()).not.toContain("全员禁言");
  page.quiet!({ detail: { value: true } });
  await settled();
  expect([asked.at(-1), house.subscriptions.of(CHANNEL).quiet]).toEqual([["quiet", { channel: CHANNEL, on: true }], 0]);
  phone.answers.push({ confirm: true, content: "" });
  page.notify!();
  await settled();
  expect(house.api.post).toHaveBeenLastCalledWith("/me/subscriptions", { answers: { T1: "accept" }, appid: "wx1" });
  expect(text()).toContain(wordsOf("zh").notify_on);
  house.api.post.mockResolvedValueOnce({ invitation: "i_1" });
  page.invite!();
  await settled();
  expect([text()!.includes("r_tea.i_1"), (page.onShareAppMessage!() as { path: string }).path]).toEqual([true, "/pages/rooms/rooms?room=r_tea&invitation=i_1"]);
});

test("who keeps order announces, mutes everybody and slows the talk down, and a refusal is told", async () => {
  Object.assign(house.subscriptions.of(CHANNEL), { standing: "in", role: "moderator" });
  const { page, text } = await open("pages/room/room", { id: "r_tea", channel: CHANNEL });
  expect(text()).toContain("全员禁言");
  page.typed!({ detail: { value: " 十点开汤 " } });
  page.announced!();
  page.everyone!({ detail: { value: true } });
  page.slowed!({ detail: { id: "30" } });
  await settled();
  expect(asked).toEqual([["announce", { channel: CHANNEL, text: "十点开汤" }], ["rules", { channel: CHANNEL, muted_all: true }], ["rules", { channel: CHANNEL, slow_seconds: 30 }]]);
  answer = () => Promise.reject(new Refused("rate_limited", ""));
  page.slowed!({ detail: { id: "0" } });
  await settled();
  expect(phone.toasts.at(-1)).toBe("太频繁了，稍等一下");
});

test("in English everything is English", async () => {
  house.words = wordsOf("en");
  const { text } = await open("pages/rooms/rooms");
  expect(text().replace("我", "")).not.toMatch(/[\u4e00-\u9fff]/);
  document.body.replaceChildren();
  house.rooms.channel = (id: string) => ({ room: { id: "r_tea", name: "Tea" }, channel: { id, name: "Hall" } });
  const channel = await open("pages/channel/channel", { id: CHANNEL });
  expect(channel.text().replaceAll(/你好|不是标签|鲍勃|鲍/g, "")).not.toMatch(/[\u4e00-\u9fff]/);
  house.words = wordsOf("zh");
});

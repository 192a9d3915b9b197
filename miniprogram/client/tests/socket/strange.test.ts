// @vitest-environment happy-dom
/** Servers that are newer or broken, phones whose storage, clock or sockets are: nothing of it takes the app down. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dice } from "../dice";
import { CHANNEL, House } from "../played_house";
import { House as App } from "../../house/house";
import { Files } from "../../house/media";
import type { Task } from "../../socket/connection";
import { Connection } from "../../socket/connection";
import { makeWx } from "../../preview/wx/wx";
import { playedPhone } from "../stage";
import { rows } from "../../chat/rows";
import { wordsOf } from "../../words/words";
import { online, soon } from "./client";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY_MS = 86_400_000;

/** Anything that JSON can hold, small. */
function anything(random: () => number, depth = 2): unknown {
  const pick = Math.floor(random() * (depth ? 10 : 8));
  if (pick === 8) return Array.from({ length: 3 }, () => anything(random, depth - 1));
  if (pick === 9) return Object.fromEntries(["id", "name", "text", "seq", "media"].map((name) => [name, anything(random, depth - 1)]));
  return [null, true, -1, 1e300, "", "u_bob", 7, "\u202e{0}$&"][pick];
}

test("a thousand frames of a server that nobody knows leave the channel readable, and what follows them arrives", async () => {
  const { house, one, connection } = await online();
  const random = dice(7);
  const ops = ["message", "announced", "muted", "recalled", "edited", "pinned", "rules", "present", "typing", "reacted", "gap", "seat", "queue", "tip", "forked", "progress", "poll", "welcome", "bye"];
  const fields = ["from", "by", "user", "body", "text", "of", "at", "type", "client_id", "reply_to", "reactions", "joined", "users", "counts", "after", "until", "reason", "channels", "hold_seconds", "rules"];
  for (let count = 0; count < 1_000; count += 1) {
    const op = ops[Math.floor(random() * ops.length)]!;
    const frame = Object.fromEntries(fields.filter(() => random() < 0.4).map((name) => [name, anything(random)]));
    house.play({ op, channel: CHANNEL, ...frame, ...(random() < 0.3 && { epoch: "e1", seq: anything(random) }) });
  }
  await soon(20_000);
  house.say("still here");
  await soon(20_000);
  expect(connection.state).toBe("online");
  const words = wordsOf("zh");
  const shown = rows(one.timeline, one.composer.all(), { words, me: "u_alice", now: Date.now(), read: 0, blocked: new Set(), names: new Map(), picture: () => "" });
  expect(shown.map((row) => row.text)).toContain("still here");
});

test("a field that is not what it should be is left out, and the entry stands", async () => {
  const { house, one } = await online();
  house.play({ op: "message", channel: CHANNEL, epoch: "e1", seq: 1, at: "now", from: null, type: "text", body: { text: 5 }, reactions: { "👍": "many" } });
  house.play({ op: "message", channel: CHANNEL, epoch: "e1", seq: 2, at: 5, from: { id: "u_bob", name: "鲍勃" }, type: "text", body: { text: "好" }, mood: "calm" });
  await soon();
  expect(one.timeline.all()).toMatchObject([{ seq: 1, at: 0, type: "text" }, { seq: 2, body: { text: "好" }, mood: "calm" }]);
  expect(one.timeline.at(1)).not.toHaveProperty("body");
});

test.each([DAY_MS, -DAY_MS])("a phone whose clock is off by a day (%i ms) is muted for as long as the house says", async (off) => {
  const house = new House();
  house.clock = () => Date.now() - off;
  const { subscriptions, one } = await online(house);
  expect(Math.abs(subscriptions.now() - house.clock())).toBeLessThan(1_000);
  house.play({ op: "muted", channel: CHANNEL, epoch: "e1", seq: 1, at: house.clock(), user: "u_alice", until: house.clock() + 60_000 });
  await soon();
  expect(one.composer.silence(Date.now())?.code).toBe("muted");
  await soon(61_000);
  expect(one.composer.silence(Date.now())).toBeNull();
});

test.each([DAY_MS, -DAY_MS])("a clock off by a day (%i ms) neither asks for addresses at every frame nor keeps them for a day", async (off) => {
  const get = vi.fn(() => Promise.resolve({ media: [{ id: "m_1", state: "ready", url: `/media/m_1/a.png?e=${Date.now() - off + 5_400_000}` }] }));
  const files = new Files({ get } as never, () => undefined);
  for (let count = 0; count < 100; count += 1) {
    files.of("m_1");
    await soon(60);
  }
  expect(get).toHaveBeenCalledTimes(1);
  await soon(56 * 60_000);
  files.of("m_1");
  await soon();
  expect(get).toHaveBeenCalledTimes(2);
});

test("sockets that are refused at once, throw, or are none are tried again at a bounded pace", async () => {
  const throwing = { onOpen: (act: () => void) => setTimeout(act, 5), onMessage() {}, onClose() {}, onError() {}, send() { throw new Error("not open"); }, close() { throw new Error("closed"); } };
  for (const open of [() => null, () => undefined as unknown as Task, () => throwing as unknown as Task]) {
    let opened = 0;
    const connection = new Connection({ open: () => { opened += 1; return open(); }, token: () => Promise.resolve("t"), resume: () => ({}), told: () => undefined, changed: () => undefined }, "test", () => 0);
    connection.start();
    await soon(120_000);
    expect([connection.state === "waiting" || connection.state === "connecting", opened > 5, opened < 40]).toEqual([true, true, true]);
    connection.end();
  }
});

test("a storage that is full, or holds what another version left, loses comfort and nothing else", () => {
  const strange = [null, 7, "x", [], {}, [null, { id: 5 }], { c_x: null }, { c_x: { draft: 5, outgoing: [null, { client_id: "a" }] } }, { token: 5 }];
  for (const left of strange) {
    const phone = playedPhone({ storage: { getItem: () => JSON.stringify(left), setItem: () => { throw new Error("exceed max size"); }, removeItem: () => { throw new Error("no"); } } });
    Object.assign(globalThis, { wx: makeWx(phone) });
    const app = new App();
    app.launch();
    const { composer } = app.subscriptions.of("c_x");
    expect(composer.say("one", "text", { text: "好" }, 0)).toBe(true);
    app.keepDrafts();
    app.speak("en");
    app.leaveForGood();
    expect(app.words.send).toBe("Send");
  }
});

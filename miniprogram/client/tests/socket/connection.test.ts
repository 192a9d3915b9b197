import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Monitor } from "../../socket/monitor";
import { CHANNEL } from "../played_house";
import { online, soon } from "./client";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("in the background the socket is closed, in the foreground all channels are resumed in one round trip", async () => {
  const { house, connection, one } = await online();
  connection.pause();
  for (let count = 0; count < 50; count += 1) house.say(`missed ${count}`);
  await soon(60_000);
  expect([connection.state, house.opened]).toEqual(["stopped", 1]);
  connection.start();
  await soon();
  expect(one.timeline.all().map((entry) => entry.body?.text)).toEqual(house.log.map((each) => each.text));
  expect(house.opened).toBe(2);
});

test("more than the server resumes is fetched from history, in order and once", async () => {
  const { house, connection, one, heard } = await online();
  connection.pause();
  for (let count = 0; count < 450; count += 1) house.say(`missed ${count}`);
  connection.start();
  await soon(2_000);
  house.say("live");
  await soon();
  expect(one.timeline.all().map((entry) => entry.seq)).toEqual(house.log.map((each) => each.seq));
  expect(heard.map((entry) => entry.body?.text)).toEqual(["live"]);
});

test("a hole too large to fill is jumped over: the newest page, and the rest is history", async () => {
  const { house, connection, subscriptions, one } = await online();
  house.say("before");
  await soon();
  connection.pause();
  for (let count = 0; count < 1_500; count += 1) house.say(`missed ${count}`);
  connection.start();
  await soon(3_000);
  expect(one.timeline.last).toBe(house.log.length);
  expect(one.timeline.holes()).toEqual([]);
  expect(one.timeline.size).toBeLessThan(1_502);
  await Promise.all([subscriptions.older(CHANNEL), soon()]);
  expect(one.timeline.holes()).toEqual([]);
});

test("a socket that falls silent is found out by its last frame", async () => {
  const { house, connection } = await online();
  house.cut();
  await soon(80_000);
  expect(connection.state).toBe("online");
  expect(house.opened).toBe(2);
});

test("back in the foreground, a socket that does not answer a ping in three seconds is replaced", async () => {
  const { house, connection } = await online();
  house.cut();
  connection.start();
  await soon(2_900);
  expect(house.opened).toBe(1);
  await soon(1_500);
  expect([connection.state, house.opened]).toEqual(["online", 2]);
});

test("bye names the time to come back", async () => {
  const { house, connection } = await online();
  house.bye(5_000);
  await soon(4_900);
  expect([connection.state, house.opened]).toEqual(["waiting", 1]);
  await soon(1_000);
  expect([connection.state, house.opened]).toEqual(["online", 2]);
});

test("an expired token is replaced; a person who is signed out, or open elsewhere, does not come back", async () => {
  const { house, tokens } = await online();
  house.cut(4002);
  await soon(2_000);
  expect(tokens).toEqual([false, true]);
  for (const [code, why] of [[4003, "signed_out"], [4009, "elsewhere"]] as const) {
    const again = await online();
    again.house.cut(code);
    await soon(600_000);
    expect([again.connection.state, again.connection.why, again.house.opened]).toEqual(["ended", why, 1]);
  }
});

test("a house that cannot greet just now is asked again with the same token", async () => {
  const { house, tokens } = await online();
  let away = true;
  house.refuse = (sent) => (sent.op === "hello" && away ? { code: "unavailable", temporary: true } : undefined);
  house.cut(1006);
  await soon(2_000);
  away = false;
  house.cut(4001);
  await soon(5_000);
  expect(tokens).toEqual([false, false, false]);
});

test("a channel that cannot be had just now is asked for again, without the person", async () => {
  const { house, subscriptions, one } = await online();
  house.say("before");
  await soon();
  let away = true;
  house.refuse = (sent) => (sent.op === "enter" && away ? { code: "unavailable", temporary: true } : undefined);
  subscriptions.told({ op: "welcome", channels: [{ channel: CHANNEL, refused: "unavailable" }] });
  await soon(10_000);
  expect(one.standing).toBe("entering");
  away = false;
  await soon(15_000);
  expect(one.standing).toBe("in");
});

test("after an answer that never comes, the same words go again over a new socket and are one message", async () => {
  const { house, subscriptions, one } = await online();
  house.refuse = (sent) => (sent.op === "say" && house.says.length === 0 && house.says.push("swallowed") ? { op: "nothing", id: -1 } : undefined);
  one.composer.say("only-once", "text", { text: "hello" }, Date.now());
  void subscriptions.flush(one);
  await soon(40_000);
  expect(house.log.map((each) => each.client_id)).toEqual(["only-once"]);
  expect(one.composer.all()).toEqual([]);
});

test("words said where one is not entered any more enter again first", async () => {
  const { house, subscriptions, one } = await online();
  let first = true;
  house.refuse = (sent) => {
    if (sent.op !== "say" || !first) return undefined;
    first = false;
    return { code: "not_entered", temporary: true };
  };
  one.composer.say("hello", "text", { text: "hello" }, Date.now());
  void subscriptions.flush(one);
  await soon(5_000);
  expect(house.log.map((each) => each.client_id)).toEqual(["hello"]);
});

test("a queue, an offered seat and its taking are followed", async () => {
  const { subscriptions, one } = await online();
  subscriptions.told({ op: "welcome", channels: [{ channel: CHANNEL, ticket: "t_1", place: 7, length: 9 }] });
  expect([one.standing, one.queue?.place]).toEqual(["queued", 7]);
  subscriptions.told({ op: "queue", channel: CHANNEL, place: 3, length: 8 });
  expect(one.queue).toMatchObject({ place: 3, length: 8, from: 7 });
  subscriptions.told({ op: "seat", channel: CHANNEL, ticket: "t_1", hold_seconds: 30 });
  expect([one.standing, one.queue?.until]).toEqual(["offered", Date.now() + 30_000]);
  void subscriptions.enter(CHANNEL);
  await soon();
  expect([one.standing, one.queue]).toEqual(["in", undefined]);
});

test("whoever is put out knows by what, and is not entered again by a resume", async () => {
  const { subscriptions, one } = await online();
  const entry = { op: "kicked", channel: CHANNEL, epoch: "e1", seq: 1, at: 0, user: "u_alice", reason: "spam", by: "u_bob" };
  subscriptions.told(entry);
  expect([one.standing, one.notice?.reason]).toEqual(["kicked", "spam"]);
  expect(subscriptions.resume()).toEqual({});
});

test("who left elsewhere is outside, comes back only when they ask, and reads on from where they were", async () => {
  const { subscriptions, one } = await online();
  subscriptions.told({ op: "parted", channel: CHANNEL });
  expect([one.standing, subscriptions.resume()]).toEqual(["parted", {}]);
  void subscriptions.enter(CHANNEL);
  await soon();
  expect(one.standing).toBe("in");

  subscriptions.told({ op: "banned", channel: CHANNEL, epoch: "e1", seq: 1, at: 0, user: "u_alice", reason: "spam", by: "u_bob" });
  subscriptions.told({ op: "parted", channel: CHANNEL });
  expect(one.standing).toBe("banned");
});

test("pauses grow, stay within their bounds, and are not the same for everybody", () => {
  const [low, high] = [new Monitor(() => 0), new Monitor(() => 0.999)];
  const pauses = Array.from({ length: 12 }, () => [low.pause(), high.pause()] as const);
  expect(pauses[0]![0]).toBeGreaterThanOrEqual(250);
  expect(pauses[11]![0]).toBe(7_500);
  expect(pauses[11]![1]).toBeLessThanOrEqual(15_000);
  expect(pauses.every(([one, other]) => one < other)).toBe(true);
});

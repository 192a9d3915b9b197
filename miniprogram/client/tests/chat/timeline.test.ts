import { expect, test } from "vitest";
import type { Entry } from "../../chat/entry";
import { rows } from "../../chat/rows";
import type { View } from "../../chat/rows";
import { MOST_KEPT, Timeline } from "../../chat/timeline";
import { wordsOf } from "../../words/words";
import { dice, shuffled } from "../dice";

const NOON = new Date(2026, 10, 25, 12).getTime();
const [ALICE, BOB] = ["u_alice", "u_bob"];

function said(seq: number, more: Partial<Entry> = {}): Entry {
  return { op: "message", channel: "c_x", epoch: "e1", seq, at: NOON + seq * 1000, type: "text", body: { text: `words ${seq}` },
    from: { id: BOB, name: "鲍勃", door: "miniprogram" }, client_id: `id-${seq}`, ...more };
}

function saidFrom(first: number, last: number): Entry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => said(first + index));
}

function view(more: Partial<View> = {}): View {
  return { words: wordsOf("zh"), me: ALICE, now: NOON, read: 0, blocked: new Set(), names: new Map([[BOB, "鲍勃"]]), picture: () => "", ...more };
}

test("entries stand by number, whatever the order in which they come, and each once", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = dice(seed);
    const timeline = new Timeline();
    const all = [...saidFrom(1, 30), said(31, { op: "recalled", of: 7, body: undefined }), said(32, { op: "edited", of: 9, body: { text: "better" } })];
    const fresh = shuffled([...all, ...all], random).flatMap((entry) => timeline.merge([entry]));
    expect(fresh).toHaveLength(32);
    expect(timeline.all().map((entry) => entry.seq)).toEqual(all.map((entry) => entry.seq));
    expect(timeline.at(7)).toMatchObject({ recalled: true });
    expect(timeline.at(7)?.body).toBeUndefined();
    expect(timeline.at(9)?.body).toEqual({ text: "better" });
    expect(timeline.holes()).toEqual([]);
  }
});

test("missing numbers are a hole, from which one resumes", () => {
  const timeline = new Timeline();
  timeline.merge([...saidFrom(1, 3), ...saidFrom(8, 9)]);
  expect(timeline.holes()).toEqual([{ after: 3, before: 8 }]);
  expect(timeline.place()).toEqual({ epoch: "e1", seq: 3 });
  timeline.filled(3, saidFrom(4, 9), false);
  expect(timeline.holes()).toEqual([]);
  expect(timeline.place()).toEqual({ epoch: "e1", seq: 9 });
});

test("a gap is open until history says that nothing is missing above it", () => {
  const timeline = new Timeline();
  timeline.merge(saidFrom(1, 5));
  timeline.missing({ epoch: "e1", seq: 5 });
  expect(timeline.holes()).toEqual([{ after: 5 }]);
  timeline.filled(5, saidFrom(6, 205), true);
  expect(timeline.holes()).toEqual([{ after: 205 }]);
  timeline.filled(205, saidFrom(206, 210), false);
  expect(timeline.holes()).toEqual([]);
});

test("a tip above the last entry is a hole; a page that finds nothing there closes it", () => {
  const timeline = new Timeline();
  timeline.merge(saidFrom(1, 5));
  timeline.reaches("e1", 7);
  expect(timeline.holes()).toEqual([{ after: 5 }]);
  timeline.filled(5, [], false);
  expect(timeline.holes()).toEqual([]);
});

test("a fork drops what the older epoch had above its number, and nothing else", () => {
  const timeline = new Timeline();
  timeline.merge(saidFrom(1, 10));
  timeline.fork("e2", 8);
  expect(timeline.last).toBe(8);
  timeline.merge([said(9, { epoch: "e2", client_id: "other" })]);
  expect(timeline.at(9)?.client_id).toBe("other");
  expect(timeline.place()).toEqual({ epoch: "e2", seq: 9 });
});

test("older pages go before, until the first entry", () => {
  const timeline = new Timeline();
  timeline.merge(saidFrom(51, 60));
  timeline.older(saidFrom(11, 50), true);
  expect([timeline.first, timeline.more]).toEqual([11, true]);
  timeline.older(saidFrom(1, 10), false);
  expect([timeline.first, timeline.more, timeline.size]).toEqual([1, false, 60]);
});

test("memory is bounded: the oldest go, and may be asked for again", () => {
  const timeline = new Timeline();
  timeline.merge(saidFrom(1, MOST_KEPT + 10));
  expect([timeline.size, timeline.first, timeline.more]).toEqual([MOST_KEPT, 11, true]);
});

test("a later edit wins over an earlier one that comes after it", () => {
  const timeline = new Timeline();
  timeline.merge([said(1), said(3, { op: "edited", of: 1, body: { text: "second" } }), said(2, { op: "edited", of: 1, body: { text: "first" } })]);
  expect(timeline.at(1)?.body).toEqual({ text: "second" });
});

test("the words of one sender stand together, a new day has its mark, what is new has a line", () => {
  const timeline = new Timeline();
  timeline.merge([said(1, { at: NOON - 86_400_000 }), said(2), said(3), said(4, { from: { id: "u_carol", name: "卡罗尔" } })]);
  const shown = rows(timeline, [], view({ read: 2 }));
  expect(shown.map((row) => row.kind)).toEqual(["day", "message", "day", "message", "unread", "message", "message"]);
  expect(shown.filter((row) => row.kind === "message").map((row) => row.head)).toEqual([true, true, false, true]);
  expect(shown[0]!.text).toBe("昨天");
});

test("repeats are counted on the first one; a hole is shown where entries are missing", () => {
  const timeline = new Timeline();
  timeline.merge([said(1), said(2, { repeat_of: 1, body: undefined }), said(3, { repeat_of: 1, body: undefined }), said(4), said(7)]);
  const shown = rows(timeline, [], view()).slice(1);
  expect(shown.map((row) => row.kind)).toEqual(["message", "message", "hole", "message"]);
  expect(shown[0]!.repeats).toBe(3);
});

test("a message keeps its key when its number comes, and a blocked person's words are not shown", () => {
  const timeline = new Timeline();
  const waiting = { client_id: "id-1", type: "text", body: { text: "hello" }, at: NOON, stage: "sent" as const };
  const [before] = rows(timeline, [waiting], view());
  timeline.merge([said(1, { from: { id: ALICE, name: "爱丽丝" } }), said(2)]);
  const after = rows(timeline, [], view({ blocked: new Set([BOB]) }));
  expect(after[1]!.key).toBe(before!.key);
  expect(after[2]).toMatchObject({ type: "hidden", text: wordsOf("zh").blocked_message });
  expect(after[2]!.body).toBeUndefined();
});

test("acts of authority are told with their end and reason", () => {
  const timeline = new Timeline();
  timeline.merge([said(1, { op: "muted", user: BOB, until: NOON + 600_000, reason: "刷屏", from: undefined, client_id: undefined })]);
  expect(rows(timeline, [], view())[1]!.text).toBe("鲍勃 被禁言 · 至 今天 12:10 · 理由：刷屏");
});

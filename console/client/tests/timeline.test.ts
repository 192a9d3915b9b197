import { describe, expect, it } from "vitest";
import { empty, forked, lines, pinned, reacted, withEntry, withPage, type Entry } from "@/live/timeline";

function said(seq: number, text = `words ${seq}`, epoch = "e1"): Entry {
  return { op: "message", epoch, seq, at: 1_700_000_000_000 + seq, from: { id: "u_a", name: "阿明" }, type: "text", body: { text } };
}

function held(...seqs: number[]) {
  return withPage(empty, seqs.map((seq) => said(seq)), false);
}

const numbers = (line: { entries: Entry[] }): number[] => line.entries.map((entry) => entry.seq);

describe("a channel's log", () => {
  it("keeps order whichever page comes first", () => {
    expect(numbers(withPage(held(4, 5), [said(2), said(3), said(4)], true))).toEqual([2, 3, 4, 5]);
  });

  it("takes an entry once", () => {
    const line = held(1, 2);
    expect(withEntry(line, said(2))).toBe(line);
    expect(numbers(withEntry(line, said(3)))).toEqual([1, 2, 3]);
  });

  it("says where numbers are missing", () => {
    expect(withEntry(held(1), said(5)).entries.at(-1)?.after_gap).toBe(true);
    expect(withEntry(held(1), said(2)).entries.at(-1)?.after_gap).toBeUndefined();
  });

  it("takes the words of what was recalled away, and its pin", () => {
    const line = withEntry(withEntry(held(1), { ...said(2), op: "pinned", of: 1, on: true }), { ...said(3), op: "recalled", of: 1 });
    expect(line.entries[0]).toMatchObject({ recalled: true, body: null });
    expect(pinned(line)).toEqual([]);
    expect(lines(line).map((entry) => entry.seq)).toEqual([1]);
  });

  it("shows an edited message's newest words", () => {
    const line = withEntry(held(1), { ...said(2), op: "edited", of: 1, body: { text: "better" } });
    expect(line.entries[0]).toMatchObject({ body: { text: "better" }, edited_at: 1_700_000_000_002 });
  });

  it("drops what was lost when the log forks, and numbers of the new end count anew", () => {
    const line = withEntry(forked(held(1, 2, 3), "e2", 1), said(2, "again", "e2"));
    expect(line.entries.map((entry) => [entry.epoch, entry.seq])).toEqual([["e1", 1], ["e2", 2]]);
  });

  it("counts reactions on their message", () => {
    expect(reacted(held(1), 1, { "👍": 3 }).entries[0]?.reactions).toEqual({ "👍": 3 });
  });

  it("never holds more than a thousand", () => {
    let line = held(1);
    for (let seq = 2; seq <= 1_200; seq += 1) line = withEntry(line, said(seq));
    expect(line.entries).toHaveLength(1_000);
    expect(line.more).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { around, chosenAfter, inOrder, moved, offered, type Case, type Held } from "@/pages/review/triage";
import type { Entry } from "@/live/timeline";

function held(id: string, at: number, user = "u_a"): Held {
  return { id, room: "r_1", channel: "c_1", user, name: "阿明", door: "wechat", type: "text", body: { text: "加我微信" } as unknown as Held["body"], cause: "words", list: "", at };
}

function said(seq: number, at = seq * 10): Entry {
  return { op: "message", epoch: "e", seq, at, from: { id: "u_b", name: "小红" }, type: "text", body: { text: `words ${seq}` } };
}

function reported(seq: number, at: number, author = "u_b", message: Entry | null = said(seq)): Case {
  return { room: "r_1", channel: "c_1", seq, author, at, reports: [], message, around: [] } as unknown as Case;
}

const keys = (items: { key: string }[]): string[] => items.map(({ key }) => key);

describe("the queue", () => {
  it("has held and reported messages in one order, the longest waiting first", () => {
    expect(keys(inOrder([held("h_2", 30), held("h_1", 10)], [reported(7, 20)]))).toEqual(["h_1", "c_1.7", "h_2"]);
  });

  it("names an author by what they said, by the id where that is gone", () => {
    const [there, gone] = inOrder([], [reported(7, 1), reported(8, 2, "u_c", null)]);
    expect([there?.name, gone?.name]).toEqual(["小红", "u_c"]);
  });

  it("offers to let through what is held, to dismiss what is reported, and not to mute staff", () => {
    const [one, other, staff] = inOrder([held("h_1", 1)], [reported(7, 2), reported(8, 3, "s_owner")]);
    expect(one && offered(one)).toEqual(["approve", "remove", "mute", "ban"]);
    expect(other && offered(other)).toEqual(["remove", "mute", "ban", "dismiss"]);
    expect(staff && offered(staff)).toEqual(["remove", "dismiss"]);
  });

  it("has doubtful names among them, which are let be or taken back", () => {
    const items = inOrder([held("h_1", 10)], [reported(7, 20)], [{ id: "k_1", user: "u_c", name: "很难说", at: 15 }]);
    expect(keys(items)).toEqual(["h_1", "k_1", "c_1.7"]);
    expect(items[1] && [items[1].name, offered(items[1])]).toEqual(["很难说", ["approve", "remove"]]);
  });

  it("has doubtful pictures of people among them, which are let be or taken away", () => {
    const items = inOrder([held("h_1", 10)], [], [], [{ id: "k_2", user: "u_c", name: "小红", shown: false, at: 5 }]);
    expect(keys(items)).toEqual(["k_2", "h_1"]);
    expect(items[0] && [items[0].name, items[0].room, offered(items[0])]).toEqual(["小红", "", ["approve", "remove"]]);
  });

  it("shows the talk before and after, without the message itself and without events", () => {
    const entries = [said(1), said(2), { ...said(3), op: "muted" }, said(4)];
    const numbers = (list: Entry[]): number[] => list.map(({ seq }) => seq);
    for (const [item, before, after] of [[inOrder([], [reported(2, 99)])[0], [1], [4]], [inOrder([held("h_1", 25)], [])[0], [1, 2], [4]]] as const) {
      if (!item) throw new Error("none");
      expect(numbers(around(item, entries).before)).toEqual(before);
      expect(numbers(around(item, entries).after)).toEqual(after);
    }
  });

  it("moves to a neighbour and stops at the ends", () => {
    const items = inOrder([held("h_1", 1), held("h_2", 2)], []);
    expect([moved(items, "h_1", 1), moved(items, "h_2", 1), moved(items, "h_1", -1), moved(items, "", 1), moved([], "", 1)]).toEqual(["h_2", "h_2", "h_1", "h_1", ""]);
  });

  it("looks at the next when the chosen one is decided, at the last when there is none", () => {
    const items = inOrder([held("h_1", 1), held("h_2", 2), held("h_3", 3)], []);
    expect(chosenAfter(items, new Set(["h_2"]), "h_2")).toBe("h_3");
    expect(chosenAfter(items, new Set(["h_2", "h_3"]), "h_3")).toBe("h_1");
    expect(chosenAfter(items, new Set(["h_1"]), "h_3")).toBe("h_3");
    expect(chosenAfter(items, new Set(["h_1", "h_2", "h_3"]), "h_1")).toBe("");
  });
});

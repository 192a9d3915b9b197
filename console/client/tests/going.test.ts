import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Item } from "@/pages/review/triage";

const asked: string[] = [], waiting: { resolve: (answer: unknown) => void; reject: (wrong: Error) => void }[] = [];
vi.mock("@/api/house", () => ({
  get: vi.fn(),
  post: (path: string, given: { path?: { held_id?: string }; body: { act?: string }; keepalive?: boolean }) => {
    asked.push(`${given.path?.held_id ?? given.body.act ?? path}${given.keepalive ? "" : " would be lost"}`);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  },
}));
const { decide } = await import("@/pages/review/queue");
const { leave, stay } = await import("@/shell/going");

const held = (id: string): Item => ({ key: id, room: "r_1", author: "u_a", held: { id } }) as unknown as Item;
const passing = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const answered = async (): Promise<void> => {
  waiting.shift()?.resolve({ decided: true });
  await passing();
};
const done: Promise<unknown>[] = [];
const decided = (id: string, deed: "approve" | "mute"): unknown => done.push(decide(held(id), deed, { reason: "", seconds: null }).catch(() => "failed"));

describe("what was decided in the review", () => {
  beforeEach(stay);
  afterEach(async () => {
    while (waiting.length) await answered();
    await Promise.all(done.splice(0));
    asked.length = 0;
  });

  it("is told one after the other, also of several decisions", async () => {
    for (const id of ["h_1", "h_2"]) decided(id, "approve");
    await passing();
    expect(asked).toEqual(["h_1"]);
    await answered();
    expect(asked).toEqual(["h_1", "h_2"]);
  });

  it("goes on behind one that failed", async () => {
    for (const id of ["h_1", "h_2"]) decided(id, "approve");
    await passing();
    waiting.shift()?.reject(new Error("offline"));
    await passing();
    expect(asked).toEqual(["h_1", "h_2"]);
  });

  it("mutes an author only when their message does not wait any more, and not when that failed", async () => {
    decided("h_1", "mute");
    await passing();
    expect(asked).toEqual(["h_1"]);
    await answered();
    expect(asked).toEqual(["h_1", "mute"]);
    await answered();
    decided("h_2", "mute");
    await passing();
    waiting.shift()?.reject(new Error("offline"));
    await passing();
    expect(asked).toEqual(["h_1", "mute", "h_2"]);
  });

  it("is all told when the window goes, begun in its order, by requests that outlive it", async () => {
    decided("h_1", "mute");
    decided("h_2", "approve");
    await passing();
    expect(asked).toEqual(["h_1"]);
    leave();
    decided("h_3", "mute");
    await passing();
    expect(asked.filter((one) => one !== "mute")).toEqual(["h_1", "h_2", "h_3"]);
    expect(asked.filter((one) => one === "mute")).toHaveLength(2);
    expect(asked.lastIndexOf("mute")).toBeGreaterThan(asked.indexOf("h_3"));
  });

  it("is told one after the other again in a window that came back", async () => {
    leave();
    stay();
    for (const id of ["h_1", "h_2"]) decided(id, "approve");
    await passing();
    expect(asked).toEqual(["h_1"]);
  });
});

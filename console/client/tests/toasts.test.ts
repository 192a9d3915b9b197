import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

vi.mock("@/words", () => ({ w: { value: { states: { undone: "undone" }, refusals: {} } } }));
const { drop, settle, soon, takeBack, takeLastBack, tell, toasts } = await import("@/shell/toasts");

const texts = (): string[] => toasts.map(({ text }) => text);

describe("what is done soon", () => {
  const told: string[] = [], back: string[] = [];
  const decide = (name: string) => soon(name, async () => void told.push(name), () => back.push(name));
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    vi.runAllTimers();
    told.length = back.length = 0;
    vi.useRealTimers();
  });

  it("is done once, when its note goes by its time", () => {
    decide("remove");
    expect([told, texts()]).toEqual([[], ["remove"]]);
    vi.runAllTimers();
    expect([told, texts()]).toEqual([["remove"], []]);
  });

  it("never happens when it is taken back, and cannot be taken back afterwards", async () => {
    takeBack(decide("remove"));
    const late = decide("approve");
    await drop(late);
    takeBack(late);
    vi.runAllTimers();
    expect([told, back]).toEqual([["approve"], ["remove"]]);
  });

  it("is taken back from the last that is still open", () => {
    const closed = decide("closed"), those = [decide("first"), decide("second"), closed];
    void drop(closed);
    takeLastBack(those);
    takeLastBack(those);
    takeLastBack(those);
    expect([told, back]).toEqual([["closed"], ["second", "first"]]);
  });

  it("is done at once when its note is closed or pushed out, or nobody looks any more", async () => {
    void drop(decide("closed"));
    decide("pushed out");
    for (const note of ["1", "2", "3", "4"]) tell(note);
    expect(told).toEqual(["closed", "pushed out"]);
    decide("left");
    await settle();
    vi.runAllTimers();
    expect(told).toEqual(["closed", "pushed out", "left"]);
  });
});

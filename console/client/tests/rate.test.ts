import { describe, expect, it } from "vitest";
import { perMinute, steps, type Sample } from "@/pages/overview/rate";

function seen(...talk: number[]): Sample[] {
  return talk.map((each, second) => ({ at: second * 1_000, talk: each, present: 3 }));
}

describe("how fast people talk", () => {
  it("is not told before enough was seen", () => {
    expect(perMinute([])).toBeNull();
    expect(perMinute(seen(0, 5, 9))).toBeNull();
  });

  it("is what was said over the time watched, at most a minute of it", () => {
    expect(perMinute(seen(0, 2, 4, 6))).toBe(120);
    expect(perMinute(seen(...Array.from({ length: 121 }, (_each, second) => (second < 60 ? 0 : second - 60))))).toBe(60);
  });

  it("is nothing, not less than nothing, when the count began anew", () => {
    expect(perMinute(seen(900, 900, 0, 1, 2))).toBe(0);
  });

  it("is drawn step by step", () => {
    expect(steps(seen(0, 1, 2, 5, 7), 2_000).map(({ said }) => said)).toEqual([4, 2]);
  });
});

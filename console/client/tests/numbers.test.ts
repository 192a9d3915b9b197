import { describe, expect, it } from "vitest";
import { change } from "@/charts/folding";
import { stacked } from "@/pages/analytics/stacked";
import { difference } from "@/parts/difference";
import { browserOf } from "@/pages/settings/agents";

describe("numbers over time", () => {
  it("compare with the period before, and say nothing where there was none", () => {
    expect(change(150, 100)).toBe(.5);
    expect(change(5, 0)).toBeNull();
  });

  it("are stacked by their parts, the largest first, small ones together", () => {
    expect(stacked([{ a: 1, b: 5 }, { b: 2, c: 9 }])).toEqual([{ name: "c", values: [0, 9] }, { name: "b", values: [5, 2] }, { name: "a", values: [1, 0] }]);
    const many = stacked([{ a: 9, b: 8, c: 7, d: 6, e: 2, f: 1 }]);
    expect(many.map(({ name }) => name)).toEqual(["a", "b", "c", "d", ""]);
    expect(many.at(-1)?.values).toEqual([3]);
  });
});

describe("before and after", () => {
  it("are told apart key by key, however deep", () => {
    expect(difference({ name: "茶馆", rules: { slow: 0 } }, { name: "茶馆", rules: { slow: 10 } })).toEqual([
      { key: "name", before: "茶馆", after: "茶馆", same: true },
      { key: "rules.slow", before: "0", after: "10", same: false },
    ]);
  });

  it("show what was made and what is gone", () => {
    expect(difference(null, { role: "admin" })).toEqual([{ key: "role", before: null, after: "admin", same: false }]);
    expect(difference({ until: null }, null)).toEqual([{ key: "until", before: "null", after: null, same: false }]);
    expect(difference("a", "b")).toEqual([{ key: "·", before: "a", after: "b", same: false }]);
  });
});

describe("a browser", () => {
  it("is named by what it calls itself", () => {
    expect(browserOf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36")).toBe("Chrome 142 · Windows");
    expect(browserOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1")).toBe("Safari 18 · iPhone");
    expect(browserOf("curl/8")).toBe("");
  });
});

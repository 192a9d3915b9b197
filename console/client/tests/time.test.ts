import { describe, expect, it } from "vitest";
import { ago, brief, bytes, span } from "@/words/time";

const NOW = 1_764_000_000_000;

describe("times as people read them", () => {
  it("says how long ago in both languages", () => {
    expect(ago(NOW - 5 * 60_000, NOW, "zh-CN")).toBe("5分钟前");
    expect(ago(NOW - 3 * 3_600_000, NOW, "en-GB")).toBe("3 hr ago");
    expect(ago(NOW + 2 * 86_400_000, NOW, "zh-CN")).toBe("后天");
    expect(ago(NOW - 90 * 86_400_000, NOW, "en-GB")).toContain("2025");
  });

  it("names the largest whole unit of a span", () => {
    expect(span(600, "zh-CN")).toBe("10分钟");
    expect(span(7 * 86_400, "zh-CN")).toBe("7天");
    expect(span(90, "en-GB")).toBe("90 secs");
  });

  it("shortens only what is long", () => {
    expect(brief(9_999, "zh-CN")).toBe("9,999");
    expect(brief(12_345, "zh-CN")).toBe("1.2万");
    expect(bytes(1_572_864, "en-GB")).toBe("1.5 MB");
  });
});

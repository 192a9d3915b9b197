import { describe, expect, it } from "vitest";
import { cut, lines } from "@/pages/words/cutting";

const found = (start: number, end: number) => ({ start, end, name: "广告", word: "加微", action: "mask" });
const texts = (text: string, ...findings: ReturnType<typeof found>[]) => cut(text, findings).map((piece) => (piece.finding ? `[${piece.text}]` : piece.text));

describe("a text in which words were found", () => {
  it("is cut where they stand, counted in characters", () => {
    expect(texts("🍵加微看图", found(1, 3))).toEqual(["🍵", "[加微]", "看图"]);
    expect(texts("加微", found(0, 2))).toEqual(["[加微]"]);
    expect(texts("清茶")).toEqual(["清茶"]);
  });

  it("shows each letter once where findings overlap", () => {
    expect(texts("abcdef", found(1, 4), found(2, 6), found(1, 2)).join("")).toBe("a[bcd]ef");
  });
});

it("a list is one word a line", () => {
  expect(lines(" 加微 \r\n\n刷单\n加微")).toEqual(["加微", "刷单"]);
});

import { describe, expect, it } from "vitest";
import { stepOf } from "@/charts/folding";
import { alone, barChart, heatMap, lineChart, rowsOf, type Palette } from "@/charts/options";
import { between } from "@/words/time";

const DAY = 86_400_000;
const paint: Palette = { ink: "#000", soft: "#333", line: "#ccc", surface: "#fff", raised: "#fff", font: "serif", colours: ["#161"], low: "#eee", high: "#161" };

describe("a chart that is taken away", () => {
  it("says what it shows, and makes room for that", () => {
    const drawn = lineChart(["1", "2"], [{ name: "now", values: [1, 2] }, { name: "before", values: [2, 1], before: true }], "条", "zh-CN");
    const [there, away] = [drawn(paint, 960), alone(drawn, "消息走势", "茶馆 · 单位：条")(paint, 960)];
    expect(away["title"]).toMatchObject({ text: "消息走势", subtext: "茶馆 · 单位：条" });
    const top = (part: unknown) => (part as { top: number }).top;
    expect(top(away["grid"]) - top(there["grid"])).toBe(top(away["legend"]) - top(there["legend"]));
    expect(top(away["legend"])).toBeGreaterThan(top(away["title"]) + 40);
    expect(away["series"]).toEqual(there["series"]);
  });

  it("has a title above whatever it draws", () => {
    for (const drawn of [barChart(["a"], [{ name: "a", values: [1] }], "条", "zh-CN", true), heatMap(["0"], ["周一"], [[0, 0, 1]], "条", "zh-CN")]) {
      expect(alone(drawn, "t", "u")(paint, 960)).toMatchObject({ title: { text: "t" }, backgroundColor: "#fff", textStyle: { fontFamily: "serif" } });
    }
  });
});

describe("a legend", () => {
  const names = ["Text · Mini-program", "Text · Official Account", "Picture · Mini-program", "Voice · Mini-program", "Others"];
  const top = (width: number): number => (barChart(["a"], names.map((name) => ({ name, values: [1] })), "messages", "en-GB")(paint, width)["grid"] as { top: number }).top;

  it("has the drawing begin below its last row", () => {
    expect([rowsOf(names, 900), rowsOf(names, 400), rowsOf(["消息", "前一时段"], 250)]).toEqual([1, 3, 1]);
    expect(top(460) - top(960)).toBe(44);
  });

  it("is turned page by page where it would take the whole drawing", () => {
    expect(top(240)).toBe(top(960));
  });
});

describe("a range of days", () => {
  it("is drawn in the steps that show its shape", () => {
    expect([1, 2, 3, 200, 201, 700].map((days) => stepOf(days * DAY))).toEqual(["hour", "hour", "day", "day", "week", "week"]);
  });

  it("is named by its first and last day", () => {
    const from = new Date(2026, 9, 27).getTime();
    expect(between(from, from + 2 * DAY, "en-GB")).toMatch(/^27\D+28 Oct 2026$/);
  });
});

/** Numbers to pictures: what ECharts is told. Tooltips are drawn, not written as HTML: what people wrote stays text, and the page's policy holds. */

import type { EChartsCoreOption } from "echarts/core";
import { brief, count } from "@/words/time";

export interface Palette {
  ink: string;
  soft: string;
  line: string;
  surface: string;
  raised: string;
  font: string;
  colours: string[];
  low: string;
  high: string;
}
export type Drawn = (palette: Palette) => EChartsCoreOption;

export interface Series {
  name: string;
  values: (number | null)[];
  /** The period before: drawn pale and dashed, in the colour of the series before it. */
  before?: boolean;
  area?: boolean;
}

export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"), soft: colour("soft"), line: colour("line"), surface: colour("surface"), raised: colour("raised"), font: colour("sans"),
    colours: [colour("tea"), colour("amber-bright"), colour("sky"), colour("clay"), colour("faded")], low: colour("celadon"), high: colour("tea"),
  };
}

export function lineChart(labels: string[], series: Series[], unit: string, locale: string, stacked = false): Drawn {
  return (paint) => ({
    ...frame(paint, unit, locale),
    legend: series.length > 1 ? legend(paint) : undefined,
    xAxis: { type: "category", boundaryGap: false, data: labels, axisLabel: { color: paint.soft, hideOverlap: true }, axisLine: { lineStyle: { color: paint.line } }, axisTick: { show: false } },
    series: series.map((each, place) => ({
      type: "line", name: each.name, data: each.values, symbol: labels.length < 2 ? "circle" : "none", smooth: .15, stack: stacked ? "all" : undefined,
      lineStyle: each.before ? { width: 1.5, type: "dashed", opacity: .65 } : { width: 2.2 },
      areaStyle: each.area || stacked ? { opacity: stacked ? .25 : .12 } : undefined,
      color: paint.colours[(each.before ? Math.max(0, place - 1) : place) % paint.colours.length],
    })),
  });
}

export function barChart(labels: string[], series: Series[], unit: string, locale: string, lying = false): Drawn {
  return (paint) => {
    const words = { type: "category", data: labels, inverse: lying, axisLabel: { color: paint.soft, hideOverlap: !lying, width: 130, overflow: "truncate" }, axisLine: { lineStyle: { color: paint.line } }, axisTick: { show: false } };
    const base = frame(paint, unit, locale);
    return {
      ...base, legend: series.length > 1 ? legend(paint) : undefined,
      xAxis: lying ? { ...(base["yAxis"] as object), nameLocation: "end" } : words, yAxis: lying ? words : base["yAxis"],
      series: series.map((each, place) => ({
        type: "bar", name: each.name, data: each.values, stack: series.length > 1 ? "all" : undefined, barMaxWidth: 26,
        itemStyle: { borderRadius: lying ? [0, 4, 4, 0] : [4, 4, 0, 0] }, color: paint.colours[place % paint.colours.length],
      })),
    };
  };
}

/** `cells` are [column, row, value]. */
export function heatMap(columns: string[], rows: string[], cells: [number, number, number][], unit: string, locale: string): Drawn {
  const most = Math.max(1, ...cells.map(([, , value]) => value));
  return (paint) => ({
    ...frame(paint, unit, locale), grid: { left: 8, right: 12, top: 12, bottom: 48, containLabel: true },
    tooltip: { ...tip(paint), formatter: ({ value: [column, row, value] }: { value: [number, number, number] }) => `${rows[row]} ${columns[column]}\n${count(value, locale)} ${unit}` },
    xAxis: { type: "category", data: columns, axisLabel: { color: paint.soft, hideOverlap: true }, axisTick: { show: false }, axisLine: { show: false } },
    yAxis: { type: "category", data: rows, inverse: true, axisLabel: { color: paint.soft }, axisTick: { show: false }, axisLine: { show: false } },
    visualMap: { min: 0, max: most, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 12, text: [brief(most, locale), "0"], textStyle: { color: paint.soft }, inRange: { color: [paint.low, paint.high] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: paint.surface, borderWidth: 2, borderRadius: 4 } }],
  });
}

/** Pixels above the drawing, where it stands alone, for what it is called. */
const HEAD = 72;

/** The same drawing as a picture of its own, which has no page around it: what it shows, where and when, and its unit. */
export function alone(drawn: Drawn, title: string, about: string): Drawn {
  return (paint) => {
    const option = drawn(paint);
    return {
      ...option, animation: false, backgroundColor: paint.surface, grid: lower(option["grid"]), legend: lower(option["legend"]),
      title: { text: title, subtext: about, left: 16, top: 14, itemGap: 6, textStyle: { color: paint.ink, fontSize: 20, fontWeight: 600 }, subtextStyle: { color: paint.soft, fontSize: 13 } },
    };
  };
}

function lower(part: unknown): object | undefined {
  const placed = part as { top: number } | undefined;
  return placed && { ...placed, top: placed.top + HEAD };
}

function frame(paint: Palette, unit: string, locale: string): EChartsCoreOption {
  return {
    textStyle: { fontFamily: paint.font }, animationDuration: 300, aria: { enabled: false },
    grid: { left: 8, right: 16, top: 34, bottom: 8, containLabel: true },
    tooltip: { ...tip(paint), trigger: "axis", valueFormatter: (value: number | null) => (value === null ? "–" : `${count(value, locale)} ${unit}`) },
    yAxis: { type: "value", name: unit, minInterval: 1, nameTextStyle: { color: paint.soft, align: "left" }, nameGap: 14, axisLabel: { color: paint.soft, formatter: (value: number) => brief(value, locale) }, splitLine: { lineStyle: { color: paint.line } } },
  };
}

function tip(paint: Palette): EChartsCoreOption {
  return { renderMode: "richText", confine: true, backgroundColor: paint.raised, borderColor: paint.line, textStyle: { color: paint.ink, fontSize: 13 }, axisPointer: { lineStyle: { color: paint.soft, type: "dashed" } } };
}

function legend(paint: Palette): EChartsCoreOption {
  return { top: 0, right: 0, itemWidth: 20, itemHeight: 8, textStyle: { color: paint.soft } };
}

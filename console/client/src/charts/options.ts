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
/** `width`: of the drawing, in pixels. */
export type Drawn = (palette: Palette, width: number) => EChartsCoreOption;

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
  return (paint, width) => ({
    ...frame(paint, unit, locale), ...named(series, paint, width),
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
  return (paint, width) => {
    const words = { type: "category", data: labels, inverse: lying, axisLabel: { color: paint.soft, hideOverlap: !lying, width: 130, overflow: "truncate" }, axisLine: { lineStyle: { color: paint.line } }, axisTick: { show: false } };
    const base = frame(paint, unit, locale);
    return {
      ...base, ...named(series, paint, width),
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
  return (paint, width) => {
    const option = drawn(paint, width);
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

const TOP = 34;

function frame(paint: Palette, unit: string, locale: string): EChartsCoreOption {
  return {
    textStyle: { fontFamily: paint.font }, animationDuration: 300, aria: { enabled: false },
    grid: { left: 8, right: 16, top: TOP, bottom: 8, containLabel: true },
    tooltip: { ...tip(paint), trigger: "axis", valueFormatter: (value: number | null) => (value === null ? "–" : `${count(value, locale)} ${unit}`) },
    yAxis: { type: "value", name: unit, minInterval: 1, nameTextStyle: { color: paint.soft, align: "left" }, nameGap: 14, axisLabel: { color: paint.soft, formatter: (value: number) => brief(value, locale) }, splitLine: { lineStyle: { color: paint.line } } },
  };
}

function tip(paint: Palette): EChartsCoreOption {
  return { renderMode: "richText", confine: true, backgroundColor: paint.raised, borderColor: paint.line, textStyle: { color: paint.ink, fontSize: 13 }, axisPointer: { lineStyle: { color: paint.soft, type: "dashed" } } };
}

/** Rows of a legend beyond which it would take the place of what it names: it is turned page by page then. */
const MOST_ROWS = 3, ROW = 22, BESIDE_THE_UNIT = 64;

/** Which series is which, above the drawing, and room for that. */
function named(series: Series[], paint: Palette, width: number): EChartsCoreOption {
  if (series.length < 2) return {};
  const rows = rowsOf(series.map(({ name }) => name), width - BESIDE_THE_UNIT);
  const further = rows > MOST_ROWS ? 0 : rows - 1;
  return {
    legend: { type: rows > MOST_ROWS ? "scroll" : "plain", top: 0, right: 0, width: width - BESIDE_THE_UNIT, itemWidth: 20, itemHeight: 8, textStyle: { color: paint.soft }, pageTextStyle: { color: paint.soft }, pageIconColor: paint.soft, pageIconInactiveColor: paint.line },
    grid: { left: 8, right: 16, top: TOP + further * ROW, bottom: 8, containLabel: true },
  };
}

/** In how many rows these names stand, as wide as they are about to be. */
export function rowsOf(names: string[], width: number): number {
  let rows = 1, used = 0;
  for (const name of names) {
    const needed = 36 + [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? 12 : 7), 0);
    if (used && used + needed > width) {
      rows += 1;
      used = 0;
    }
    used += needed;
  }
  return rows;
}

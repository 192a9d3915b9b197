const DAY = 86_400_000;

/** The longest step whose points are still many enough to see a shape: two years are a hundred weeks. */
export function stepOf(ms: number): "hour" | "day" | "week" {
  if (ms <= 2 * DAY) return "hour";
  return ms <= 200 * DAY ? "day" : "week";
}

/** How much more or less than before, in parts of 1; null where there was nothing before. */
export function change(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / before;
}

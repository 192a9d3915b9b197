/** Hourly counts folded into what a chart shows. Pure. Hours are the reader's own. */

export interface Hour {
  /** Milliseconds since 1970, the start of the hour. */
  at: number;
  value: number;
}

/** [hour of the day, day of the week (0 is Monday), mean of that hour]. */
export function byHourOfWeek(hours: Hour[]): [number, number, number][] {
  const sums = new Map<number, { sum: number; days: number }>();
  for (const { at, value } of hours) {
    const date = new Date(at);
    const cell = ((date.getDay() + 6) % 7) * 24 + date.getHours();
    const held = sums.get(cell) ?? { sum: 0, days: 0 };
    sums.set(cell, { sum: held.sum + value, days: held.days + 1 });
  }
  return [...sums].map(([cell, { sum, days }]) => [cell % 24, Math.floor(cell / 24), Math.round((sum / days) * 10) / 10]);
}

/** How much more or less than before, in parts of 1; null where there was nothing before. */
export function change(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / before;
}

export function total(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Times and numbers as people read them. Times are milliseconds since 1970. */

const MINUTE = 60_000, HOUR = 3_600_000, DAY = 86_400_000;

/** "3 minutes ago", "in 2 hours"; beyond a month the date. */
export function ago(at: number, now: number, locale: string): string {
  const far = at - now;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const size = Math.abs(far);
  if (size < MINUTE) return relative.format(Math.trunc(far / 1000 / 10) * 10, "second");
  if (size < HOUR) return relative.format(Math.trunc(far / MINUTE), "minute");
  if (size < DAY) return relative.format(Math.trunc(far / HOUR), "hour");
  if (size < 31 * DAY) return relative.format(Math.trunc(far / DAY), "day");
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(at);
}

export function moment(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

export function clock(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
}

export function day(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", weekday: "short" }).format(at);
}

/** "1 – 7 Nov 2026"; `to` is the moment after the last one meant. */
export function between(from: number, to: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).formatRange(from, to - 1);
}

export function count(number: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(number);
}

/** 1,234 → "1234", 12,345 → "1.2万" or "12.3K": for small places. */
export function brief(number: number, locale: string): string {
  if (Math.abs(number) < 10_000) return count(number, locale);
  return new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }).format(number);
}

export function bytes(size: number, locale: string): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let rest = size, unit = 0;
  for (; rest >= 1024 && unit < units.length - 1; unit += 1) rest /= 1024;
  return `${count(rest, locale)} ${units[unit]}`;
}

/** "10 min", "2 h", "7 d" from seconds, in the largest unit that fits whole. */
export function span(seconds: number, locale: string): string {
  const units: [number, string][] = [[86_400, "day"], [3_600, "hour"], [60, "minute"]];
  const [size, unit] = units.find(([size]) => seconds >= size && seconds % size === 0) ?? [1, "second"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(seconds / size);
}

/** +12% and −3%; without a sign where it is a part of a whole. */
export function percent(part: number, locale: string, signed = true): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0, signDisplay: signed ? "exceptZero" : "auto" }).format(part);
}

export function hourOfDay(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: "numeric", day: "numeric", hour: "2-digit", hour12: false }).format(at);
}

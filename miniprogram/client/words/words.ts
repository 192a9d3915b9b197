/** The words of the chosen language, and how times and counts are said in it. */
import { en } from "./en";
import { zh } from "./zh";
import type { Words } from "./zh";

export type { Words } from "./zh";
export type Language = "zh" | "en";

export function wordsOf(language: Language): Words {
  return language === "en" ? en : zh;
}

/** `{0}`, `{1}` … replaced by what is given. */
export function fill(text: string, ...given: (string | number)[]): string {
  return text.replace(/\{(\d)\}/g, (_, index: string) => String(given[Number(index)] ?? ""));
}

/** Why something was refused, in words. */
export function excuse(words: Words, code: string): string {
  const key = `code_${code}` as keyof Words;
  return words[key] ?? words.code_unknown;
}

export function clock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function day(words: Words, at: number, now: number): string {
  const [then, today] = [midnight(at), midnight(now)];
  if (then === today) return words.today;
  if (then === midnight(today - 1)) return words.yesterday;
  const date = new Date(at);
  const short = `${date.getMonth() + 1}-${date.getDate()}`;
  return date.getFullYear() === new Date(now).getFullYear() ? short : `${date.getFullYear()}-${short}`;
}

/** In a list: the time today, the day before. */
export function when(words: Words, at: number, now: number): string {
  return midnight(at) === midnight(now) ? clock(at) : day(words, at, now);
}

export function duration(words: Words, milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 100) return fill(words.seconds, seconds);
  if (seconds < 100 * 60) return fill(words.minutes, Math.ceil(seconds / 60));
  return fill(words.hours, Math.ceil(seconds / 3600));
}

export function midnight(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** What to tell `setData`, so that one new message does not send all of them, and what surrounds them, again. Pure. */
import type { Row } from "./rows";

/** Above this many changed rows, all are sent. */
const FEW = 8;

export function changes(before: readonly Row[], after: readonly Row[]): Record<string, unknown> | undefined {
  if (before.length > after.length) return { rows: after };
  const changed: Record<string, unknown> = {};
  let count = 0;
  for (let index = 0; index < after.length; index += 1) {
    if (same(before[index], after[index]!)) continue;
    if (index < before.length && before[index]!.key !== after[index]!.key) return { rows: after };
    count += 1;
    if (count > FEW) return { rows: after };
    changed[`rows[${index}]`] = after[index];
  }
  return count ? changed : undefined;
}

/** Of what is to be shown, what is not shown yet; undefined where all of it is. */
export function unseen(shown: Readonly<Record<string, unknown>>, now: Record<string, unknown>): Record<string, unknown> | undefined {
  const other = Object.entries(now).filter(([name, value]) => shown[name] !== value && JSON.stringify(shown[name]) !== JSON.stringify(value));
  return other.length ? Object.fromEntries(other) : undefined;
}

function same(one: Row | undefined, other: Row): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

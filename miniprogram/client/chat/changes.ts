/** What to tell `setData` about rows, so that one new message does not send them all again. Pure. */
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

function same(one: Row | undefined, other: Row): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

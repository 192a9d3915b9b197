/** Moves one among all, a place up or down as the reader sees them: what is hidden is skipped. Pure. */
export function moved(all: string[], one: string, by: number, seen: string[] = all): string[] {
  const target = seen[seen.indexOf(one) + by];
  if (target === undefined) return all;
  const rest = all.filter((each) => each !== one);
  rest.splice(rest.indexOf(target) + (by > 0 ? 1 : 0), 0, one);
  return rest;
}

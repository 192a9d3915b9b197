/** Parts of each point as series to be stacked, the largest first; beyond the fifth they are one, named "". Pure. */
const MOST = 4;

export function stacked(points: Record<string, number>[]): { name: string; values: number[] }[] {
  const totals = new Map<string, number>();
  for (const [part, many] of points.flatMap((parts) => Object.entries(parts))) totals.set(part, (totals.get(part) ?? 0) + many);
  const ranked = [...totals].sort(([, one], [, other]) => other - one).map(([part]) => part);
  const own = ranked.slice(0, ranked.length > MOST + 1 ? MOST : MOST + 1);
  const series = own.map((name) => ({ name, values: points.map((parts) => parts[name] ?? 0) }));
  const rest = ranked.slice(own.length);
  if (rest.length) series.push({ name: "", values: points.map((parts) => rest.reduce((sum, part) => sum + (parts[part] ?? 0), 0)) });
  return series;
}

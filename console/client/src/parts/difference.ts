/** What an act changed: its state before and after, key by key. Pure. */

export interface Change {
  key: string;
  before: string | null;
  after: string | null;
  same: boolean;
}

export function difference(before: unknown, after: unknown): Change[] {
  const one = flat(before), other = flat(after);
  return [...new Set([...one.keys(), ...other.keys()])].map((key) => {
    const [was, is] = [one.get(key) ?? null, other.get(key) ?? null];
    return { key, before: was, after: is, same: was === is };
  });
}

function flat(value: unknown, path = ""): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== "object") return new Map([[path || "·", String(value)]]);
  const inner = Object.entries(value).flatMap(([key, each]) => {
    const here = path ? `${path}.${key}` : key;
    return each !== null && typeof each === "object" ? [...flat(each, here)] : [[here, String(each)] as [string, string]];
  });
  return new Map(inner);
}

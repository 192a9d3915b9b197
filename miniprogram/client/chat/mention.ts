/** Naming somebody while writing: what of a draft is the beginning of a name, and who may be meant. Pure. */

export interface Someone {
  id: string;
  name: string;
}

/** The call that is being typed: where its `@` stands, and what of the name is there. */
export interface Call {
  at: number;
  word: string;
}

/** As many are offered at once. */
export const MOST_OFFERED = 6;
/** Longer than this no name of a person is. */
const LONGEST = 20;

/** The call in which the cursor stands. An `@` behind a letter or a digit is that of an address; a space ends a call. */
export function calling(text: string, cursor: number): Call | undefined {
  const found = /(?:^|[^A-Za-z0-9_.])[@＠]([^@＠\s]*)$/.exec(text.slice(0, cursor));
  if (!found || found[1]!.length > LONGEST) return undefined;
  return { at: cursor - found[1]!.length - 1, word: found[1]! };
}

/** Who may be meant: whose name begins so before whose name holds it; everybody once, the nearest as `people` has them. */
export function meant<T extends Someone>(people: Iterable<T>, word: string): T[] {
  const wanted = word.toLowerCase();
  const [begins, holds, known] = [[] as T[], [] as T[], new Set<string>()];
  for (const each of people) {
    const place = each.name.toLowerCase().indexOf(wanted);
    if (!each.name || known.has(each.id) || place < 0) continue;
    known.add(each.id);
    (place === 0 ? begins : holds).push(each);
  }
  return [...begins, ...holds].slice(0, MOST_OFFERED);
}

/** The draft with the whole name in place of what was typed of it, and where the cursor stands then. */
export function named(text: string, call: Call, name: string): { text: string; cursor: number } {
  const before = `${text.slice(0, call.at)}@${name} `;
  const after = text.slice(call.at + 1 + call.word.length);
  return { text: before + after.replace(/^ /, ""), cursor: before.length };
}

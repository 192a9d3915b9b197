/** A channel's log as a moderator reads it: entries in order, each as it stands now. Pure; the page draws what it holds. */

export interface Entry {
  op: string;
  epoch: string;
  seq: number;
  at: number;
  from?: { id: string; name: string; door?: string };
  type?: string;
  body?: Record<string, unknown> | null;
  text?: string;
  by?: string | { id: string; name: string };
  user?: string | { id: string; name: string };
  of?: number;
  on?: boolean;
  until?: number | null;
  reason?: string | null;
  reply_to?: number | null;
  recalled?: boolean;
  edited_at?: number | null;
  pinned?: boolean;
  reactions?: Record<string, number>;
  /** Entries are missing before this one, and the log has them. */
  after_gap?: boolean;
  [more: string]: unknown;
}

export interface Timeline {
  epoch: string;
  entries: Entry[];
  /** Older entries can be asked for. */
  more: boolean;
}

const MOST = 1_000;
const CHANGES = new Set(["recalled", "edited", "pinned"]);

export const empty: Timeline = { epoch: "", entries: [], more: false };

/** The newest page of the log, or a page before what is held. */
export function withPage(line: Timeline, page: Entry[], more: boolean): Timeline {
  const held = new Set(line.entries.map((entry) => entry.seq));
  const older = page.filter((entry) => !held.has(entry.seq));
  const entries = [...older, ...line.entries].sort((one, other) => one.seq - other.seq);
  return { epoch: page.at(-1)?.epoch ?? line.epoch, entries, more };
}

/** An entry that has just happened. One that is held already changes nothing; numbers left out are marked. */
export function withEntry(line: Timeline, entry: Entry): Timeline {
  const last = line.entries.at(-1);
  if (last && entry.seq <= last.seq && entry.epoch === line.epoch) return line;
  const marked = last && entry.seq > last.seq + 1 ? { ...entry, after_gap: true } : entry;
  const entries = [...changed(line.entries, entry), marked];
  const tooMany = entries.length > MOST;
  return { epoch: entry.epoch, entries: tooMany ? entries.slice(-MOST) : entries, more: line.more || tooMany };
}

/** The end of the log above `seq` was lost. */
export function forked(line: Timeline, epoch: string, seq: number): Timeline {
  return { ...line, epoch, entries: line.entries.filter((entry) => entry.seq <= seq) };
}

export function reacted(line: Timeline, seq: number, reactions: Record<string, number>): Timeline {
  return { ...line, entries: line.entries.map((entry) => (entry.seq === seq ? { ...entry, reactions } : entry)) };
}

/** What gets a line of its own; changes of other entries show on those. */
export function lines(line: Timeline): Entry[] {
  return line.entries.filter((entry) => !CHANGES.has(entry.op));
}

export function pinned(line: Timeline): Entry[] {
  return line.entries.filter((entry) => entry.pinned && !entry.recalled);
}

/** Who is who, as far as they spoke. */
export function namesIn(line: Timeline): Map<string, string> {
  return new Map(line.entries.flatMap(({ from }) => (from ? [[from.id, from.name] as const] : [])));
}

export function textOf(entry: Entry): string {
  const text = entry.body?.["text"] ?? entry.text;
  return typeof text === "string" ? text : "";
}

function changed(entries: Entry[], by: Entry): Entry[] {
  if (!CHANGES.has(by.op) || by.of === undefined) return entries;
  return entries.map((entry) => {
    if (entry.seq !== by.of) return entry;
    if (by.op === "recalled") return { ...entry, recalled: true, body: null, pinned: false };
    if (by.op === "edited") return { ...entry, body: by.body ?? null, edited_at: by.at };
    return { ...entry, pinned: by.on === true };
  });
}

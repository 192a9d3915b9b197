/** A timeline as the screen shows it: day marks, groups of one sender, the unread line, notes, one's own words. Pure. */
import { clock, day, excuse, fill, midnight } from "../words/words";
import type { Words } from "../words/words";
import type { Outgoing } from "./composer";
import { idOf, nameOf } from "./entry";
import type { Body, Entry } from "./entry";
import type { Timeline } from "./timeline";

/** Words of one sender within this time stand together under one name. */
const GROUP_MS = 5 * 60_000;
/** Colours for faces without a picture. */
const HUES = 8;
/** What this client can show. */
const TYPES: readonly string[] = ["text", "image", "voice", "video", "file", "location", "link"];
/** Longer words are folded: one message must not fill screens. */
const LONG_TEXT = 500;
const LONG_LINES = 14;

export interface Row {
  /** Names the row on the screen, the same before and after its number is known. */
  key: string;
  kind: "day" | "unread" | "note" | "announcement" | "message" | "hole";
  seq: number;
  text: string;
  mine?: boolean;
  head?: boolean;
  from?: string;
  name?: string;
  letter?: string;
  hue?: number;
  avatar?: string;
  door?: string;
  type?: string;
  body?: Body;
  client_id?: string;
  time?: string;
  state?: "" | "sending" | "held" | "failed";
  reason?: string;
  quote?: { seq: number; name: string; text: string };
  repeats?: number;
  edited?: boolean;
  forwarded?: boolean;
  pinned?: boolean;
  mentioned?: boolean;
  /** Folded until somebody wants to read all of it. */
  long?: boolean;
  reactions?: { emoji: string; count: number }[];
}

export interface View {
  words: Words;
  me: string;
  now: number;
  /** Entries above this one are new, when the person came; 0 draws no line. */
  read: number;
  /** Whose words are not shown. */
  blocked: ReadonlySet<string>;
  /** Names of people who did not speak in this timeline. */
  names: ReadonlyMap<string, string>;
  /** The address of a person's picture, or "". */
  picture(user: string): string;
}

/** The rows of entries from index `from` up to `to`, and, at the end, of what is outgoing. */
export function rows(timeline: Timeline, outgoing: readonly Outgoing[], given: View, from = 0, to = Infinity): Row[] {
  const entries = timeline.all();
  const view = { ...given, names: new Map([...given.names, ...timeline.names]) };
  const repeats = countRepeats(entries);
  const shown: Row[] = [];
  let [before, lined] = [undefined as Entry | undefined, false];
  for (let index = from; index < Math.min(to, entries.length); index += 1) {
    const entry = entries[index]!;
    before ??= entries[index - 1];
    if (entry.repeat_of !== undefined && timeline.at(entry.repeat_of)) continue;
    if (!before || midnight(before.at) !== midnight(entry.at)) shown.push(dayRow(entry, view));
    if (before && entry.seq > before.seq + 1 && !entry.repeat_of && !skipped(timeline, before.seq, entry.seq)) {
      shown.push({ key: `hole-${before.seq}`, kind: "hole", seq: before.seq, text: view.words.hole });
      before = undefined;
    }
    if (!lined && view.read > 0 && entry.seq > view.read && counts(entry, view)) {
      lined = true;
      if (index > 0) shown.push({ key: "unread", kind: "unread", seq: entry.seq, text: view.words.unread_line });
    }
    const row = entryRow(entry, before, timeline, repeats.get(entry.seq) ?? 0, view);
    if (row) shown.push(row);
    before = entry;
  }
  if (to >= entries.length) for (const each of outgoing) shown.push(outgoingRow(each, timeline, view, shown[shown.length - 1]?.mine !== true));
  return shown.map((row, index) => (saysTheSame(row, shown[index + 1]) ? { ...row, time: "" } : row));
}

/** The last of a group tells the time of all in the same minute. */
function saysTheSame(row: Row, next: Row | undefined): boolean {
  return row.kind === "message" && next?.kind === "message" && next.head === false && next.time === row.time;
}

/** A line for a list: who said what. */
export function gist(body: Body | undefined, type: string | undefined, words: Words): string {
  if (body?.text) return body.text;
  const named = { image: words.picture, voice: words.voice, video: words.video, file: words.file, location: words.location, link: words.link };
  const kind = named[type as keyof typeof named];
  return kind ? `[${kind}]${body?.title ?? body?.name ?? ""}` : "";
}

export function hueOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)!) % 997;
  return sum % HUES;
}

export function letterOf(name: string): string {
  return [...name.trim()][0]?.toUpperCase() ?? "茶";
}

function countRepeats(entries: readonly Entry[]): Map<number, number> {
  const counted = new Map<number, number>();
  for (const { repeat_of: of } of entries) if (of !== undefined) counted.set(of, (counted.get(of) ?? 0) + 1);
  return counted;
}

/** True where every number between the two is known: repeats that are folded into another row. */
function skipped(timeline: Timeline, after: number, before: number): boolean {
  for (let seq = after + 1; seq < before; seq += 1) if (!timeline.at(seq)) return false;
  return true;
}

function counts(entry: Entry, view: View): boolean {
  return (entry.op === "message" || entry.op === "announced") && idOf(entry.from) !== view.me;
}

function dayRow(entry: Entry, view: View): Row {
  return { key: `day-${midnight(entry.at)}`, kind: "day", seq: entry.seq, text: day(view.words, entry.at, view.now) };
}

function entryRow(entry: Entry, before: Entry | undefined, timeline: Timeline, repeats: number, view: View): Row | undefined {
  if (entry.op === "message") {
    if (entry.recalled) return note(entry, fill(view.words.note_recalled, nameFor(entry.from, view)));
    return messageRow(entry, before, timeline, repeats, view);
  }
  if (entry.op === "announced") return { key: keyOf(entry), kind: "announcement", seq: entry.seq, text: entry.text ?? "", time: clock(entry.at), name: nameFor(entry.by, view) };
  const text = noteText(entry, view);
  return text ? note(entry, text) : undefined;
}

function messageRow(entry: Entry, before: Entry | undefined, timeline: Timeline, repeats: number, view: View): Row {
  const from = entry.from ?? { id: "" };
  const mine = from.id === view.me;
  const name = nameFor(from, view);
  const hidden = view.blocked.has(from.id);
  const together = before?.op === "message" && !before.recalled && idOf(before.from) === from.id
    && entry.at - before.at < GROUP_MS && midnight(before.at) === midnight(entry.at);
  const quote = quoted(entry.reply_to, timeline, view);
  const counts = Object.entries(entry.reactions ?? {}).filter(([, count]) => count > 0);
  const strange = !hidden && !TYPES.includes(entry.type ?? "text");
  const text = hidden ? view.words.blocked_message : strange ? view.words.unknown_message : (entry.body?.text ?? (entry.body ? "" : view.words.repeats));
  return {
    key: keyOf(entry), kind: "message", seq: entry.seq, mine, head: !together, from: from.id, name,
    letter: letterOf(name), hue: hueOf(from.id), avatar: together || mine ? "" : view.picture(from.id), time: clock(entry.at), state: "",
    text, type: hidden || strange ? "hidden" : (entry.type ?? "text"),
    ...(isLong(text) && { long: true }),
    ...(!hidden && !strange && entry.body && { body: entry.body }),
    ...(from.door && from.door !== "miniprogram" && { door: from.door === "wechat" ? view.words.from_wechat : view.words.from_console }),
    ...(quote && { quote }),
    ...(repeats && { repeats: repeats + 1 }),
    ...(entry.edited_at !== undefined && { edited: true }),
    ...(entry.forwarded && { forwarded: true }),
    ...(entry.pinned && { pinned: true }),
    ...(entry.body?.mentions?.includes(view.me) && { mentioned: true }),
    reactions: counts.map(([emoji, count]) => ({ emoji, count })),
  };
}

function outgoingRow(out: Outgoing, timeline: Timeline, view: View, head: boolean): Row {
  const state = out.stage === "failed" ? "failed" : out.stage === "held" ? "held" : "sending";
  const quote = quoted(out.reply_to, timeline, view);
  return {
    key: `m-${out.client_id}`, kind: "message", seq: 0, mine: true, head, from: view.me, name: "", text: out.body.text ?? "",
    type: out.type, body: out.body, client_id: out.client_id, time: clock(out.at), state, reactions: [], ...(quote && { quote }),
    ...(out.stage === "failed" && { reason: out.reason && out.code === "rejected" ? out.reason : excuse(view.words, out.code ?? "") }),
  };
}

function quoted(seq: number | undefined, timeline: Timeline, view: View): Row["quote"] {
  if (seq === undefined) return undefined;
  const entry = timeline.at(seq);
  return { seq, name: nameFor(entry?.from, view), text: entry ? gist(entry.body, entry.type, view.words) : "…" };
}

function isLong(text: string): boolean {
  return text.length > LONG_TEXT || text.split("\n", LONG_LINES + 1).length > LONG_LINES;
}

/** One's own message keeps its key when its number comes. */
function keyOf(entry: Entry): string {
  return entry.client_id ? `m-${entry.client_id}` : `s-${entry.seq}`;
}

function note(entry: Entry, text: string): Row {
  return { key: keyOf(entry), kind: "note", seq: entry.seq, text };
}

function nameFor(person: Entry["user"], view: View): string {
  const id = idOf(person);
  if (id && id === view.me) return view.words.you;
  return nameOf(person) || view.names.get(id) || view.words.someone;
}

function noteText(entry: Entry, view: View): string | undefined {
  const { words } = view;
  const who = nameFor(entry.user, view);
  const about = [
    entry.until ? fill(words.until, `${day(words, entry.until, view.now)} ${clock(entry.until)}`) : "",
    entry.reason ? fill(words.because, entry.reason) : "",
  ].filter(Boolean);
  const end = about.length ? ` · ${about.join(" · ")}` : "";
  switch (entry.op) {
    case "muted": return fill(words.note_muted, who) + end;
    case "unmuted": return fill(words.note_unmuted, who) + end;
    case "kicked": return fill(words.note_kicked, who) + end;
    case "banned": return fill(words.note_banned, who) + end;
    case "pardoned": return fill(words.note_pardoned, who) + end;
    case "pinned": return entry.on === false ? words.note_unpinned : words.note_pinned;
    case "rules": return rulesText(entry as Entry & { muted_all?: boolean; slow_seconds?: number }, words);
    default: return undefined; // recalled and edited show on the message itself; what is unknown is not shown
  }
}

function rulesText(entry: { muted_all?: boolean; slow_seconds?: number }, words: Words): string {
  if (entry.muted_all !== undefined) return entry.muted_all ? words.note_muted_all : words.note_unmuted_all;
  if (entry.slow_seconds) return fill(words.note_slow, entry.slow_seconds);
  return words.note_rules;
}

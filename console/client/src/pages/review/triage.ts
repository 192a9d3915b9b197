/** Held and reported messages, doubtful names and pictures in one queue: their order, what fits each, which comes next. Pure; the page draws it. */

import type { Schemas } from "@/api/house";
import type { Entry } from "@/live/timeline";

export const DEEDS = ["approve", "remove", "mute", "ban", "dismiss"] as const;
export type Deed = (typeof DEEDS)[number];
export type Held = Schemas["HeldView"];
export type Case = Schemas["CaseView"];
export type Doubtful = Schemas["NameView"];
export type Pictured = Schemas["PictureView"];

/** A message, a name or a picture of somebody that waits. `at`: since when; `entry`: as it stands, null where it is no longer there. */
export interface Item {
  key: string;
  room: string;
  channel: string;
  author: string;
  name: string;
  at: number;
  entry: Entry | null;
  held: Held | null;
  reported: Case | null;
  named: Doubtful | null;
  pictured: Pictured | null;
}

/** The longest waiting first. */
export function inOrder(held: Held[], cases: Case[], names: Doubtful[] = [], pictures: Pictured[] = []): Item[] {
  return [...held.map(ofHeld), ...cases.map(ofCase), ...names.map(ofName), ...pictures.map(ofPicture)].sort((one, other) => one.at - other.at || (one.key < other.key ? -1 : 1));
}

/** A held message is let through or not, a name or a picture let be or taken back, a report acted on or dismissed; staff are not muted. */
export function offered(item: Item): Deed[] {
  const staff = item.author.startsWith("s_");
  return DEEDS.filter((deed) => {
    if (item.named || item.pictured) return deed === "approve" || deed === "remove";
    if (deed === "approve") return item.held !== null;
    if (deed === "dismiss") return item.reported !== null;
    return deed === "remove" || !staff;
  });
}

/** What was said before it and after it. */
export function around(item: Item, entries: Entry[]): { before: Entry[]; after: Entry[] } {
  const said = entries.filter(({ op }) => op === "message");
  const seq = item.reported?.seq;
  const earlier = (entry: Entry): boolean => (seq === undefined ? entry.at <= item.at : entry.seq < seq);
  return { before: said.filter(earlier), after: said.filter((entry) => !earlier(entry) && entry.seq !== seq) };
}

/** The one `by` places further, as far as there is one; the first where none is chosen. */
export function moved(items: Item[], chosen: string, by: number): string {
  const place = items.findIndex(({ key }) => key === chosen);
  return items[place < 0 ? 0 : Math.min(items.length - 1, Math.max(0, place + by))]?.key ?? "";
}

/** Which is looked at when some are gone: the chosen one if it stays, else the next that stays, else the last. */
export function chosenAfter(items: Item[], gone: ReadonlySet<string>, chosen: string): string {
  const place = Math.max(0, items.findIndex(({ key }) => key === chosen));
  return (items.slice(place).find(({ key }) => !gone.has(key)) ?? items.filter(({ key }) => !gone.has(key)).at(-1))?.key ?? "";
}

function ofHeld(one: Held): Item {
  const entry = { op: "message", epoch: "", seq: 0, at: one.at, from: { id: one.user, name: one.name, door: one.door }, type: one.type, body: one.body };
  return { key: one.id, room: one.room, channel: one.channel, author: one.user, name: one.name || one.user, at: one.at, entry, held: one, reported: null, named: null, pictured: null };
}

function ofCase(one: Case): Item {
  const entry = one.message as unknown as Entry | null;
  return { key: `${one.channel}.${one.seq}`, room: one.room, channel: one.channel, author: one.author, name: entry?.from?.name || one.author, at: one.at, entry, held: null, reported: one, named: null, pictured: null };
}

/** A name is shown as if its bearer had said it: there is nothing around it, and no room that it is of. */
function ofName(one: Doubtful): Item {
  const entry = { op: "message", epoch: "", seq: 0, at: one.at, from: { id: one.user, name: one.name, door: "miniprogram" }, type: "text", body: { text: one.name } };
  return { key: one.id, room: "", channel: "", author: one.user, name: one.name, at: one.at, entry, held: null, reported: null, named: one, pictured: null };
}

/** Like a name: what a person is seen with is of no room. */
function ofPicture(one: Pictured): Item {
  const entry = { op: "message", epoch: "", seq: 0, at: one.at, from: { id: one.user, name: one.name, door: "miniprogram" }, type: "avatar" };
  return { key: one.id, room: "", channel: "", author: one.user, name: one.name || one.user, at: one.at, entry, held: null, reported: null, named: null, pictured: one };
}

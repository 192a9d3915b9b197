/** What stands in a channel's log, as loosely as a client that may be older than its server must take it. */

export interface Somebody {
  id: string;
  name?: string;
  door?: string;
}

export interface Body {
  text?: string;
  media?: string;
  width?: number;
  height?: number;
  seconds?: number;
  poster?: string;
  name?: string;
  bytes?: number;
  latitude?: number;
  longitude?: number;
  address?: string;
  title?: string;
  url?: string;
  description?: string;
  mentions?: string[];
}

/** A message, an announcement, or an act of authority; `op` says which. */
export interface Entry {
  op: string;
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  from?: Somebody;
  type?: string;
  body?: Body;
  client_id?: string;
  reply_to?: number;
  repeat_of?: number;
  /** Who says it says again what somebody said elsewhere. */
  forwarded?: { at: number; channel?: string; seq?: number };
  recalled?: boolean;
  edited_at?: number;
  reactions?: Record<string, number>;
  pinned?: boolean;
  of?: number;
  on?: boolean;
  text?: string;
  user?: string | Somebody;
  by?: string | Somebody;
  until?: number | null;
  reason?: string;
}

/** Entries that make a channel unread. */
export const COUNTED: readonly string[] = ["message", "announced"];

export function idOf(person: string | Somebody | undefined): string {
  return typeof person === "object" ? person.id : (person ?? "");
}

export function nameOf(person: string | Somebody | undefined): string {
  return typeof person === "object" ? (person.name ?? "") : "";
}

/**
 * What came, as an entry: undefined for what is none, and without whatever is not what it should be. A server may be
 * newer than this client, and one field that it does not understand must not take the whole channel from the screen.
 */
export function understood(told: unknown): Entry | undefined {
  if (!isObject(told) || !isText(told.op) || !isText(told.epoch) || !Number.isSafeInteger(told.seq) || Number(told.seq) < 1) return undefined;
  const strange = FIELDS.filter(([name, fits]) => name in told && !fits(told[name])).map(([name]) => name);
  const at = isNumber(told.at) ? told.at : 0;
  if (!strange.length) return { ...told, at } as unknown as Entry;
  return { ...Object.fromEntries(Object.entries(told).filter(([name]) => !strange.includes(name))), at } as unknown as Entry;
}

type Fits = (value: unknown) => boolean;

const isText: Fits = (value) => typeof value === "string";
const isFlag: Fits = (value) => typeof value === "boolean";
const isNumber: Fits = (value) => typeof value === "number" && Number.isFinite(value);
const isTexts: Fits = (value) => Array.isArray(value) && value.every(isText);
const isCounts: Fits = (value) => isObject(value) && Object.values(value).every(isNumber);
const isSomebody: Fits = (value) => isObject(value) && isText(value.id) && ["name", "door"].every((name) => !(name in value) || isText(value[name]));
const isSomeone: Fits = (value) => isText(value) || isSomebody(value);
const isBody: Fits = (value) => isObject(value) && BODY.every(([name, fits]) => !(name in value) || fits(value[name]));

const BODY: [string, Fits][] = [
  ...["text", "media", "poster", "name", "address", "title", "url", "description"].map((name): [string, Fits] => [name, isText]),
  ...["width", "height", "seconds", "bytes", "latitude", "longitude"].map((name): [string, Fits] => [name, isNumber]), ["mentions", isTexts],
];

const FIELDS: [string, Fits][] = [
  ["from", isSomebody], ["user", isSomeone], ["by", isSomeone], ["body", isBody], ["reactions", isCounts],
  ...["type", "client_id", "text", "reason"].map((name): [string, Fits] => [name, isText]),
  ...["reply_to", "repeat_of", "edited_at", "of"].map((name): [string, Fits] => [name, isNumber]),
  ...["recalled", "pinned", "on", "muted_all"].map((name): [string, Fits] => [name, isFlag]),
  ["slow_seconds", isNumber], ["until", (value) => value === null || isNumber(value)],
];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

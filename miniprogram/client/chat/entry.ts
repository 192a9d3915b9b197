/** What stands in a channel's log, as loosely as a client that may be older than its server must take it. */

export interface Somebody {
  id: string;
  name?: string;
  door?: string;
  avatar?: string;
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

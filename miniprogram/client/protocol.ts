// Written by `python -m miniprogram.publish` from miniprogram/protocol.py. Do not change it here.

export const SUBPROTOCOL = "teahouse.v1";
export const TEXT_LIMIT = 2000;
export const HISTORY_LIMIT = 200;

/** Why a socket was closed. */
export const Close = {
  NOT_AN_OBJECT: 4000,
  NO_HELLO: 4001,
  EXPIRED: 4002,
  SIGNED_OUT: 4003,
  TOO_SLOW: 4008,
  REPLACED: 4009,
  NO_HEARTBEAT: 4010,
  DRAINING: 4013,
} as const;

/** Why something was refused. */
export type Code =
  | "bad_frame"
  | "unauthenticated"
  | "expired"
  | "not_found"
  | "forbidden"
  | "password_needed"
  | "password_wrong"
  | "verify_phone"
  | "not_member"
  | "not_entered"
  | "muted"
  | "muted_all"
  | "slow_mode"
  | "rate_limited"
  | "duplicate"
  | "too_long"
  | "blocked_words"
  | "banned"
  | "full"
  | "queue_full"
  | "closed"
  | "unavailable";

/** A position in a channel's log. */
export interface Place {
  epoch: string;
  seq: number;
}

export interface Text {
  text: string;
}

export interface User {
  id: string;
  name: string;
  avatar: string;
}

export interface Me {
  role: string;
  muted_until: number | null;
  quiet: number | null;
}

/** How a channel stands for the one who entered it. */
export interface State {
  channel: string;
  epoch: string;
  tip: number;
  read: number;
  unread: number;
  mentions: number;
  present: number;
  entered_at: number;
  me: Me;
  rules: Record<string, unknown>;
  entered?: boolean;
}

/** A channel of `resume` that could not be entered again. */
export interface NotEntered {
  channel: string;
  refused: string;
}

export interface Author {
  id: string;
  name: string;
  door: "miniprogram" | "wechat" | "console";
}

export interface Named {
  id: string;
  name: string;
}

export interface Gone {
  id: string;
}

/** The first frame. `resume` enters channels again and asks for what was missed since. */
export interface Hello {
  op: "hello";
  id: number;
  token: string;
  client?: string;
  resume?: Record<string, Place>;
}

export interface Enter {
  op: "enter";
  id: number;
  channel: string;
  password?: string;
  ticket?: string;
  since?: Place;
}

/** Gives up the seat. */
export interface Leave {
  op: "leave";
  id: number;
  channel: string;
}

export interface Say {
  op: "say";
  id: number;
  channel: string;
  client_id: string;
  type: "text";
  body: Text;
  reply_to?: number;
  epoch?: string;
}

export interface Read {
  op: "read";
  id: number;
  channel: string;
  seq: number;
  epoch?: string;
}

/** One page of entries, ascending; the newest without `before` and `after`. */
export interface History {
  op: "history";
  id: number;
  channel: string;
  before?: number;
  after?: number;
  limit?: number;
  epoch?: string;
}

export interface Ping {
  op: "ping";
  id: number;
}

/** Answers `hello`. Missed entries follow as ordinary frames. */
export interface Welcome {
  op: "welcome";
  id: number;
  user: User;
  now: number;
  heartbeat_seconds: number;
  channels: (State | NotEntered)[];
}

/** Answers `enter`: the latest entries, or those after `since`. */
export interface Entered {
  op: "entered";
  id: number;
  channel: string;
  epoch: string;
  tip: number;
  read: number;
  unread: number;
  mentions: number;
  present: number;
  entered_at: number;
  me: Me;
  rules: Record<string, unknown>;
  messages: Entry[];
  complete: boolean;
}

export interface Left {
  op: "left";
  id: number;
  channel: string;
}

/** The message has its number and is in the log. */
export interface Said {
  op: "said";
  id: number;
  channel: string;
  client_id: string;
  epoch: string;
  seq: number;
  at: number;
}

export interface Done {
  op: "done";
  id: number;
}

export interface Page {
  op: "history";
  id: number;
  channel: string;
  messages: Entry[];
  more: boolean;
}

export interface Pong {
  op: "pong";
  id: number;
}

/** Nothing was changed. `temporary` tells whether the same request may succeed later. */
export interface Refuse {
  op: "refused";
  id?: number;
  code: string;
  message: string;
  temporary: boolean;
  retry_after_seconds?: number;
}

/** Somebody said something. */
export interface Message {
  op: "message";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  from: Author;
  type: "text";
  body: Text;
  client_id: string;
  reply_to?: number;
}

/** Who is there changed. Names only while fewer than 50 are present. */
export interface Present {
  op: "present";
  channel: string;
  count: number;
  joined?: Named[];
  left?: Gone[];
}

export interface ReadBy {
  op: "read";
  channel: string;
  user: string;
  seq: number;
}

/** Entries were left out here: ask for history after this position. */
export interface Gap {
  op: "gap";
  channel: string;
  after: Place;
}

/** Entries of an older epoch above `seq` were lost: drop them. */
export interface Forked {
  op: "forked";
  channel: string;
  epoch: string;
  seq: number;
}

/** This process ends: come back after `reconnect_after_ms`, another one answers. */
export interface Bye {
  op: "bye";
  reason: "draining";
  reconnect_after_ms: number;
}

export type Request =
  | Hello
  | Enter
  | Leave
  | Say
  | Read
  | History
  | Ping;

export type Answer =
  | Welcome
  | Entered
  | Left
  | Said
  | Done
  | Page
  | Pong
  | Refuse;

export type Entry =
  | Message;

export type Passing =
  | Present
  | ReadBy
  | Gap
  | Forked
  | Bye;

/** Everything a server may send. Ignore what you do not know. */
export type FromServer = Answer | Entry | Passing;

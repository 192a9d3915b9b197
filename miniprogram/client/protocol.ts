// Written by `python -m miniprogram.publish` from miniprogram/protocol/. Do not change it here.

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

/** Of what is uploaded, `media` alone is needed in a request: the server knows the rest, and says it. */
export interface Image {
  media: string;
  width: number;
  height: number;
}

export interface Voice {
  media: string;
  seconds: number;
}

export interface Video {
  media: string;
  seconds: number;
  width: number;
  height: number;
  poster: string;
}

export interface File {
  media: string;
  name: string;
  bytes: number;
}

export interface Location {
  latitude: number;
  longitude: number;
  name: string;
  address: string;
}

export interface WebLink {
  title: string;
  url: string;
  description: string;
}

export interface User {
  id: string;
  name: string;
  avatar: string;
}

/** `muted_until` and `quiet` are times; 0 is without an end, null not at all. */
export interface Me {
  role: string;
  muted_until: number | null;
  quiet: number | null;
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

/** When it was first said, and where it was said in the same room. */
export interface Forwarded {
  at: number;
  channel?: string;
  seq?: number;
}

export interface Gone {
  id: string;
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

/** A channel of `resume` in whose queue one stands. */
export interface Waiting {
  channel: string;
  ticket: string;
  place: number;
  length: number;
}

/** The first frame. `resume` enters channels again and asks for what was missed since. */
export interface Hello {
  op: "hello";
  id: number;
  token: string;
  client?: string;
  resume?: Record<string, Place>;
}

/** Answered by `entered`, or by `queued` where no seat is free. `ticket` shows the place in the queue. */
export interface Enter {
  op: "enter";
  id: number;
  channel: string;
  password?: string;
  ticket?: string;
  since?: Place;
}

/** Gives up the seat, or the place in the queue. */
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
  type: "text" | "image" | "voice" | "video" | "file" | "location" | "link";
  body: Body;
  reply_to?: number;
  epoch?: string;
}

/** Says in `channel` what the message `seq` of `source` says. Answered as `say`; `epoch` is of `source`. */
export interface Forward {
  op: "forward";
  id: number;
  channel: string;
  client_id: string;
  source: string;
  seq: number;
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

/** Takes words back: one's own within two minutes, moderators always. */
export interface Recall {
  op: "recall";
  id: number;
  channel: string;
  seq: number;
  epoch?: string;
  reason?: string;
}

/** Other words for one's own text, within five minutes. */
export interface Edit {
  op: "edit";
  id: number;
  channel: string;
  seq: number;
  body: Text;
  epoch?: string;
}

/** One emoji under a message, or away from it. */
export interface React {
  op: "react";
  id: number;
  channel: string;
  seq: number;
  emoji: string;
  on: boolean;
  epoch?: string;
}

/** Without `seconds` until unmuted. For moderators, as are those that follow. */
export interface Mute {
  op: "mute";
  id: number;
  channel?: string;
  room?: string;
  user: string;
  seconds?: number;
  reason?: string;
}

export interface Unmute {
  op: "unmute";
  id: number;
  channel?: string;
  room?: string;
  user: string;
  reason?: string;
}

/** Puts somebody out; they may come back. Out of a room, their membership ends too. */
export interface Kick {
  op: "kick";
  id: number;
  channel?: string;
  room?: string;
  user: string;
  reason?: string;
}

/** Puts somebody out and keeps them out; without `seconds` until pardoned. */
export interface Ban {
  op: "ban";
  id: number;
  channel?: string;
  room?: string;
  user: string;
  seconds?: number;
  reason?: string;
}

export interface Pardon {
  op: "pardon";
  id: number;
  channel?: string;
  room?: string;
  user: string;
  reason?: string;
}

/** Holds an entry up, or takes it down; at most ten in a channel. */
export interface Pin {
  op: "pin";
  id: number;
  channel: string;
  seq: number;
  on: boolean;
  epoch?: string;
}

export interface Announce {
  op: "announce";
  id: number;
  channel?: string;
  room?: string;
  text: string;
}

/** Changes what the channel holds people to; what is not named stays. */
export interface Rules {
  op: "rules";
  id: number;
  channel: string;
  muted_all?: boolean;
  slow_seconds?: number;
  capacity?: number;
  queue_most?: number;
  fold_seconds?: number;
  guard_count?: number;
  guard_seconds?: number;
  shed_per_second?: number;
  see?: string;
  enter?: string;
  post?: string;
}

/** Asks those who keep order to look at a message. */
export interface Report {
  op: "report";
  id: number;
  channel: string;
  seq: number;
  epoch?: string;
  reason?: string;
}

/** Do not disturb, for oneself; without `until` open-ended. */
export interface Quiet {
  op: "quiet";
  id: number;
  channel?: string;
  room?: string;
  on: boolean;
  until?: number;
}

/** Only `tip` of these, without being present; replaces the last watch. */
export interface Watch {
  op: "watch";
  id: number;
  channels: string[];
}

/** One writes something. Gets no answer. */
export interface Typing {
  op: "typing";
  channel: string;
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
  channels: (State | NotEntered | Waiting)[];
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

/** Answers `enter` where no seat is free: `place` 1 is next. `queue` tells of changes, `seat` when one is free. */
export interface Queued {
  op: "queued";
  id: number;
  channel: string;
  ticket: string;
  place: number;
  length: number;
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

/** The message waits for a review: no number yet. Later it comes as an entry like any other, or as `rejected`. */
export interface Held {
  op: "held";
  id: number;
  channel: string;
  client_id: string;
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

/** Somebody said something. With `repeat_of` it is the same as that entry, and has no body. `mentions` are the users it names, `*` is everybody. `forwarded`: its author says again what somebody said elsewhere. `hidden`: one does not want to read its author, and its body is left out. What follows stands only in history, on entering and on resuming: how it stands now. */
export interface Message {
  op: "message";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  from: Author;
  type: "text" | "image" | "voice" | "video" | "file" | "location" | "link";
  body?: Body;
  client_id: string;
  reply_to?: number;
  forwarded?: Forwarded;
  repeat_of?: number;
  mentions?: string[];
  recalled?: boolean;
  hidden?: boolean;
  edited_at?: number;
  reactions?: Record<string, number>;
  pinned?: boolean;
}

export interface Announced {
  op: "announced";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  text: string;
  by: Author;
}

/** The entry `of` was taken back: show no more of it. */
export interface Recalled {
  op: "recalled";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  of: number;
  by: Author;
}

/** The author of the message `of` says it in other words. */
export interface Edited {
  op: "edited";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  of: number;
  body: Text;
  by: Author;
}

export interface Pinned {
  op: "pinned";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  of: number;
  on: boolean;
  by: Author;
}

/** Nobody hears `user` until then; without `until` there is no end. */
export interface Muted {
  op: "muted";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  user: string;
  until?: number;
  reason: string;
  by: Author;
}

export interface Unmuted {
  op: "unmuted";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  user: string;
  reason: string;
  by: Author;
}

/** `user` was put out and hears nothing above this entry until they enter again. */
export interface Kicked {
  op: "kicked";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  user: string;
  reason: string;
  by: Author;
}

/** `user` was put out and stays out until then; without `until` there is no end. */
export interface Banned {
  op: "banned";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  user: string;
  until?: number;
  reason: string;
  by: Author;
}

export interface Pardoned {
  op: "pardoned";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  user: string;
  reason: string;
  by: Author;
}

/** What the channel holds people to from here on; only what was changed is named. */
export interface RulesChanged {
  op: "rules";
  channel: string;
  epoch: string;
  seq: number;
  at: number;
  muted_all?: boolean;
  slow_seconds?: number;
  capacity?: number;
  queue_most?: number;
  fold_seconds?: number;
  guard_count?: number;
  guard_seconds?: number;
  shed_per_second?: number;
  see?: string;
  enter?: string;
  post?: string;
  by: Author;
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

/** Who writes something at this moment; at most once a second, and ten of them. */
export interface Writing {
  op: "typing";
  channel: string;
  users: Named[];
}

/** What stands under a message now. */
export interface Reacted {
  op: "reacted";
  channel: string;
  seq: number;
  counts: Record<string, number>;
}

/** How far a voice or a video is that was said here: `working`, `ready` or `failed`. */
export interface Progress {
  op: "progress";
  channel: string;
  media: string;
  state: string;
  percent: number;
}

/** How far a watched channel is; at most once a second. */
export interface Tip {
  op: "tip";
  channel: string;
  seq: number;
  unread: number;
  mentions: number;
}

/** One's place in the queue changed; at most once in two seconds. */
export interface Queue {
  op: "queue";
  channel: string;
  place: number;
  length: number;
}

/** A seat is free for who waited: `enter` with the ticket before `hold_seconds` are over. */
export interface Seat {
  op: "seat";
  channel: string;
  ticket: string;
  hold_seconds: number;
}

/** One is in this channel no more, and no entry says so: one left its room by another way, or the seat was lost and is taken. `enter` asks for one again. */
export interface Parted {
  op: "parted";
  channel: string;
}

/** A message of one's own that was held was not let through. */
export interface Rejected {
  op: "rejected";
  channel: string;
  client_id: string;
  reason: string;
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

export type Body =
  | Text
  | Image
  | Voice
  | Video
  | File
  | Location
  | WebLink;

export type Request =
  | Hello
  | Enter
  | Leave
  | Say
  | Forward
  | Read
  | History
  | Recall
  | Edit
  | React
  | Mute
  | Unmute
  | Kick
  | Ban
  | Pardon
  | Pin
  | Announce
  | Rules
  | Report
  | Quiet
  | Watch
  | Typing
  | Ping;

export type Answer =
  | Welcome
  | Entered
  | Queued
  | Left
  | Said
  | Held
  | Done
  | Page
  | Pong
  | Refuse;

export type Entry =
  | Message
  | Announced
  | Recalled
  | Edited
  | Pinned
  | Muted
  | Unmuted
  | Kicked
  | Banned
  | Pardoned
  | RulesChanged;

export type Passing =
  | Present
  | ReadBy
  | Writing
  | Reacted
  | Progress
  | Tip
  | Queue
  | Seat
  | Parted
  | Rejected
  | Gap
  | Forked
  | Bye;

/** Everything a server may send. Ignore what you do not know. */
export type FromServer = Answer | Entry | Passing;

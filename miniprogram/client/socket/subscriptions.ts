/**
 * The channels a person is in, or waits for. Each has a timeline and a composer; this keeps them in step with the log:
 * entering, resuming all at once after a loss, filling holes, sending what waits.
 */
import { COUNTED, idOf, understood } from "../chat/entry";
import type { Entry } from "../chat/entry";
import { Composer } from "../chat/composer";
import type { Kept, Outgoing } from "../chat/composer";
import { MOST_FILLED, Timeline } from "../chat/timeline";
import { HISTORY_LIMIT } from "../protocol";
import type { Place } from "../protocol";
import { Refused } from "../house/refused";
import type { Frame } from "./connection";

const PAGE = 50;
const SEEN_TYPING_MS = 6_000;
/** At most so long until a channel that could not be had just now is asked for again; then twice as long, up to the most. */
const KNOCK_AGAIN_MS = 3_000;
const KNOCK_AGAIN_MOST_MS = 15_000;

/**
 * out · entering · queued: waits for a seat · offered: a seat is held for a moment · in ·
 * kicked or banned: put out, by `notice` · parted: left by another way, and may come back ·
 * refused: by `refusal`, and the door may ask for something.
 */
export type Standing = "out" | "entering" | "queued" | "offered" | "in" | "kicked" | "banned" | "parted" | "refused";

export interface Queue {
  ticket: string;
  place: number;
  length: number;
  /** Until when the offered seat is held. */
  until?: number;
  /** When the place was first known, and which it was: for the estimate. */
  since: number;
  from: number;
}

export interface Rules {
  muted_all?: boolean;
  slow_seconds?: number;
  capacity?: number;
}

/** What outlives the app, by channel. */
export type KeptChannels = Record<string, Kept>;

/** What subscriptions need from outside. */
export interface Line {
  ask(op: string, fields: Record<string, unknown>): Promise<Frame>;
  online(): boolean;
  /** The person's own id. */
  me(): string;
  changed(channel: string): void;
  /** Something came that a person may want to hear of. */
  heard(channel: string, entry: Entry): void;
}

export class Subscription {
  readonly timeline = new Timeline();
  readonly composer = new Composer();
  standing: Standing = "out";
  refusal: Refused | undefined;
  /** The entry that put the person out. */
  notice: Entry | undefined;
  queue: Queue | undefined;
  role = "guest";
  quiet: number | null = null;
  rules: Rules = {};
  present = 0;
  read = 0;
  unread = 0;
  mentions = 0;
  /** How far the log reached when the channel was entered or resumed. */
  tip = 0;
  typing = new Map<string, number>();
  /** One's own reactions since the app began, as "seq emoji": the server tells counts only. */
  readonly mine = new Set<string>();
  password: string | undefined;
  mending = false;
  wake = 0;
  knock = 0;
  knocks = 0;

  constructor(readonly id: string) {}
}

export class Subscriptions {
  private readonly known = new Map<string, Subscription>();
  /** Milliseconds by which the server's clock is ahead of the phone's, which may be wrong by a day. */
  private ahead = 0;

  constructor(private readonly line: Line) {}

  of(channel: string): Subscription {
    let one = this.known.get(channel);
    if (!one) {
      one = new Subscription(channel);
      this.known.set(channel, one);
    }
    return one;
  }

  /** The time as the server has it: entries and mutes are told in it. */
  now(): number {
    return Date.now() + this.ahead;
  }

  all(): Subscription[] {
    return [...this.known.values()];
  }

  /** Those where the person is, or comes back to by themselves. */
  entered(): Subscription[] {
    return this.all().filter((each) => ["in", "entering", "queued", "offered"].includes(each.standing));
  }

  resume(): Record<string, Place> {
    const resumed = this.entered().filter((each) => each.timeline.epoch || each.queue);
    return Object.fromEntries(resumed.map((each) => [each.id, placeOf(each)]));
  }

  // ---- what the person does

  /** Takes a seat, or a place in the queue. Resolves when the door has answered, whatever it said. */
  async enter(channel: string, password?: string): Promise<Subscription> {
    const one = this.of(channel);
    if (one.standing === "in" && this.line.online()) return one;
    one.standing = "entering";
    one.password = password ?? one.password;
    this.line.changed(channel);
    const since = one.timeline.size ? { since: one.timeline.place() } : {};
    const ticket = one.queue && { ticket: one.queue.ticket };
    try {
      const asked = { channel, ...(one.password && { password: one.password }), ...ticket, ...since };
      this.answered(one, await this.line.ask("enter", asked));
    } catch (error) {
      this.notLetIn(one, error as Refused);
    }
    this.line.changed(channel);
    return one;
  }

  async leave(channel: string): Promise<void> {
    const one = this.of(channel);
    one.standing = "out";
    one.queue = undefined;
    this.line.changed(channel);
    await this.line.ask("leave", { channel }).catch(() => undefined);
  }

  /** Sends what waits in this channel, one after the other. */
  async flush(one: Subscription): Promise<void> {
    clearTimeout(one.wake);
    if (one.standing !== "in" || !this.line.online()) return;
    const next = one.composer.next(Date.now());
    if (!next) {
      const wakes = one.composer.wakes();
      if (wakes !== undefined) one.wake = setTimeout(() => void this.flush(one), Math.max(10, wakes - Date.now()));
      return;
    }
    this.line.changed(one.id);
    try {
      const answer = await this.line.ask("say", asSay(one.id, next));
      if (answer.op === "held") one.composer.held(next.client_id);
      else one.composer.said(next.client_id);
    } catch (error) {
      this.notSaid(one, next, error as Refused);
    }
    this.line.changed(one.id);
    await this.flush(one);
  }

  /** One page of older entries. False when there are none, or none could be had now. */
  async older(channel: string): Promise<boolean> {
    const { timeline } = this.of(channel);
    if (!timeline.more || !timeline.size) return false;
    const asked = { channel, before: timeline.first, limit: PAGE };
    const page = await this.line.ask("history", asked).catch(() => undefined);
    if (!page) return false;
    timeline.older(entriesOf(page), page.more === true);
    this.line.changed(channel);
    return true;
  }

  /** The person has seen everything up to the tip. */
  seen(channel: string): void {
    const one = this.of(channel);
    one.unread = 0;
    one.mentions = 0;
    if (one.standing !== "in" || one.timeline.last <= one.read) return;
    one.read = one.timeline.last;
    this.line.ask("read", { channel, seq: one.read }).catch(() => undefined);
  }

  keep(): KeptChannels {
    const some = this.all().map((each) => [each.id, each.composer.keep()] as const);
    return Object.fromEntries(some.filter(([, kept]) => kept.draft || kept.outgoing.length));
  }

  restore(kept: KeptChannels): void {
    for (const [channel, each] of Object.entries(kept)) this.of(channel).composer.restore(each);
  }

  /** Somebody else is signed in now. */
  forget(): void {
    for (const each of this.all()) {
      clearTimeout(each.wake);
      clearTimeout(each.knock);
    }
    this.known.clear();
  }

  // ---- what the connection says

  /** The socket is gone: nothing that was under way has an answer. */
  lost(): void {
    for (const each of this.all()) {
      each.composer.lost();
      each.typing.clear();
      clearTimeout(each.wake);
      clearTimeout(each.knock);
      this.line.changed(each.id);
    }
  }

  told(frame: Frame): void {
    if (frame.op === "welcome") {
      this.welcomed(frame);
      return;
    }
    const one = typeof frame.channel === "string" ? this.known.get(frame.channel) : undefined;
    if (!one) return;
    const entry = frame.op === "forked" ? undefined : understood(frame);
    if (entry) this.entry(one, entry);
    else this.passing(one, frame);
    this.line.changed(one.id);
  }

  private welcomed(welcome: Frame): void {
    const answered = new Set<string>();
    if (Number(welcome.now) > 0) this.ahead = Number(welcome.now) - Date.now();
    for (const state of listOf(welcome.channels) as Record<string, unknown>[]) {
      const one = this.of(String(state.channel));
      answered.add(one.id);
      if (state.refused) this.notLetIn(one, new Refused(String(state.refused), String(state.refused)));
      else if (state.ticket) this.queued(one, state);
      else this.stands(one, state);
      this.line.changed(one.id);
    }
    for (const each of this.entered()) if (!answered.has(each.id)) void this.enter(each.id);
  }

  private answered(one: Subscription, answer: Frame): void {
    if (answer.op === "queued") {
      this.queued(one, answer);
      return;
    }
    const entries = entriesOf(answer);
    const before = one.timeline.last;
    this.stands(one, answer);
    const apart = before > 0 && entries.length > 0 && entries[0]!.seq > before + 1;
    if (apart || (before > 0 && one.timeline.tip - before > MOST_FILLED)) this.startAgain(one, answer, entries);
    else one.timeline.merge(entries);
    for (const entry of entries) this.own(one, entry);
    if (before === 0) one.timeline.more = one.timeline.first > 1;
    void this.mend(one);
  }

  private startAgain(one: Subscription, state: Frame, page: Entry[]): void {
    one.timeline.restart(String(state.epoch), Number(state.tip), page);
    one.composer.settle();
  }

  /** The state that `entered` and `welcome` carry. */
  private stands(one: Subscription, state: Record<string, unknown>): void {
    const me = (state.me ?? {}) as { role?: string; muted_until?: number | null; quiet?: number | null };
    one.standing = "in";
    one.knocks = 0;
    one.refusal = undefined;
    one.notice = undefined;
    one.queue = undefined;
    one.role = me.role ?? one.role;
    one.quiet = me.quiet ?? null;
    one.rules = (state.rules ?? one.rules) as Rules;
    one.present = Number(state.present ?? one.present);
    one.tip = Number(state.tip ?? 0);
    one.read = Number(state.read ?? one.read);
    one.unread = Number(state.unread ?? 0);
    one.mentions = Number(state.mentions ?? 0);
    one.composer.muted(this.here(me.muted_until ?? null));
    one.composer.everyoneMuted(one.rules.muted_all === true && !moderates(one.role));
    if (!one.timeline.size) one.timeline.reaches(String(state.epoch), Number(state.tip));
    void this.flush(one);
  }

  private queued(one: Subscription, state: Record<string, unknown>): void {
    const [place, now] = [Number(state.place ?? 0), Date.now()];
    const before = one.queue;
    one.standing = "queued";
    one.queue = {
      ticket: String(state.ticket ?? before?.ticket ?? ""), place, length: Number(state.length ?? place),
      since: before?.since ?? now, from: before?.from ?? place,
    };
  }

  private notLetIn(one: Subscription, refused: Refused): void {
    if (refused.code === "offline") return; // `entering` stays: the next welcome tries again
    if (refused.code === "unavailable" && one.timeline.size) {
      this.knockAgain(one);
      return;
    }
    if (refused.code === "password_wrong" || refused.code === "password_needed") one.password = undefined;
    one.standing = refused.code === "banned" ? "banned" : "refused";
    one.refusal = refused;
    one.queue = undefined;
  }

  /** The house's trouble, not the person's: they were in, and come in again when it is over. */
  private knockAgain(one: Subscription): void {
    one.standing = "entering";
    clearTimeout(one.knock);
    const again = () => one.standing === "entering" && this.line.online() && void this.enter(one.id);
    const most = Math.min(KNOCK_AGAIN_MOST_MS, KNOCK_AGAIN_MS * 2 ** one.knocks++);
    one.knock = setTimeout(again, most * (0.5 + Math.random() / 2));
  }

  private notSaid(one: Subscription, said: Outgoing, refused: Refused): void {
    if (refused.code === "offline") return; // `lost` has put it back
    one.composer.refused(said.client_id, refused, Date.now());
    if (refused.code === "not_entered") void this.enter(one.id);
  }

  /** A time of the server's by the phone's clock; what is no time stays what it is. */
  private here(until: number | null): number | null {
    return until ? until - this.ahead : until;
  }

  // ---- what happens in a channel

  private entry(one: Subscription, entry: Entry): void {
    const [fresh] = one.timeline.merge([entry]);
    this.own(one, entry);
    if (fresh) {
      this.count(one, fresh);
      this.authority(one, fresh);
      this.line.heard(one.id, fresh);
    }
    if (one.timeline.holes().length) void this.mend(one);
  }

  private own(one: Subscription, entry: Entry): void {
    if (entry.client_id && idOf(entry.from) === this.line.me()) one.composer.arrived(entry);
    if (entry.from) one.typing.delete(entry.from.id);
  }

  private count(one: Subscription, entry: Entry): void {
    if (!COUNTED.includes(entry.op) || idOf(entry.from) === this.line.me() || entry.recalled) return;
    one.unread += 1;
    if (entry.body?.mentions?.includes(this.line.me())) one.mentions += 1;
  }

  private authority(one: Subscription, entry: Entry): void {
    if (entry.op === "rules") {
      one.rules = { ...one.rules, ...(entry as unknown as Rules) };
      if (!moderates(one.role)) one.composer.everyoneMuted(one.rules.muted_all === true);
    }
    if (idOf(entry.user) !== this.line.me()) return;
    if (entry.op === "muted") one.composer.muted(this.here(entry.until ?? 0));
    if (entry.op === "unmuted") {
      one.composer.muted(null);
      void this.flush(one);
    }
    if (entry.op === "kicked" || entry.op === "banned") {
      one.standing = entry.op;
      one.notice = entry;
      one.queue = undefined;
    }
  }

  private passing(one: Subscription, frame: Frame): void {
    const { timeline, composer } = one;
    if (frame.op === "present") {
      one.present = Number(frame.count) || 0;
      for (const each of listOf(frame.joined) as { id: string; name: string }[]) timeline.names.set(each.id, String(each.name));
    }
    if (frame.op === "typing") this.types(one, listOf(frame.users));
    if (frame.op === "reacted") timeline.reacted(Number(frame.seq), (frame.counts ?? {}) as Record<string, number>);
    if (frame.op === "rejected") composer.rejected(String(frame.client_id), String(frame.reason ?? ""));
    if (frame.op === "forked" && Number.isSafeInteger(frame.seq)) timeline.fork(String(frame.epoch), Number(frame.seq));
    if (frame.op === "gap" && isPlace(frame.after)) {
      timeline.missing(frame.after);
      timeline.reaches(timeline.epoch || frame.after.epoch, one.tip);
      void this.mend(one);
    }
    if (frame.op === "queue" && one.queue) {
      Object.assign(one.queue, { place: Number(frame.place), length: Number(frame.length) });
    }
    if (frame.op === "seat") this.offered(one, frame);
    if (frame.op === "parted") this.parted(one);
    if (frame.op === "tip") Object.assign(one, { unread: Number(frame.unread) || 0, mentions: Number(frame.mentions ?? 0) });
  }

  private offered(one: Subscription, frame: Frame): void {
    const now = Date.now();
    one.queue ??= { ticket: "", place: 1, length: 1, since: now, from: 1 };
    one.queue.ticket = String(frame.ticket);
    one.queue.until = now + Number(frame.hold_seconds) * 1000;
    one.standing = "offered";
  }

  /** Who has put the person out already says more about it. */
  private parted(one: Subscription): void {
    if (one.standing === "kicked" || one.standing === "banned") return;
    one.standing = "parted";
    one.queue = undefined;
  }

  private types(one: Subscription, users: unknown[]): void {
    const until = Date.now() + SEEN_TYPING_MS;
    for (const user of users) {
      const id = idOf(user as string | { id: string });
      if (id !== this.line.me()) one.typing.set(id, until);
    }
  }

  /** Fills what is missing, from the oldest hole on; too large a hole is jumped over. */
  private async mend(one: Subscription): Promise<void> {
    if (one.mending) return;
    one.mending = true;
    try {
      for (let hole = one.timeline.holes()[0]; hole && one.standing === "in"; hole = one.timeline.holes()[0]) {
        if (one.timeline.tip - hole.after > MOST_FILLED && !hole.before) await this.jump(one);
        else await this.fill(one, hole.after);
        this.line.changed(one.id);
      }
    } catch {
      // Offline, or not now: the next welcome or entry finds the same hole.
    } finally {
      one.mending = false;
    }
  }

  private async fill(one: Subscription, after: number): Promise<void> {
    const page = await this.line.ask("history", { channel: one.id, after, limit: HISTORY_LIMIT });
    const entries = entriesOf(page);
    const fresh = one.timeline.filled(after, entries, page.more === true);
    for (const entry of fresh) {
      this.own(one, entry);
      this.authority(one, entry);
    }
    if (!fresh.length && one.timeline.holes()[0]?.after === after) throw new Refused("unavailable", "nothing there");
  }

  private async jump(one: Subscription): Promise<void> {
    const page = await this.line.ask("history", { channel: one.id, limit: PAGE });
    const entries = entriesOf(page);
    one.timeline.restart(entries[0]?.epoch ?? one.timeline.epoch, entries[entries.length - 1]?.seq ?? 0, entries);
    one.composer.settle();
  }
}

export function moderates(role: string): boolean {
  return role === "moderator" || role === "owner" || role === "admin";
}

function placeOf(one: Subscription): Place {
  const place = one.timeline.place();
  return place.epoch ? place : { epoch: "none", seq: 0 };
}

function isPlace(given: unknown): given is Place {
  const place = given as Place | undefined;
  return typeof place?.epoch === "string" && Number.isSafeInteger(place.seq);
}

function entriesOf(frame: Frame): Entry[] {
  return listOf(frame.messages).map(understood).filter((entry) => entry !== undefined);
}

function listOf(given: unknown): unknown[] {
  return Array.isArray(given) ? (given as unknown[]) : [];
}

function asSay(channel: string, out: Outgoing): Record<string, unknown> {
  const { client_id, type, body, reply_to, epoch } = out;
  return { channel, client_id, type, body, ...(reply_to !== undefined && { reply_to, epoch }) };
}

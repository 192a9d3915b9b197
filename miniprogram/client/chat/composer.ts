/**
 * What a person is about to say in one channel: the draft, and what was sent off and has no number yet. Pure: time is
 * given in milliseconds, nothing is sent from here.
 *
 * One message of a channel is on its way at a time, so that a refusal in the middle cannot change their order. Each
 * keeps its client_id over every reconnect: said twice, it is one message.
 */
import type { Body, Entry } from "./entry";

export const TRY_AGAIN_MS = 2_000;
/** More than this waiting, and the next is not taken: the person is told instead. */
export const MOST_WAITING = 100;

/** waiting: not sent yet · sent: no answer yet · said: has its number, the entry is coming · held: awaits review. */
export type Stage = "waiting" | "sent" | "said" | "held" | "failed";
const STAGES: readonly string[] = ["waiting", "held", "failed"];

export interface Outgoing {
  client_id: string;
  type: string;
  body: Body;
  reply_to?: number;
  /** The epoch that `reply_to` was seen in. */
  epoch?: string;
  at: number;
  stage: Stage;
  /** Not to be sent before this time. */
  after?: number;
  /** Why it failed, or why it waits. */
  code?: string;
  reason?: string;
}

/** What a refusal says. */
export interface Refusal {
  code: string;
  message: string;
  temporary: boolean;
  retry_after_seconds?: number;
}

/** Why nothing can be said now; `until` is null where nobody knows. */
export interface Silence {
  code: "muted" | "muted_all" | "slow_mode";
  until: number | null;
}

/** What outlives the app. */
export interface Kept {
  draft: string;
  reply?: number;
  outgoing: Outgoing[];
}

/** Refusals that pass by themselves: the message stays in its place and is tried again. */
const PASSING: readonly string[] = ["unavailable", "rate_limited", "slow_mode", "not_entered"];

export class Composer {
  draft = "";
  reply: number | undefined;
  private outgoing: Outgoing[] = [];
  private mute: Silence | null = null;
  private slow = 0;

  all(): readonly Outgoing[] {
    return this.outgoing;
  }

  find(client_id: string): Outgoing | undefined {
    return this.outgoing.find((each) => each.client_id === client_id);
  }

  /** False when too much waits already; then nothing was taken. */
  say(client_id: string, type: string, body: Body, now: number, reply?: { seq: number; epoch: string }): boolean {
    if (this.outgoing.length >= MOST_WAITING) return false;
    const about = reply && { reply_to: reply.seq, epoch: reply.epoch };
    this.outgoing.push({ client_id, type, body, ...about, at: now, stage: "waiting" });
    return true;
  }

  /** The one to send now, if any; it is then on its way. */
  next(now: number): Outgoing | undefined {
    if (this.outgoing.some((each) => each.stage === "sent")) return undefined;
    const first = this.outgoing.find((each) => each.stage === "waiting");
    if (!first || (first.after ?? 0) > now) return undefined;
    first.stage = "sent";
    delete first.after;
    return first;
  }

  /** When `next` may have something again, if it waits for the clock. */
  wakes(): number | undefined {
    if (this.outgoing.some((each) => each.stage === "sent")) return undefined;
    return this.outgoing.find((each) => each.stage === "waiting")?.after;
  }

  said(client_id: string): void {
    this.stage(client_id, "said");
  }

  held(client_id: string): void {
    this.stage(client_id, "held");
  }

  /** Review said no. */
  rejected(client_id: string, reason: string): void {
    this.fail(client_id, "rejected", reason);
  }

  refused(client_id: string, no: Refusal, now: number): void {
    const wait = no.retry_after_seconds === undefined ? TRY_AGAIN_MS : no.retry_after_seconds * 1000;
    const until = no.retry_after_seconds === undefined ? null : now + wait;
    if (no.code === "muted" || no.code === "muted_all") this.mute = { code: no.code, until };
    if (no.code === "slow_mode") this.slow = now + wait;
    if (!PASSING.includes(no.code) || !no.temporary) {
      this.fail(client_id, no.code, no.message);
      return;
    }
    const one = this.find(client_id);
    if (one) Object.assign(one, { stage: "waiting", after: now + wait, code: no.code });
  }

  /** The connection broke: what has no answer is said again, with the same client_id. */
  lost(): void {
    for (const each of this.outgoing) if (each.stage === "sent") each.stage = "waiting";
  }

  /** One's own entry came: it is not outgoing any more. */
  arrived(entry: Entry): void {
    if (entry.client_id) this.discard(entry.client_id);
  }

  retry(client_id: string): void {
    const one = this.find(client_id);
    if (one?.stage !== "failed") return;
    one.stage = "waiting";
    delete one.code;
    delete one.reason;
  }

  /** What has its number lies in the log, also where its entry is not shown here. */
  settle(): void {
    this.outgoing = this.outgoing.filter((each) => each.stage !== "said");
  }

  discard(client_id: string): void {
    this.outgoing = this.outgoing.filter((each) => each.client_id !== client_id);
  }

  /** How the person stands: from `entered`, and from entries about them. `until` 0 is an open-ended mute. */
  muted(until: number | null): void {
    this.mute = until === null ? null : { code: "muted", until: until || null };
  }

  everyoneMuted(on: boolean): void {
    if (on) this.mute ??= { code: "muted_all", until: null };
    else if (this.mute?.code === "muted_all") this.mute = null;
  }

  silence(now: number): Silence | null {
    if (this.mute && (this.mute.until === null || this.mute.until > now)) return this.mute;
    this.mute = null;
    return this.slow > now ? { code: "slow_mode", until: this.slow } : null;
  }

  keep(): Kept {
    const outgoing = this.outgoing
      .filter((each) => each.stage !== "said")
      .map((each) => ({ ...each, stage: each.stage === "sent" ? ("waiting" as const) : each.stage }));
    return { draft: this.draft, ...(this.reply !== undefined && { reply: this.reply }), outgoing };
  }

  /** What another version left on the phone may look otherwise: what is not understood is left out. */
  restore(kept: Partial<Kept>): void {
    this.draft = typeof kept?.draft === "string" ? kept.draft : "";
    this.reply = typeof kept?.reply === "number" ? kept.reply : undefined;
    const outgoing = Array.isArray(kept?.outgoing) ? kept.outgoing : [];
    this.outgoing = outgoing.filter((each) => each?.client_id && each.body && STAGES.includes(each.stage)).map((each) => ({ ...each }));
  }

  private stage(client_id: string, stage: Stage): void {
    const one = this.find(client_id);
    if (!one) return;
    one.stage = stage;
    delete one.code;
  }

  private fail(client_id: string, code: string, reason: string): void {
    const one = this.find(client_id);
    if (one) Object.assign(one, { stage: "failed", code, reason });
  }
}

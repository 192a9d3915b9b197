/**
 * One channel's entries as far as this client has them. Pure: it is told, it asks nobody.
 *
 * Entries are kept by number; where numbers are missing there is a hole, and whoever owns the timeline fills it from
 * history. What happened to an entry (recalled, edited, pinned, reacted to) is remembered apart, so that it holds in
 * whichever order the entry and the news about it arrive.
 */
import type { Place } from "../protocol";
import type { Body, Entry } from "./entry";

/** Entries kept in memory: above this, the oldest go and come again from history. */
export const MOST_KEPT = 10_000;
/** A hole larger than this is not filled: the newest page is taken instead, and what is older is history. */
export const MOST_FILLED = 1_000;

/** Numbers that are missing: those above `after`, and below `before` where that is known. */
export interface Hole {
  after: number;
  before?: number;
}

interface News {
  recalled?: boolean;
  edited?: { body: Body | undefined; at: number };
  pinned?: boolean;
  reactions?: Record<string, number>;
}

export class Timeline {
  epoch = "";
  /** The highest number that is known to exist. */
  tip = 0;
  /** Names of those who spoke here: acts of authority name their object by id only. */
  readonly names = new Map<string, string>();
  /** True while older entries than the first one may exist. */
  more = true;

  private entries: Entry[] = [];
  private news = new Map<number, News>();
  private gap: number | undefined;

  get size(): number {
    return this.entries.length;
  }

  get first(): number {
    return this.entries[0]?.seq ?? 0;
  }

  get last(): number {
    return this.entries[this.entries.length - 1]?.seq ?? 0;
  }

  /** All that is known, by number. */
  all(): readonly Entry[] {
    return this.entries;
  }

  at(seq: number): Entry | undefined {
    const index = this.index(seq);
    return this.entries[index]?.seq === seq ? this.entries[index] : undefined;
  }

  /** Up to where nothing is missing: what `resume` and `since` carry. */
  place(): Place {
    const hole = this.holes()[0];
    return { epoch: this.epoch, seq: hole ? hole.after : this.last };
  }

  /** Takes entries in any order, known ones included. Returns those that are new, by number. */
  merge(entries: readonly Entry[]): Entry[] {
    const fresh: Entry[] = [];
    for (const entry of entries) {
      if (!this.epoch) this.epoch = entry.epoch;
      if (entry.from?.name) this.names.set(entry.from.id, entry.from.name);
      const taken = this.present(entry);
      const index = this.index(entry.seq);
      if (this.entries[index]?.seq === entry.seq) {
        this.entries[index] = taken;
      } else {
        this.entries.splice(index, 0, taken);
        fresh.push(taken);
      }
      if (entry.seq > this.tip) {
        this.tip = entry.seq;
        this.epoch = entry.epoch;
      }
      this.happened(entry);
    }
    this.trim();
    return fresh.sort((one, other) => one.seq - other.seq);
  }

  /** A page of history that was asked for after `after`; without `more`, nothing is missing above it. */
  filled(after: number, page: readonly Entry[], more: boolean): Entry[] {
    const fresh = this.merge(page);
    if (this.gap !== undefined && this.gap >= after) {
      const reached = page.length ? Math.max(...page.map((entry) => entry.seq)) : after;
      this.gap = more ? Math.max(this.gap, reached) : undefined;
    }
    if (!more && !page.length) this.tip = Math.min(this.tip, Math.max(after, this.last));
    return fresh;
  }

  /** Older entries, asked for before the first one. */
  older(page: readonly Entry[], more: boolean): void {
    this.merge(page);
    this.more = more && this.first > 1;
  }

  /** The server left entries out here. */
  missing(after: Place): void {
    this.gap = Math.min(this.gap ?? after.seq, after.seq);
  }

  /** What the server says of its log's end. */
  reaches(epoch: string, tip: number): void {
    this.epoch = epoch;
    this.tip = Math.max(this.tip, tip);
  }

  /** The end of the older epoch above `seq` was lost: those entries never happened. */
  fork(epoch: string, seq: number): void {
    this.entries = this.entries.filter((entry) => entry.seq <= seq || entry.epoch === epoch);
    for (const known of [...this.news.keys()]) if (known > seq) this.news.delete(known);
    this.epoch = epoch;
    this.tip = Math.max(Math.min(this.tip, seq), this.last);
    if (this.gap !== undefined) this.gap = Math.min(this.gap, seq);
  }

  /** Begin again from the newest page: the rest is history. */
  restart(epoch: string, tip: number, page: readonly Entry[]): Entry[] {
    this.entries = [];
    this.news.clear();
    this.gap = undefined;
    this.epoch = epoch;
    this.tip = tip;
    const fresh = this.merge(page);
    this.more = this.first > 1;
    return fresh;
  }

  holes(): Hole[] {
    const holes: Hole[] = [];
    for (let index = 1; index < this.entries.length; index += 1) {
      const [one, next] = [this.entries[index - 1]!.seq, this.entries[index]!.seq];
      if (next > one + 1) holes.push({ after: one, before: next });
    }
    const end = this.gap === undefined ? this.last : Math.max(this.gap, this.first - 1);
    const known = holes.some((hole) => hole.after === end);
    const open = this.gap !== undefined || (this.entries.length > 0 && this.tip > this.last);
    if (open && !known) holes.push({ after: end });
    return holes.sort((one, other) => one.after - other.after);
  }

  reacted(seq: number, counts: Record<string, number>): void {
    this.learn(seq, { reactions: counts });
  }

  private happened(entry: Entry): void {
    if (entry.of === undefined) return;
    if (entry.op === "recalled") this.learn(entry.of, { recalled: true });
    if (entry.op === "edited") this.learn(entry.of, { edited: { body: entry.body, at: entry.at } });
    if (entry.op === "pinned") this.learn(entry.of, { pinned: entry.on ?? true });
  }

  private learn(seq: number, news: News): void {
    const known = this.news.get(seq) ?? {};
    const older = known.edited && news.edited && known.edited.at > news.edited.at;
    this.news.set(seq, { ...known, ...news, ...(older && { edited: known.edited }) });
    const index = this.index(seq);
    const entry = this.entries[index];
    if (entry?.seq === seq) this.entries[index] = this.present(entry);
  }

  /** The entry with what is known to have happened to it. */
  private present(entry: Entry): Entry {
    const news = this.news.get(entry.seq);
    if (!news) return entry;
    const shown: Entry = { ...entry };
    if (news.reactions) shown.reactions = news.reactions;
    if (news.pinned !== undefined) shown.pinned = news.pinned;
    if (news.edited && (entry.edited_at ?? 0) < news.edited.at) {
      shown.body = news.edited.body;
      shown.edited_at = news.edited.at;
    }
    if (news.recalled || entry.recalled) {
      shown.recalled = true;
      delete shown.body;
    }
    return shown;
  }

  /** Where `seq` stands, or would stand. */
  private index(seq: number): number {
    let [low, high] = [0, this.entries.length];
    if (high === 0 || this.entries[high - 1]!.seq < seq) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle]!.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private trim(): void {
    if (this.entries.length <= MOST_KEPT) return;
    this.entries.splice(0, this.entries.length - MOST_KEPT);
    for (const seq of [...this.news.keys()]) if (seq < this.first) this.news.delete(seq);
    this.more = true;
  }
}

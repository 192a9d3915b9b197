// What one person knows of one channel: its entries by number, and one's own words that wait for theirs.

const KEPT = 500;

export class Channel {
  constructor(id, name, room) {
    Object.assign(this, { id, name, room, entries: new Map(), waiting: new Map(), epoch: "", tip: 0, read: 0, present: 0, more: true });
    this.notice = "";
    this.unread = 0;
  }

  get place() {
    return { epoch: this.epoch, seq: this.tip };
  }

  /** The state that `entered` and `welcome` carry; entries come apart. */
  stand(state) {
    this.epoch = state.epoch;
    this.read = Math.max(this.read, state.read ?? 0);
    this.present = state.present ?? this.present;
    for (const entry of state.messages ?? []) this.add(entry);
    this.tip = Math.max(this.tip, state.messages ? state.tip : 0);
  }

  /** True when the entry is new. */
  add(entry) {
    if (entry.client_id) this.waiting.delete(entry.client_id);
    if (entry.op === "recalled") this.change(entry.of, { recalled: true, body: undefined });
    if (entry.op === "edited") this.change(entry.of, { body: entry.body });
    const fresh = !this.entries.has(entry.seq);
    this.entries.set(entry.seq, entry);
    this.epoch = entry.epoch ?? this.epoch;
    this.tip = Math.max(this.tip, entry.seq);
    while (this.entries.size > KEPT) this.entries.delete(Math.min(...this.entries.keys()));
    return fresh;
  }

  change(seq, news) {
    const known = this.entries.get(seq);
    if (known) this.entries.set(seq, { ...known, ...news });
  }

  forked(epoch, seq) {
    for (const number of this.entries.keys()) if (number > seq) this.entries.delete(number);
    this.tip = Math.min(this.tip, seq);
    this.epoch = epoch;
  }

  get first() {
    return Math.min(...this.entries.keys());
  }

  /** In order, own unanswered words last. */
  shown() {
    const known = [...this.entries.values()].sort((one, other) => one.seq - other.seq);
    return [...known, ...this.waiting.values()];
  }
}

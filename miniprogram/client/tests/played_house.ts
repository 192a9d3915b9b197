/**
 * A house for the socket's tests: one log, one rule (what has its number stays), and a network that loses frames and
 * sockets as it is told. It answers in the form of `teahouse.v1`; time is the fake timers'.
 */
import type { Task } from "../socket/connection";

interface Said {
  seq: number;
  client_id: string;
  text: string;
  at: number;
  from: string;
}

type Sent = Record<string, unknown> & { op: string; id: number };

export const CHANNEL = "c_4f7k2m9qxz01ab";
export const ALICE = "u_alice";

export class House {
  readonly log: Said[] = [];
  readonly said = new Map<string, number>();
  readonly says: string[] = [];
  /** Milliseconds a frame takes, each way. */
  latency = 20;
  clock = () => Date.now();
  /** While true, nothing passes and no socket opens. */
  dark = false;
  opened = 0;
  readonly openedAt: number[] = [];
  refuse: ((sent: Sent) => Record<string, unknown> | undefined) | undefined;
  private readonly sockets = new Set<Socket>();

  open(): Task {
    this.opened += 1;
    this.openedAt.push(Date.now());
    const socket = new Socket(this);
    this.sockets.add(socket);
    return socket;
  }

  /** Somebody else's words. */
  say(text: string, from = "u_bob", client_id = `other-${this.log.length}`): void {
    const entry = { seq: this.log.length + 1, client_id, text, at: Date.now(), from };
    this.log.push(entry);
    for (const socket of this.sockets) if (socket.present) socket.deliver(asEntry(entry));
  }

  /** Every socket ends; without `code` nobody is told. */
  cut(code?: number): void {
    for (const socket of [...this.sockets]) socket.die(code);
  }

  /** A frame to whoever is here, whatever it says. */
  play(frame: Record<string, unknown>): void {
    for (const socket of this.sockets) socket.deliver(frame);
  }

  bye(milliseconds: number): void {
    for (const socket of this.sockets) socket.deliver({ op: "bye", reason: "draining", reconnect_after_ms: milliseconds });
    this.cut(4013);
  }

  gone(socket: Socket): void {
    this.sockets.delete(socket);
  }

  answer(socket: Socket, sent: Sent): void {
    const { op, id } = sent;
    const no = this.refuse?.(sent);
    if (no) socket.deliver({ op: "refused", id, temporary: false, message: "no", ...no });
    else if (op === "hello") this.hello(socket, sent);
    else if (op === "ping") socket.deliver({ op: "pong", id });
    else if (op === "enter") this.enter(socket, sent);
    else if (op === "say") this.hear(socket, sent);
    else if (op === "history") this.history(socket, sent);
    else socket.deliver({ op: "done", id });
  }

  private state(): Record<string, unknown> {
    return {
      channel: CHANNEL, epoch: "e1", tip: this.log.length, read: 0, unread: 0, mentions: 0, present: 1, entered_at: 0,
      me: { role: "member", muted_until: null, quiet: null }, rules: { muted_all: false, slow_seconds: 0, capacity: 9 },
    };
  }

  private hello(socket: Socket, sent: Sent): void {
    const resume = sent.resume as Record<string, { seq: number }> | undefined;
    const place = resume?.[CHANNEL];
    socket.present = place !== undefined;
    const channels = place ? [{ ...this.state(), entered: true }] : [];
    socket.deliver({ op: "welcome", id: sent.id, user: { id: ALICE, name: "爱丽丝", avatar: "" }, now: this.clock(), heartbeat_seconds: 25, channels });
    if (!place) return;
    const missed = this.log.filter((entry) => entry.seq > place.seq);
    if (missed.length > 200) socket.deliver({ op: "gap", channel: CHANNEL, after: { epoch: "e1", seq: place.seq } });
    else for (const entry of missed) socket.deliver(asEntry(entry));
  }

  private enter(socket: Socket, sent: Sent): void {
    socket.present = true;
    const since = sent.since as { seq: number } | undefined;
    const rest = since ? this.log.filter((entry) => entry.seq > since.seq).slice(0, 200) : this.log.slice(-50);
    const complete = (rest[rest.length - 1]?.seq ?? this.log.length) === this.log.length;
    socket.deliver({ op: "entered", id: sent.id, ...this.state(), messages: rest.map(asEntry), complete });
  }

  private hear(socket: Socket, sent: Sent): void {
    const client_id = String(sent.client_id);
    this.says.push(client_id);
    if (!socket.present) {
      socket.deliver({ op: "refused", id: sent.id, code: "not_entered", message: "enter first", temporary: true });
      return;
    }
    if (!this.said.has(client_id)) {
      this.said.set(client_id, this.log.length + 1);
      this.say((sent.body as { text: string }).text, ALICE, client_id);
    }
    const seq = this.said.get(client_id)!;
    socket.deliver({ op: "said", id: sent.id, channel: CHANNEL, client_id, epoch: "e1", seq, at: Date.now() });
  }

  private history(socket: Socket, sent: Sent): void {
    const { after, before, limit = 50 } = sent as { after?: number; before?: number; limit?: number } & Sent;
    const asked = this.log.filter((entry) => entry.seq > (after ?? 0) && entry.seq < (before ?? Infinity));
    const page = after === undefined ? asked.slice(-limit) : asked.slice(0, limit);
    socket.deliver({ op: "history", id: sent.id, channel: CHANNEL, messages: page.map(asEntry), more: page.length < asked.length });
  }
}

function asEntry(said: Said): Record<string, unknown> {
  const { seq, at, client_id, text, from } = said;
  const author = { id: from, name: from, door: "miniprogram" };
  return { op: "message", channel: CHANNEL, epoch: "e1", seq, at, from: author, type: "text", body: { text }, client_id };
}

export class Socket implements Task {
  present = false;
  private alive = true;
  private silent = false;
  private isOpen = false;
  private heard: { open: (() => void)[]; message: ((m: { data: string }) => void)[]; close: ((e: { code: number; reason: string }) => void)[]; error: ((e: { errMsg: string }) => void)[] } = { open: [], message: [], close: [], error: [] };

  constructor(private readonly house: House) {
    setTimeout(() => {
      if (!this.alive) return;
      if (house.dark) {
        this.die();
        for (const each of this.heard.error) each({ errMsg: "connectSocket:fail" });
        return;
      }
      this.isOpen = true;
      for (const each of this.heard.open) each();
    }, house.latency);
  }

  onOpen(listener: () => void): void { this.heard.open.push(listener); }
  onMessage(listener: (message: { data: string }) => void): void { this.heard.message.push(listener); }
  onClose(listener: (end: { code: number; reason: string }) => void): void { this.heard.close.push(listener); }
  onError(listener: (error: { errMsg: string }) => void): void { this.heard.error.push(listener); }

  send(options: { data: string; fail?: () => void }): void {
    if (this.silent) return;
    if (!this.alive || !this.isOpen) {
      setTimeout(() => options.fail?.(), 0);
      return;
    }
    if (this.house.dark) {
      this.die(); // a stream that loses a frame has lost the rest as well
      return;
    }
    setTimeout(() => this.alive && this.house.answer(this, JSON.parse(options.data) as Sent), this.house.latency);
  }

  close(): void {
    this.alive = false;
    this.silent = false;
    this.house.gone(this);
  }

  /** A frame to the client; a dead or dark network loses it. */
  deliver(frame: Record<string, unknown>): void {
    setTimeout(() => {
      if (this.house.dark) this.die();
      if (!this.alive) return;
      for (const each of this.heard.message) each({ data: JSON.stringify(frame) });
    }, this.house.latency);
  }

  /** With `code` the client is told, after what was on its way; without, it never hears of it. */
  die(code?: number): void {
    if (!this.alive) return;
    this.house.gone(this);
    this.present = false;
    if (code === undefined) {
      this.alive = false;
      this.silent = true;
      return;
    }
    setTimeout(() => {
      if (!this.alive) return;
      this.alive = false;
      for (const each of this.heard.close) each({ code, reason: "" });
    }, this.house.latency);
  }
}

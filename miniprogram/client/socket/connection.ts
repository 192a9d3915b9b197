/**
 * The one socket of the app: opened, kept alive, given up, opened again. It never uses `wx.onSocket…`, which speak of
 * all sockets at once; and a socket that was given up is never heard again, whatever it still reports.
 */
import { Close, SUBPROTOCOL } from "../protocol";
import type { Place, Welcome } from "../protocol";
import { Refused } from "../house/refused";
import { ANSWER_MS, Monitor, PATIENCE_MS, PROOF_MS } from "./monitor";

/** Any frame of a server, also of a newer one. */
export type Frame = { op: string; id?: number } & Record<string, unknown>;

/**
 * stopped: not wanted now (background) · connecting · online · waiting: will try again by itself ·
 * ended: will not, and `why` says for which reason.
 */
export type State = "stopped" | "connecting" | "online" | "waiting" | "ended";
export type Why = "" | "signed_out" | "elsewhere" | "refused";

/** The part of `WechatMiniprogram.SocketTask` that is used. */
export interface Task {
  send(options: { data: string; fail?: () => void }): void;
  close(options: { code?: number; reason?: string }): void;
  onOpen(listener: () => void): void;
  onMessage(listener: (message: { data: string | ArrayBuffer }) => void): void;
  onClose(listener: (end: { code: number; reason: string }) => void): void;
  onError(listener: (error: { errMsg: string }) => void): void;
}

/** What a connection needs from outside. */
export interface Ways {
  /** A new socket, or null where none can be had now. */
  open(protocol: string): Task | null;
  /** A token; `fresh` where the last one was refused. Rejects when there is none to be had now. */
  token(fresh: boolean): Promise<string>;
  /** What to enter again, and from where. */
  resume(): Record<string, Place>;
  /** Every frame that answers nothing, `welcome` included. */
  told(frame: Frame): void;
  changed(state: State, why: Why): void;
}

/** What WeChat should tell the server when the app goes to the background: the seats are kept. */
const BACKGROUND = 3001;
const DONE = 1000;
/** A server that asks for more pings than this, or does not say, is not followed. */
const [SHORTEST_BEAT_SECONDS, USUAL_BEAT_SECONDS] = [2, 25];

interface Asked {
  timer: number;
  resolve(answer: Frame): void;
  reject(refused: Refused): void;
}

export class Connection {
  state: State = "stopped";
  why: Why = "";
  private task: Task | undefined;
  private generation = 0;
  private number = 0;
  private asked = new Map<number, Asked>();
  private timer = 0;
  private beat = 0;
  private fresh = false;
  /** The house could not greet anybody just now: it is not the token's fault. */
  private unavailable = false;
  private readonly monitor: Monitor;

  constructor(private readonly ways: Ways, private readonly client: string, random?: () => number) {
    this.monitor = new Monitor(random);
  }

  /** Wanted from now on. On a connection that is up, checks that it really is. */
  start(): void {
    if (this.state === "stopped" || this.state === "ended") this.connect();
    else if (this.state === "online") this.prove();
    else if (this.state === "waiting") this.connect();
  }

  /** A new socket in place of this one, with the seats kept: the person is somebody else now, or called otherwise. */
  renew(): void {
    if (this.state !== "online" && this.state !== "connecting") return;
    this.drop(BACKGROUND, "renewed");
    this.connect();
  }

  /** Not wanted for a while: the app is in the background. The seats are kept. */
  pause(): void {
    this.drop(BACKGROUND, "background");
    this.become("stopped");
  }

  /** Not wanted any more: the seats are free. */
  end(): void {
    this.drop(DONE, "done");
    this.become("stopped");
  }

  /** The network came, went, or changed its kind. */
  network(connected: boolean): void {
    if (this.state === "stopped" || this.state === "ended") return;
    if (!connected) this.lost();
    else if (this.state === "online") this.prove();
    else if (this.state === "waiting") this.connect();
  }

  /** Sends a request. Rejects with Refused: what the server said, or `offline` where it may not have heard it. */
  ask(op: string, fields: Record<string, unknown> = {}): Promise<Frame> {
    if (this.state !== "online") return Promise.reject(offline());
    return this.send(op, fields);
  }

  /** Sends what has no answer, where that is possible. */
  tell(op: string, fields: Record<string, unknown>): void {
    if (this.state === "online" && this.task) hand(this.task, { op, ...fields }, () => undefined);
  }

  private connect(): void {
    this.drop(DONE, "again");
    const generation = this.generation;
    this.become("connecting");
    this.timer = setTimeout(() => this.lost(), PATIENCE_MS);
    this.ways.token(this.fresh).then(
      (token) => generation === this.generation && this.open(generation, token),
      () => generation === this.generation && this.lost(),
    );
  }

  private open(generation: number, token: string): void {
    const task = this.ways.open(SUBPROTOCOL);
    if (!task) {
      this.lost();
      return;
    }
    this.fresh = this.unavailable = false;
    this.task = task;
    const current = (act: () => void) => () => generation === this.generation && act();
    task.onOpen(current(() => this.hello(token)));
    task.onMessage((message) => generation === this.generation && this.receive(message.data));
    task.onClose((end) => generation === this.generation && this.closed(end.code));
    task.onError(current(() => this.lost()));
  }

  private hello(token: string): void {
    this.monitor.opened(Date.now());
    const resume = this.ways.resume();
    const some = Object.keys(resume).length > 0;
    this.send("hello", { token, client: this.client, ...(some && { resume }) }).then(
      (answer) => this.welcome(answer as unknown as Welcome),
      (refused: Refused) => void (this.unavailable = refused.code === "unavailable"), // the close says what to do
    );
  }

  private welcome(welcome: Welcome): void {
    clearTimeout(this.timer);
    this.monitor.heartbeat = Math.max(SHORTEST_BEAT_SECONDS, Number(welcome.heartbeat_seconds) || USUAL_BEAT_SECONDS) * 1000;
    this.monitor.welcomed();
    this.beat = setInterval(() => this.keepAlive(), this.monitor.heartbeat);
    this.become("online");
    this.tellOf(welcome as unknown as Frame);
  }

  private keepAlive(): void {
    if (this.monitor.stale(Date.now())) this.lost();
    else this.send("ping", {}).catch(() => undefined);
  }

  /** Gives the socket three seconds to show that it lives. */
  private prove(): void {
    const generation = this.generation;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => generation === this.generation && this.lost(), PROOF_MS);
    this.send("ping", {}).then(
      () => generation === this.generation && clearTimeout(this.timer),
      () => undefined,
    );
  }

  private send(op: string, fields: Record<string, unknown>): Promise<Frame> {
    const { task, generation } = this;
    if (!task) return Promise.reject(offline());
    const id = (this.number += 1);
    return new Promise((resolve, reject) => {
      const fail = () => generation === this.generation && this.lost();
      this.asked.set(id, { resolve, reject, timer: setTimeout(fail, ANSWER_MS) });
      hand(task, { op, id, ...fields }, fail);
    });
  }

  private receive(data: string | ArrayBuffer): void {
    this.monitor.received(Date.now());
    const frame = parsed(data);
    if (!frame) return;
    const waiting = frame.id === undefined ? undefined : this.asked.get(frame.id);
    if (waiting) {
      this.asked.delete(frame.id!);
      clearTimeout(waiting.timer);
      if (frame.op === "refused") waiting.reject(Refused.of(frame));
      else waiting.resolve(frame);
      return;
    }
    if (frame.op === "bye") this.monitor.bye(Number(frame.reconnect_after_ms) || 0);
    this.tellOf(frame);
  }

  /** One frame that makes trouble, such as one of a newer server, is not the end of the next. */
  private tellOf(frame: Frame): void {
    try {
      this.ways.told(frame);
    } catch {
      // What is missing now is a hole in the log, and comes with history.
    }
  }

  private closed(code: number): void {
    if (code === Close.SIGNED_OUT) this.finish("signed_out");
    else if (code === Close.REPLACED) this.finish("elsewhere");
    else {
      if (code === Close.EXPIRED || (code === Close.NO_HELLO && !this.unavailable)) this.fresh = true;
      this.lost();
    }
  }

  /** The socket is gone, or as good as gone: come back after a pause. */
  private lost(): void {
    if (this.state === "stopped" || this.state === "ended") return;
    this.drop(BACKGROUND, "lost");
    this.become("waiting");
    this.timer = setTimeout(() => this.connect(), this.monitor.pause());
  }

  private finish(why: Why): void {
    this.drop(DONE, why);
    this.become("ended", why);
  }

  private drop(code: number, reason: string): void {
    clearTimeout(this.timer);
    clearInterval(this.beat);
    this.generation += 1;
    const { task, asked } = this;
    this.task = undefined;
    this.asked = new Map();
    if (task) shut(task, code, reason);
    for (const each of asked.values()) {
      clearTimeout(each.timer);
      each.reject(offline());
    }
  }

  private become(state: State, why: Why = ""): void {
    if (this.state === state && this.why === why) return;
    this.state = state;
    this.why = why;
    this.ways.changed(state, why);
  }
}

/** Some phones throw where a socket is not open yet, or no more. */
function hand(task: Task, frame: object, fail: () => void): void {
  try {
    task.send({ data: JSON.stringify(frame), fail });
  } catch {
    setTimeout(fail, 0);
  }
}

function shut(task: Task, code: number, reason: string): void {
  try {
    task.close({ code, reason });
  } catch {
    // It is closed already.
  }
}

function offline(): Refused {
  return new Refused("offline", "offline", true);
}

function parsed(data: string | ArrayBuffer): Frame | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === "object" && frame !== null && "op" in frame ? (frame as Frame) : undefined;
  } catch {
    return undefined;
  }
}

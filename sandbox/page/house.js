// The house as a mini-program meets it: login and pages over HTTP, one WebSocket that comes back by itself.
import { order } from "./wechat.js";

export class Refused extends Error {
  constructor(answer) {
    super(answer.message || answer.code);
    this.code = answer.code;
  }
}

export async function call(path, token = "", method = "GET", body = undefined) {
  const headers = { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) };
  const response = await fetch(`/house/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? { code: "unavailable", message: response.statusText });
  return answer;
}

/** wx.login and the house's login; `person.openid` is remembered so that the same person comes back. */
export async function login(appid, person) {
  const { code, openid } = await order("/login_code", { appid, openid: person.openid, nickname: person.name });
  person.openid = openid;
  return call("/login", "", "POST", { appid, code });
}

const STAY_AWAY = new Set([4003, 4009]);
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

export class Socket {
  /** `told(frame)` gets every event and entry, `changed(state)` "online", "offline" or "expired". */
  constructor(url, token, told, changed) {
    Object.assign(this, { url, token, told, changed, places: new Map(), asked: new Map(), number: 0, pause: FIRST_PAUSE });
    this.wanted = true;
    this.connect();
  }

  connect() {
    clearTimeout(this.again);
    this.heardAt = Date.now();
    this.socket = new WebSocket(this.url, "teahouse.v1");
    this.socket.onopen = () => this.hello();
    this.socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    this.socket.onclose = (event) => this.lost(event.code);
  }

  async hello() {
    const resume = Object.fromEntries(this.places);
    try {
      const welcome = await this.ask("hello", { token: this.token, client: "sandbox/1", ...(this.places.size && { resume }) });
      this.pause = FIRST_PAUSE;
      this.beat(welcome.heartbeat_seconds);
      this.told(welcome);
      this.changed("online");
    } catch {
      // A refused hello is followed by a close, which says what to do.
    }
  }

  ask(op, fields = {}) {
    const id = ++this.number;
    return new Promise((resolve, reject) => {
      if (this.socket.readyState !== WebSocket.OPEN) return reject(new Refused({ code: "offline", message: "offline" }));
      this.asked.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ op, id, ...fields }));
    });
  }

  receive(frame) {
    this.heardAt = Date.now();
    const waiting = this.asked.get(frame.id);
    if (waiting) {
      this.asked.delete(frame.id);
      if (frame.op === "refused") waiting.reject(new Refused(frame));
      else waiting.resolve(frame);
      return;
    }
    if (frame.op === "bye") this.pause = frame.reconnect_after_ms ?? FIRST_PAUSE;
    this.told(frame);
  }

  beat(seconds) {
    clearInterval(this.heart);
    this.heart = setInterval(() => {
      if (Date.now() - this.heardAt > 2000 * seconds) this.socket.close();
      else this.ask("ping").catch(() => {});
    }, 1000 * seconds);
  }

  lost(code) {
    clearInterval(this.heart);
    for (const waiting of this.asked.values()) waiting.reject(new Refused({ code: "offline", message: "offline" }));
    this.asked.clear();
    if (code === 4002 || code === 4001) return this.changed("expired");
    this.changed("offline");
    if (!this.wanted || STAY_AWAY.has(code)) return;
    this.again = setTimeout(() => this.connect(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  /** Airplane mode: gone without a word, so that the seat is kept; `back` resumes. */
  cut() {
    this.wanted = false;
    clearTimeout(this.again);
    this.socket.close(4999);
  }

  back() {
    this.wanted = true;
    this.pause = FIRST_PAUSE;
    this.connect();
  }
}

// A user of the mini-program as the house knows one: logged in, in some channels, on one socket. What is seen is not here.
import { Channel } from "./channel.js";
import { call, login, Socket } from "./house.js";
import { t } from "./words.js";

export class Visitor {
  /** Whoever extends this has `draw()`, and `inSight(channel)` to tell whether its messages are being looked at. */
  constructor(account, house, person, changed) {
    Object.assign(this, { account, house, person, changed, rooms: [], channels: new Map(), open: "", state: "out", trouble: "" });
  }

  get unread() {
    return [...this.channels.values()].reduce((sum, channel) => sum + channel.unread, 0);
  }

  renamed() {
    if (this.token) call("/me", this.token, "PATCH", { name: this.person.name }).catch((trouble) => this.complain(trouble));
    this.draw();
  }

  // ---- coming in

  async login() {
    try {
      const { token, user } = await login(this.account.appid, this.person);
      Object.assign(this, { token, user, trouble: "" });
      this.changed();
      if (user.name !== this.person.name) await call("/me", token, "PATCH", { name: this.person.name }).catch(() => {});
      await this.findRooms();
      this.socket?.cut();
      const url = `${this.house.replace(/^http/, "ws")}/ws`;
      this.socket = new Socket(url, token, (frame) => this.told(frame), (state) => this.connected(state));
    } catch (trouble) {
      this.complain(trouble);
    }
    this.draw();
  }

  async findRooms() {
    const answer = await call("/rooms", this.token);
    this.rooms = answer.rooms ?? answer;
    this.draw();
  }

  connected(state) {
    if (state === "expired") {
      this.login();
      return;
    }
    this.state = this.state === "flight" && state === "offline" ? "flight" : state;
    if (state === "online") this.afterWelcome();
    this.draw();
  }

  /** Enter again what was open before, and say again what was never answered. */
  afterWelcome() {
    for (const seat of this.person.seats ?? []) {
      if (!this.channels.has(seat.id)) this.enter(seat);
    }
    for (const channel of this.channels.values()) {
      for (const words of channel.waiting.values()) this.post(channel, words);
    }
  }

  fly() {
    if (this.state === "flight") {
      this.state = "offline";
      this.socket.back();
    } else {
      this.state = "flight";
      this.socket.cut();
    }
    this.draw();
  }

  // ---- what the house says

  told(frame) {
    if (frame.op === "welcome") {
      for (const state of frame.channels) this.resumed(state);
      return;
    }
    const channel = this.channels.get(frame.channel);
    if (!channel) return;
    if (frame.seq !== undefined && frame.op !== "read" && frame.op !== "forked") this.heard(channel, frame);
    if (frame.op === "present") channel.present = frame.count;
    if (frame.op === "gap") this.mend(channel, frame.after);
    if (frame.op === "forked") {
      channel.forked(frame.epoch, frame.seq);
      channel.notice = t("forked");
    }
    this.keepPlace(channel);
    this.draw();
  }

  resumed(state) {
    const channel = this.channels.get(state.channel);
    if (!channel) return;
    if (state.refused) this.forget(channel);
    else channel.stand({ ...state, messages: undefined });
  }

  heard(channel, entry) {
    const fresh = channel.add(entry);
    const mine = entry.from?.id === this.user.id;
    if (fresh && !mine && (entry.op === "message" || entry.op === "announced") && !this.inSight(channel)) channel.unread += 1;
    if (this.inSight(channel)) this.markRead();
    this.changed();
  }

  async mend(channel, after) {
    channel.notice = t("gap");
    const page = await this.socket.ask("history", { channel: channel.id, after: after.seq, limit: 200 }).catch(() => null);
    channel.notice = "";
    for (const entry of page?.messages ?? []) channel.add(entry);
    this.keepPlace(channel);
    this.draw();
    if (page?.more) this.mend(channel, channel.place);
  }

  keepPlace(channel) {
    if (channel.epoch) this.socket.places.set(channel.id, channel.place);
  }

  // ---- what the person does

  async enter(seat, password = undefined) {
    try {
      const entered = await this.socket.ask("enter", { channel: seat.id, ...(password && { password }) });
      const channel = new Channel(seat.id, seat.name, seat.room);
      channel.stand(entered);
      channel.more = channel.entries.size > 0 && channel.first > 1;
      this.channels.set(seat.id, channel);
      this.keepPlace(channel);
      this.asking = null;
      this.show(seat.id);
      this.keepSeats();
    } catch (trouble) {
      this.asking = trouble.code?.startsWith("password") ? seat : null;
      this.complain(trouble);
    }
  }

  async leave(channel) {
    await this.socket.ask("leave", { channel: channel.id }).catch(() => {});
    this.forget(channel);
    this.draw();
  }

  forget(channel) {
    this.channels.delete(channel.id);
    this.socket.places.delete(channel.id);
    this.open = this.open === channel.id ? "" : this.open;
    this.keepSeats();
  }

  keepSeats() {
    this.person.seats = [...this.channels.values()].map(({ id, name, room }) => ({ id, name, room }));
    this.changed();
  }

  say(channel, text) {
    const words = { client_id: crypto.randomUUID(), body: { text }, from: this.user, op: "message", pending: true };
    channel.waiting.set(words.client_id, words);
    this.post(channel, words);
    this.draw();
  }

  async post(channel, words) {
    try {
      const { client_id, body } = words;
      await this.socket.ask("say", { channel: channel.id, client_id, type: "text", body });
    } catch (trouble) {
      if (trouble.code === "offline") return;
      words.refused = trouble.message;
      this.draw();
    }
  }

  async older() {
    const channel = this.channels.get(this.open);
    if (!channel?.more || this.fetching) return;
    this.fetching = true;
    const page = await this.socket.ask("history", { channel: channel.id, before: channel.first, limit: 50 }).catch(() => null);
    this.fetching = false;
    if (!page) return;
    channel.more = page.more;
    for (const entry of page.messages) channel.add(entry);
    this.draw();
  }

  show(id) {
    this.open = id;
    this.trouble = "";
    this.markRead();
    this.draw();
  }

  markRead() {
    const channel = this.channels.get(this.open);
    if (!channel || !this.inSight(channel) || channel.read >= channel.tip) return;
    channel.unread = 0;
    channel.read = channel.tip;
    this.socket.ask("read", { channel: channel.id, seq: channel.tip }).catch(() => {});
    this.changed();
  }

  complain(trouble) {
    this.trouble = trouble.code === "unavailable" ? t("house_down") : trouble.message;
    this.draw();
  }
}

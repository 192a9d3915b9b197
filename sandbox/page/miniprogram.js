// A phone with the mini-program: login, rooms, channels as tabs.
import { Channel } from "./channel.js";
import { clock, composer, h, holdPlace } from "./dom.js";
import { statusBar } from "./follower.js";
import { call, login, Socket } from "./house.js";
import { face } from "./people.js";
import { t } from "./words.js";

const NOTES = new Set(["muted", "unmuted", "kicked", "banned", "pardoned"]);

export class MiniProgramPhone {
  constructor(account, house, person, changed) {
    Object.assign(this, { account, house, person, changed, rooms: [], channels: new Map(), open: "", state: "out", trouble: "" });
    this.list = h("div", { class: "talk", onscroll: () => this.list.scrollTop < 8 && this.older() });
    this.body = h("div", { class: "page" });
    this.screen = h("div", { class: "screen mini" });
    this.element = h("div", { class: "phone" }, this.screen);
    this.draw();
    if (person.openid) this.login();
  }

  get unread() {
    return [...this.channels.values()].reduce((sum, channel) => sum + channel.unread, 0);
  }

  shown() {
    this.markRead();
    this.list.scrollTop = this.list.scrollHeight;
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
    this.list.scrollTop = this.list.scrollHeight;
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
    this.list.scrollTop = this.list.scrollHeight;
  }

  inSight(channel) {
    return channel.id === this.open && !this.element.hidden;
  }

  markRead() {
    const channel = this.channels.get(this.open);
    if (!channel || this.element.hidden || channel.read >= channel.tip) return;
    channel.unread = 0;
    channel.read = channel.tip;
    this.socket.ask("read", { channel: channel.id, seq: channel.tip }).catch(() => {});
    this.changed();
  }

  complain(trouble) {
    this.trouble = trouble.code === "unavailable" ? t("house_down") : trouble.message;
    this.draw();
  }

  // ---- what is seen

  draw() {
    const channel = this.channels.get(this.open);
    const goBack = holdPlace(this.list);
    const view = !this.token ? this.doorView() : channel ? this.channelView(channel) : this.roomsView();
    const airplane = this.socket ? h("button", { class: "plane", title: t("airplane"), "aria-pressed": String(this.state === "flight"), onclick: () => this.fly() }, "✈") : null;
    const trouble = this.trouble && h("p", { class: "trouble", role: "alert" }, this.trouble);
    const typed = this.screen.querySelector(".composer input");
    const [value, focused] = [typed?.value ?? "", typed === document.activeElement];
    this.screen.replaceChildren(statusBar(airplane), ...view, ...(trouble ? [trouble] : []));
    goBack();
    const again = channel && this.screen.querySelector(".composer input");
    if (again) {
      again.value = value;
      if (focused) again.focus();
    }
  }

  doorView() {
    const input = h("input", { value: this.person.name, maxLength: 20, "aria-label": t("your_name") });
    const enter = (event) => {
      event.preventDefault();
      this.person.name = input.value.trim() || this.person.name;
      this.login();
    };
    return [
      h("form", { class: "card", onsubmit: enter },
        h("img", { src: "/page/leaf.svg", alt: "", width: 72, height: 72 }),
        h("h3", {}, t("welcome")),
        h("label", {}, t("your_name"), input),
        h("button", { class: "primary" }, t("enter_app"))),
    ];
  }

  head(title, below) {
    const line = { online: "", offline: t("offline"), flight: t("in_flight") }[this.state];
    return [
      h("div", { class: "bar" }, h("b", {}, title), h("span", { class: "capsule", "aria-hidden": "true" }, "•••　◎")),
      ...(below ? [below] : []),
      ...(line ? [h("p", { class: "lost" }, line)] : []),
    ];
  }

  tabs() {
    const tab = (id, name, unread) =>
      h("button", { role: "tab", "aria-selected": String(this.open === id), onclick: () => this.show(id) }, name, unread ? h("i", { class: "mark" }, String(unread)) : null);
    const entered = [...this.channels.values()].map((each) => tab(each.id, each.name, this.open === each.id ? 0 : each.unread));
    return h("div", { class: "tabs", role: "tablist" }, tab("", t("rooms"), 0), ...entered);
  }

  roomsView() {
    const rooms = this.rooms.map((room) =>
      h("section", { class: "room" }, h("h4", {}, room.name), ...(room.channels ?? []).map((each) => this.door(room, each))));
    const nothing = h("p", { class: "note" }, t("no_rooms"));
    const again = h("button", { class: "quiet", onclick: () => this.findRooms().catch((trouble) => this.complain(trouble)) }, t("refresh"));
    return [...this.head(this.account.name || t("rooms"), this.tabs()), h("div", { class: "rooms" }, ...(rooms.length ? rooms : [nothing]), again)];
  }

  door(room, channel) {
    const seat = { id: channel.id, name: channel.name, room: room.name };
    if (this.asking?.id === channel.id) return composer(t("password"), t("enter"), (word) => this.enter(seat, word));
    const inside = this.channels.has(channel.id);
    const tap = () => (inside ? this.show(channel.id) : this.enter(seat));
    const unread = inside ? this.channels.get(channel.id).unread : channel.unread;
    return h("button", { class: "doorway", onclick: tap }, h("span", {}, `# ${channel.name}`), unread ? h("i", { class: "mark" }, String(unread)) : null, h("em", {}, inside ? "●" : "›"));
  }

  channelView(channel) {
    const top = channel.more ? h("button", { class: "quiet", onclick: () => this.older() }, t("older")) : h("p", { class: "note" }, t("begin"));
    const notice = channel.notice ? [h("p", { class: "note" }, channel.notice)] : [];
    const rows = channel.shown().map((entry) => this.row(entry)).filter(Boolean);
    this.list.replaceChildren(top, ...rows, ...notice);
    const leave = h("button", { class: "quiet", title: t("leave"), "aria-label": t("leave"), onclick: () => this.leave(channel) }, "⏏");
    const info = h("div", { class: "info" }, h("span", {}, `${channel.room} · ${channel.name}`), h("span", {}, `${channel.present} ${t("here")}`), leave);
    const form = composer(t("message"), t("send"), (text) => this.say(channel, text));
    return [...this.head(this.account.name || channel.room, this.tabs()), info, this.list, form];
  }

  row(entry) {
    if (entry.op === "announced") return h("p", { class: "note loud" }, `${t("announced")}：${entry.text}`);
    if (NOTES.has(entry.op)) return h("p", { class: "note" }, `${entry.user?.name ?? entry.user} ${t(entry.op)}`);
    if (entry.op !== "message") return null;
    if (entry.recalled) return h("p", { class: "note" }, `${entry.from?.name ?? ""} ${t("recalled")}`);
    const mine = entry.from?.id === this.user.id;
    const { name, door } = entry.from ?? {};
    const shownName = mine ? this.person.name : name;
    const mark = door && door !== "miniprogram" ? h("span", { class: "door" }, t(`door_${door}`)) : null;
    const state = entry.refused ? `${t("not_sent")}：${entry.refused}` : entry.pending ? t("you_said") : clock(entry.at);
    return h("div", { class: mine ? "row mine" : "row" },
      face(shownName),
      h("div", { class: "said" },
        mine ? null : h("small", {}, shownName ?? "", mark),
        h("div", { class: entry.refused ? "bubble bad" : "bubble" }, entry.body?.text ?? `[${entry.type}]`),
        h("time", {}, state)));
  }
}

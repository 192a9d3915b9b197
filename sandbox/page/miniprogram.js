// A phone with the mini-program: a door, rooms, channels as tabs.
import { clock, composer, h, holdPlace } from "./dom.js";
import { statusBar } from "./follower.js";
import { face } from "./people.js";
import { Visitor } from "./visitor.js";
import { t } from "./words.js";

const NOTES = new Set(["muted", "unmuted", "kicked", "banned", "pardoned"]);

export class MiniProgramPhone extends Visitor {
  constructor(...about) {
    super(...about);
    this.list = h("div", { class: "talk", onscroll: () => this.list.scrollTop < 8 && this.older() });
    this.screen = h("div", { class: "screen mini" });
    this.element = h("div", { class: "phone" }, this.screen);
    this.draw();
    if (this.person.openid) this.login();
  }

  shown() {
    this.markRead();
    this.toEnd();
  }

  show(id) {
    super.show(id);
    this.toEnd();
  }

  say(channel, text) {
    super.say(channel, text);
    this.toEnd();
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  inSight(channel) {
    return channel.id === this.open && !this.element.hidden;
  }

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
      h("section", { class: "room" }, h("h4", {}, room.locked ? `${room.name} 🔒` : room.name), ...(room.channels ?? []).map((each) => this.door(room, each))));
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

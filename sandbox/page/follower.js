// A phone that follows an Official Account, in the manner of WeChat's chat.
import { clock, composer, h, holdPlace } from "./dom.js";
import { face, HOUSE } from "./people.js";
import { ask, order, watch } from "./wechat.js";
import { t } from "./words.js";

const KEPT = 300;

export class FollowerPhone {
  constructor(account, person, changed) {
    Object.assign(this, { account, person, changed, items: [], unread: 0, following: false, typing: true, busy: 0 });
    this.list = h("div", { class: "talk", "aria-live": "polite" });
    this.foot = h("div", { class: "foot" });
    this.panel = h("div", { class: "panel", hidden: true });
    this.screen = h("div", { class: "screen wechat" });
    this.element = h("div", { class: "phone" }, this.screen);
    watch((news) => this.heard(news));
    this.begin();
  }

  async begin() {
    const { appid } = this.account;
    const known = await order("/followers", { appid, openid: this.person.openid, nickname: this.person.name });
    this.person.openid = known.openid;
    this.following = known.subscribed;
    this.items = (await ask(`/screen?openid=${known.openid}`)).slice(-KEPT);
    this.typing = !this.account.menu?.length;
    this.changed();
    this.draw();
  }

  renamed() {
    order("/followers", { appid: this.account.appid, openid: this.person.openid, nickname: this.person.name });
    this.draw();
  }

  shown() {
    this.unread = 0;
    this.list.scrollTop = this.list.scrollHeight;
    document.dispatchEvent(new CustomEvent("follower", { detail: this.person.openid }));
  }

  heard(news) {
    if (news.kind === "menu" && news.appid === this.account.appid) {
      this.account.menu = news.menu;
      this.typing = !news.menu.length;
      this.draw();
    }
    if (news.openid !== this.person.openid || news.kind === "push" || news.kind === "call") return;
    this.items = [...this.items, news].slice(-KEPT);
    if (this.element.hidden && news.kind !== "said") this.unread += 1;
    this.fill();
    this.changed();
  }

  async act(name, body = {}) {
    this.panel.hidden = true;
    this.busy += 1;
    this.fill();
    try {
      await order(`/followers/${this.person.openid}/${name}`, body);
    } catch (trouble) {
      this.items = [...this.items, { kind: "service_failure", text: trouble.message, at: Date.now() }];
    }
    this.busy -= 1;
    const known = await ask(`/followers/${this.person.openid}`);
    if (known.subscribed !== this.following) {
      this.following = known.subscribed;
      this.draw();
    }
    this.fill();
    document.dispatchEvent(new CustomEvent("follower", { detail: this.person.openid }));
  }

  draw() {
    this.screen.replaceChildren(...(this.following ? this.chat() : this.profile()));
    this.fill();
    this.list.scrollTop = this.list.scrollHeight;
  }

  profile() {
    const follow = h("button", { class: "primary", onclick: () => this.act("follow") }, t("follow"));
    return [
      statusBar(),
      h("div", { class: "card" },
        face(this.account.name, "huge", HOUSE),
        h("h3", {}, this.account.name || "茶馆"),
        h("p", { class: "kind" }, t("official_account")),
        h("p", {}, t("account_intro")),
        follow),
    ];
  }

  chat() {
    const title = h("div", { class: "bar" }, h("b", {}, this.account.name || "茶馆"));
    this.drawFoot();
    return [statusBar(), title, this.list, this.panel, this.foot];
  }

  fill() {
    const rows = this.items.map((item) => this.row(item));
    if (this.busy) rows.push(h("p", { class: "note" }, t("pushing")));
    const goBack = holdPlace(this.list);
    this.list.replaceChildren(...rows);
    goBack();
  }

  row(item) {
    if (item.kind === "service_failure") return h("p", { class: "note" }, item.text);
    if (item.type === "act") return h("p", { class: "note" }, `${t(item.act)} ${item.text}`.trim());
    const mine = item.kind === "said";
    const who = mine ? face(this.person.name) : face(this.account.name, "", HOUSE);
    const body = mine ? h("div", { class: "bubble" }, item.text) : this.content(item);
    return h("div", { class: mine ? "row mine" : "row", title: clock(item.at) }, who, body);
  }

  content(item) {
    if (item.type === "msgmenu") return this.menuBubble(item);
    if (item.type === "news") return h("div", { class: "bubble news" }, ...item.articles.map(article));
    if (item.type === "template") return template(item);
    if (item.type === "miniprogrampage") return h("div", { class: "bubble news" }, h("b", {}, item.title), h("small", {}, "小程序"));
    if (item.text) return h("div", { class: "bubble" }, ...this.linked(item.text));
    return h("div", { class: "bubble" }, `[${t(item.type === "image" ? "photo" : item.type)}]`);
  }

  /** Customer texts may hold links; those of message menus can be tapped, others are only shown. */
  linked(text) {
    const parts = text.split(/<a\s+([^>]*)>([^<]*)<\/a>/);
    return parts.map((part, index) => {
      if (index % 3 === 0) return part;
      if (index % 3 === 1) return null;
      const query = /weixin:\/\/bizmsgmenu\?([^"']*)/.exec(parts[index - 1]);
      if (!query) return h("a", {}, part);
      const given = new URLSearchParams(query[1].replaceAll("&amp;", "&"));
      const tap = { id: given.get("msgmenuid"), content: given.get("msgmenucontent") };
      return h("a", { onclick: () => this.act("tap_menu_item", tap) }, part);
    });
  }

  menuBubble(item) {
    const choices = item.items.map((each) =>
      h("a", { class: "choice", onclick: () => this.act("tap_menu_item", { id: each.id, content: each.content }) }, each.content));
    return h("div", { class: "bubble" }, item.head, ...choices, item.tail);
  }

  drawFoot() {
    const menu = this.account.menu ?? [];
    const flip = () => { this.typing = !this.typing; this.drawFoot(); };
    const keyboard = menu.length ? h("button", { type: "button", class: "icon", title: t("keyboard"), onclick: flip }, this.typing ? "☰" : "⌨") : null;
    if (menu.length && !this.typing) {
      this.foot.replaceChildren(h("div", { class: "menu" }, keyboard, ...menu.map((button) => this.menuButton(button))));
      return;
    }
    const plus = h("button", { type: "button", class: "icon", title: t("more"), onclick: () => this.openPanel() }, "＋");
    const form = composer(t("message"), t("send"), (text) => this.act("say", { text }), keyboard);
    form.insertBefore(plus, form.lastChild);
    this.foot.replaceChildren(form);
  }

  menuButton(button) {
    const below = button.sub_button?.length ? button.sub_button : null;
    const tap = () => (below ? this.openSheet(below.map((each) => [each.name, () => this.press(each)])) : this.press(button));
    return h("button", { onclick: tap }, below ? `≡ ${button.name}` : button.name);
  }

  press(button) {
    return button.type === "view" ? this.act("view", { url: button.url }) : this.act("click", { key: button.key ?? button.name });
  }

  openPanel() {
    this.openSheet([
      [t("photo"), () => this.act("say", { type: "image" })],
      [t("voice"), () => this.act("say", { type: "voice" })],
      [t("video"), () => this.act("say", { type: "video" })],
      [t("place"), () => this.act("say", { type: "location", Label: "西湖区龙井村" })],
      [t("link"), () => this.act("say", { type: "link", Title: "怎样泡茶", Url: "https://example.com/" })],
      [t("scan"), () => this.chooseCode()],
      [t("unfollow"), () => this.act("unfollow")],
    ]);
  }

  async chooseCode() {
    const accounts = await ask("/accounts");
    const codes = accounts.find((each) => each.appid === this.account.appid).codes;
    const choices = codes.map((code) => [code.scene, () => this.act("scan", { ticket: code.ticket })]);
    this.openSheet(choices, codes.length ? t("scan_which") : t("no_codes"));
  }

  openSheet(choices, title = "") {
    const close = () => { this.panel.hidden = true; };
    const buttons = choices.map(([name, act]) => h("button", { onclick: () => { close(); act(); } }, name));
    this.panel.replaceChildren(title && h("p", {}, title), ...buttons, h("button", { class: "cancel", onclick: close }, t("cancel")));
    this.panel.hidden = false;
  }
}

export function statusBar(extra = null) {
  return h("div", { class: "status" }, h("span", {}, clock(Date.now())), extra ?? h("span", { class: "bars" }, "沙箱 sandbox"));
}

function article(each) {
  return h("div", {}, h("b", {}, each.title ?? ""), h("small", {}, each.description ?? ""));
}

function template(item) {
  const lines = Object.values(item.data).map((value) => h("p", {}, value));
  return h("div", { class: "bubble news" }, h("b", {}, t("notification")), ...lines);
}

// What newcomers cannot see on a phone: pushes, calls, quota, time.
import { clock, h } from "./dom.js";
import { ask, order, watch } from "./wechat.js";
import { Mischief } from "./mischief.js";
import { t } from "./words.js";

const KEPT = 60;
const TEXTS = 5;
const UNTOLD = new Set(["/cgi-bin/token", "/cgi-bin/stable_token"]);

export class Backstage {
  constructor(root) {
    this.quota = h("div", { class: "quota" });
    this.time = h("b", {});
    this.log = h("ol", { class: "log", "aria-live": "off" });
    this.texts = h("ol", { class: "texts", "aria-live": "polite" }, h("li", { class: "hint" }, t("sms_none")));
    const jump = (seconds, name) => h("button", { class: "quiet", onclick: () => this.advance(seconds) }, t(name));
    root.append(
      h("h3", {}, t("quota")), this.quota,
      h("h3", {}, t("sms_title")), this.texts,
      h("h3", {}, t("clock_title")),
      h("div", { class: "clock" }, this.time, jump(60, "minute"), jump(3600, "hour"), jump(172800, "days")),
      h("div", { id: "mischief" }),
      this.log);
    new Mischief(root.querySelector("#mischief"));
    watch((news) => this.heard(news));
    document.addEventListener("follower", (event) => this.look(event.detail));
    this.advance(0);
    setInterval(() => this.look(this.openid), 5000);
  }

  async advance(seconds) {
    const { now } = seconds ? await order("/clock", { advance_seconds: seconds }) : await ask("/clock");
    this.offset = now - Date.now();
    this.look(this.openid);
  }

  async look(openid) {
    this.openid = openid;
    this.time.textContent = new Date(Date.now() + this.offset).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const { quota, nickname } = openid ? await ask(`/followers/${openid}`) : { quota: {} };
    const lines = Object.entries(quota).map(([act, { left, seconds }]) =>
      h("p", {}, `${nickname} ${t(`act_${act}`)}`, h("span", { class: "beads" }, "●".repeat(left), h("i", {}, "○".repeat(Math.max(0, full(act) - left)))), h("small", {}, span(seconds))));
    this.quota.replaceChildren(...(lines.length ? lines : [h("p", { class: "hint" }, t("quota_none"))]));
  }

  heard(news) {
    if (news.kind === "sms") this.received(news);
    const line = news.kind === "push" ? pushed(news) : news.kind === "call" ? called(news) : null;
    if (news.openid === this.openid) this.look(this.openid);
    if (!line) return;
    this.log.prepend(line);
    while (this.log.children.length > KEPT) this.log.lastChild.remove();
  }

  received({ phone, text, at }) {
    this.texts.querySelector(".hint")?.remove();
    this.texts.prepend(h("li", {}, h("small", {}, `${clock(at)} ${phone}`), text));
    while (this.texts.children.length > TEXTS) this.texts.lastChild.remove();
  }
}

function full(act) {
  return { message: 5, session: 2 }[act] ?? 3;
}

function span(seconds) {
  if (seconds > 7200) return `${Math.round(seconds / 3600)} h`;
  return seconds > 90 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`;
}

function pushed(news) {
  const result = news.problem ? `${t("failed")} (${news.problem})` : `${t("reached")}${news.replied ? ` ${t("replied")}` : ""} · ${news.milliseconds} ms`;
  const tries = news.attempts > 1 ? ` · ${news.attempts} ${t("tries")}` : "";
  return h("li", { class: news.problem ? "bad" : "" }, h("small", {}, `${clock(news.at)} ${t("to_house")}`), h("b", {}, news.what), ` ${result}${tries}`);
}

function called(news) {
  if (UNTOLD.has(news.api) && !news.errcode) return null;
  const result = news.errcode ? `errcode ${news.errcode}` : t("ok");
  return h("li", { class: news.errcode ? "bad back" : "back" }, h("small", {}, `${clock(news.at)} ${t("to_wechat")}`), h("b", {}, news.api.replace("/cgi-bin/", "")), ` ${result}`);
}

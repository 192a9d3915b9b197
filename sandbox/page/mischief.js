// What newcomers can do to WeChat: let calls of the house go wrong, and let any event of the platform happen.
import { h } from "./dom.js";
import { ask, order } from "./wechat.js";
import { t } from "./words.js";

const USUAL = ["/cgi-bin/message/custom/send", "/cgi-bin/stable_token"];
const FAULTS = [
  ["fault_500", { http_status: 500 }],
  ["fault_html", { html: true }],
  ["fault_slow", { delay_seconds: 7 }],
  ["fault_drip", { drip: true }],
  ["fault_drop", { drop_after_effect: true }],
  ["fault_busy", { errcode: -1 }],
  ["fault_window", { errcode: 45015 }],
  ["fault_quota", { errcode: 45047 }],
  ["fault_day", { errcode: 45009 }],
  ["fault_right", { errcode: 48001 }],
  ["fault_address", { errcode: 40164 }],
  ["fault_token", { errcode: 40001 }],
];
const TIMES = [1, 10, 1000];

export class Mischief {
  constructor(root) {
    this.waiting = h("ul", { class: "waiting", "aria-live": "polite" });
    this.api = h("select", { "aria-label": t("which_call") });
    this.fault = h("select", { "aria-label": t("which_fault") }, ...FAULTS.map(([name], index) => h("option", { value: index }, t(name))));
    this.times = h("select", { "aria-label": t("how_often") }, ...TIMES.map((each) => h("option", { value: each }, `× ${each}`)));
    this.event = h("select", { "aria-label": t("which_event") });
    const inject = h("button", { class: "quiet", id: "inject", onclick: () => this.inject() }, t("inject"));
    const clear = h("button", { class: "quiet", onclick: () => this.clear() }, t("clear_faults"));
    const raise = h("button", { class: "quiet", id: "raise", onclick: () => this.raise() }, t("raise_event"));
    root.append(h("details", { class: "mischief" },
      h("summary", {}, t("mischief_title")),
      h("div", { class: "orders" }, this.api, this.fault, this.times, inject, clear),
      this.waiting,
      h("div", { class: "orders" }, this.event, raise),
      h("p", { class: "hint" }, t("event_hint"))));
    document.addEventListener("follower", (event) => { this.openid = event.detail; });
    this.begin();
  }

  async begin() {
    const { events, apis } = await ask("/events");
    const sorted = [...USUAL, "*", ...apis.filter((each) => !USUAL.includes(each))];
    this.api.replaceChildren(...sorted.map((each) => h("option", { value: each }, each === "*" ? t("all_calls") : each.replace("/cgi-bin/", ""))));
    this.event.replaceChildren(...Object.keys(events).map((each) => h("option", { value: each }, each)));
    this.show(await ask("/inject"));
  }

  async inject() {
    const [, fault] = FAULTS[Number(this.fault.value)];
    this.show(await order("/inject", { api: this.api.value, times: Number(this.times.value), ...fault }));
  }

  async clear() {
    this.show(await order("/inject", { clear: true }));
  }

  async raise() {
    if (this.openid) await order(`/followers/${this.openid}/event`, { event: this.event.value });
  }

  show({ waiting }) {
    const lines = waiting.filter((each) => each.times > 0).map((each) => h("li", {}, `${each.api.replace("/cgi-bin/", "")} × ${each.times} · ${told(each)}`));
    this.waiting.replaceChildren(...lines);
  }
}

function told(fault) {
  const known = FAULTS.find(([, each]) => Object.entries(each).every(([name, value]) => fault[name] === value));
  return known ? t(known[0]) : "";
}

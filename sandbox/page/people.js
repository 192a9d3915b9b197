// A row of people above a phone. Everybody keeps a phone of their own; one is in sight.
import { h, memory } from "./dom.js";
import { t } from "./words.js";

export const HOUSE = "#2f6f57";
const TEA = ["#5a7d4f", "#a8572b", "#4d5f8a", "#8a6d1f", "#7a3f5d", "#3a6b7c", "#5d6b2c"];

export function color(text) {
  let sum = 7;
  for (const letter of text) sum = (sum * 6 + letter.codePointAt(0)) % 65_521;
  return TEA[sum % TEA.length];
}

export function face(name, size = "", shade = color(name || "茶")) {
  const shown = [...(name || "茶")][0];
  return h("span", { class: `face ${size}`, style: `background:${shade}`, "aria-hidden": "true" }, shown);
}

export class People {
  /** `makePhone(person, changed)` gives {element, shown(), unread}; person is {name, …} and is kept in the browser. */
  constructor(root, key, names, makePhone) {
    Object.assign(this, { key, names, makePhone, phones: [], current: 0 });
    this.row = h("div", { class: "people", role: "tablist" });
    this.stage = h("div", { class: "stage" });
    root.append(this.row, this.stage);
    const kept = memory(key) ?? [];
    for (const person of kept.length ? kept : [{ name: names[0] }]) this.add(person);
    this.show(0);
  }

  add(person) {
    const phone = this.makePhone(person, () => this.changed());
    phone.person = person;
    phone.element.hidden = true;
    this.phones.push(phone);
    this.stage.append(phone.element);
    this.keep();
  }

  another() {
    const taken = new Set(this.phones.map((phone) => phone.person.name));
    const free = this.names.find((name) => !taken.has(name)) ?? `${this.names[0]} ${this.phones.length + 1}`;
    this.add({ name: free });
    this.show(this.phones.length - 1);
  }

  show(index) {
    this.current = index;
    this.phones.forEach((phone, each) => { phone.element.hidden = each !== index; });
    this.phones[index].shown();
    this.changed();
  }

  rename(phone, chip) {
    const input = h("input", { value: phone.person.name, maxLength: 20, "aria-label": t("name"), class: "person" });
    const done = () => {
      phone.person.name = input.value.trim() || phone.person.name;
      this.renaming = false;
      phone.renamed();
      this.changed();
    };
    this.renaming = true;
    input.addEventListener("blur", done);
    input.addEventListener("keydown", (event) => event.key === "Enter" && input.blur());
    chip.replaceWith(input);
    input.select();
  }

  keep() {
    memory(this.key, this.phones.map((phone) => phone.person));
  }

  changed() {
    this.keep();
    if (this.renaming) return;
    this.row.replaceChildren(...this.phones.map((phone, index) => this.chip(phone, index)), this.plus());
  }

  chip(phone, index) {
    const on = index === this.current;
    const tap = (event) => (on ? this.rename(phone, event.currentTarget) : this.show(index));
    const mark = phone.unread && !on ? h("i", { class: "mark" }, String(phone.unread)) : null;
    const properties = { class: "person", role: "tab", "aria-selected": String(on), title: on ? t("rename") : "", onclick: tap };
    return h("button", properties, face(phone.person.name, "small"), phone.person.name, on ? h("small", {}, "✎") : mark);
  }

  plus() {
    return h("button", { class: "person plus", onclick: () => this.another() }, t("another"));
  }
}

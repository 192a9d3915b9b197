/** What a person may do with a message or with somebody, and the questions that are asked before. */
import { moderates } from "../socket/subscriptions";
import type { Subscription } from "../socket/subscriptions";
import type { House } from "../house/house";
import type { Row } from "../chat/rows";
import type { Refused } from "../house/refused";
import { excuse, fill } from "../words/words";
import type { Words } from "../words/words";

export interface Action {
  id: string;
  text: string;
  icon?: string;
  danger?: boolean;
  on?: boolean;
}

/** A sheet on the screen: what it asks, and about what. */
export interface Asked {
  kind: "" | "message" | "person" | "length" | "report" | "failed" | "reason" | "forward";
  title: string;
  hint: string;
  actions: Action[];
  row?: Row;
  /** The act that waits for a length or a reason. */
  act?: string;
  seconds?: number;
  user?: string;
  name?: string;
}

export const NOTHING: Asked = { kind: "", title: "", hint: "", actions: [] };
export const OWN_RECALL_MS = 120_000;
export const OWN_EDIT_MS = 300_000;
/** What one tap says about a message. */
export const EMOJI = ["👍", "❤️", "😄", "🎉", "🍵", "🙏"];

export function aboutMessage(house: House, one: Subscription, row: Row): Asked {
  const { words } = house;
  const over = moderates(one.role);
  const entry = one.timeline.at(row.seq);
  const age = entry === undefined ? Infinity : house.subscriptions.now() - entry.at;
  const [recent, fresh] = [age < OWN_RECALL_MS, age < OWN_EDIT_MS];
  const actions: (Action | false)[] = [
    { id: "reply", text: words.reply, icon: "reply" },
    row.type === "text" && { id: "copy", text: words.copy, icon: "copy" },
    { id: "forward", text: words.forward, icon: "share" },
    row.mine === true && row.type === "text" && !row.forwarded && fresh && { id: "edit", text: words.edit, icon: "edit" },
    ((row.mine && recent) || over) && { id: "recall", text: words.recall, icon: "undo" },
    over && { id: row.pinned ? "unpin" : "pin", text: row.pinned ? words.unpin : words.pin, icon: "pin" },
    !row.mine && { id: "report", text: words.report, icon: "flag" },
    !row.mine && over && { id: "mute", text: `${words.mute} ${row.name}`, icon: "mute" },
    !row.mine && over && { id: "kick", text: `${words.kick} ${row.name}`, icon: "out", danger: true },
    !row.mine && over && { id: "ban", text: `${words.ban} ${row.name}`, icon: "ban", danger: true },
  ];
  return { kind: "message", title: "", hint: "", actions: actions.filter((each) => each !== false), row, user: row.from ?? "", name: row.name ?? "" };
}

export function aboutPerson(house: House, channel: string, user: string, name: string): Asked {
  const { words, blocked, me } = house;
  const { role } = house.subscriptions.of(channel);
  const found = house.rooms.channel(channel);
  const alone = found?.room.direct === true && !found.channel.direct && user !== me?.id;
  const over = moderates(role) && user !== me?.id;
  const actions: (Action | false)[] = [
    user !== me?.id && { id: "mention", text: words.mention, icon: "at" },
    alone && { id: "direct", text: words.talk_alone, icon: "person" },
    over && { id: "mute", text: words.mute, icon: "mute" },
    over && { id: "unmute", text: words.unmute, icon: "speaker" },
    over && { id: "kick", text: words.kick, icon: "out", danger: true },
    over && { id: "ban", text: words.ban, icon: "ban", danger: true },
    over && { id: "pardon", text: words.pardon, icon: "check" },
    user !== me?.id && { id: blocked.has(user) ? "unblock" : "block", text: blocked.has(user) ? words.unblock : words.block, icon: "ban" },
  ];
  return { kind: "person", title: fill(words.actions_for, name), hint: "", actions: actions.filter((each) => each !== false), user, name };
}

export function howLong(words: Words, act: string, user: string, name: string): Asked {
  const actions = [
    { id: "600", text: words.ten_minutes }, { id: "3600", text: words.one_hour }, { id: "86400", text: words.one_day },
    { id: "604800", text: words.seven_days }, { id: "0", text: words.open_ended, danger: true },
  ];
  return { kind: "length", title: `${words[act as "mute" | "ban"]} ${name}`, hint: words.how_long, actions, act, user, name };
}

export function whyReported(words: Words, row: Row): Asked {
  const actions = (["spam", "abuse", "illegal", "other"] as const).map((each) => ({ id: words[`report_${each}`], text: words[`report_${each}`] }));
  return { kind: "report", title: words.report_title, hint: words.report_hint, actions, row };
}

/** Where it may be said again: the other channels in which the person is. */
export function whereTo(house: House, channel: string, row: Row): Asked {
  const others = house.subscriptions.entered().filter((one) => one.standing === "in" && one.id !== channel);
  const actions = others.map(({ id }) => {
    const found = house.rooms.channel(id);
    return { id, text: found ? `${found.room.name} · ${found.channel.name}` : id };
  });
  const { forward_to: title, forward_hint, forward_nowhere } = house.words;
  return { kind: "forward", title, hint: actions.length ? forward_hint : forward_nowhere, actions, row };
}

export async function forward(house: House, source: string, row: Row, channel: string): Promise<boolean> {
  const fields = { channel, client_id: unique(), source, seq: row.seq };
  return attempt(house, () => house.connection.ask("forward", fields), house.words.forward_done);
}

export function aboutFailed(words: Words, row: Row): Asked {
  const actions = [
    { id: "again", text: words.resend, icon: "again" }, { id: "copy", text: words.copy, icon: "copy" },
    { id: "discard", text: words.discard, icon: "trash", danger: true },
  ];
  return { kind: "failed", title: words.not_sent, hint: row.reason ?? "", actions, row };
}

/** Does what was chosen about a person. True when it was done; what was refused is said on the screen. */
export async function act(house: House, channel: string, asked: Asked, id: string, reason = ""): Promise<boolean> {
  const { words } = house;
  if (asked.kind === "person" && (id === "block" || id === "unblock")) return attempt(house, () => house.block(asked.user!, id === "block"));
  const [op, seconds] = asked.kind === "length" ? [asked.act!, Number(id)] : [id, 0];
  if (op === "kick" && !(await sure(words, fill(words.sure_kick, asked.name!)))) return false;
  const fields = { channel, user: asked.user, ...(seconds && { seconds }), ...(reason.trim() && { reason: reason.trim() }) };
  return attempt(house, () => house.connection.ask(op, fields), words.acted);
}

/** The channel of the two, begun or found again; empty where it was refused, which is said on the screen. */
export async function talkAlone(house: House, channel: string, user: string): Promise<string> {
  const room = house.rooms.channel(channel)?.room.id ?? "";
  let id = "";
  await attempt(house, async () => {
    const told = await house.api.post<{ channel: { id: string } }>(`/rooms/${room}/direct`, { user });
    await house.rooms.refresh();
    id = told.channel.id;
  });
  return id;
}

/** Does it, and says that it was done, or why not. */
export async function attempt(house: House, work: () => Promise<unknown>, done = ""): Promise<boolean> {
  try {
    await work();
    if (done) wx.showToast({ title: done, icon: "success" });
    return true;
  } catch (error) {
    const { code } = error as Refused;
    if (code) wx.showToast({ title: excuse(house.words, code), icon: "none" });
    return false;
  }
}

export async function sure(words: Words, title: string, content = ""): Promise<boolean> {
  const { confirm } = await wx.showModal({ title, content, confirmText: words.confirm, cancelText: words.cancel });
  return confirm;
}

/** A name for a message that no other has. */
export function unique(): string {
  const random = () => Math.floor(Math.random() * 2 ** 32).toString(36);
  return `${Date.now().toString(36)}-${random()}${random()}`;
}

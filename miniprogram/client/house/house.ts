/** The house as this phone knows it: one per app. Pages ask it, and hear from it what changed. */
import type { Entry } from "../chat/entry";
import { Connection } from "../socket/connection";
import type { Frame, State, Task, Why } from "../socket/connection";
import { Subscriptions } from "../socket/subscriptions";
import type { KeptChannels, Subscription } from "../socket/subscriptions";
import { wordsOf } from "../words/words";
import type { Language, Words } from "../words/words";
import { SOCKET, VERSION } from "./address";
import { Api } from "./api";
import { Login } from "./login";
import type { Person } from "./login";
import { Files } from "./media";
import { learn } from "./notices";
import { People } from "./people";
import { Rooms } from "./rooms";
import { forget, keep, recall } from "./storage";

/** What `/me` tells: the person, and what became of a picture that they chose and do not have. */
interface Looks extends Person {
  avatar_state?: "held" | "rejected";
}

/** What changed: the connection, the person, the rooms, the language, people's pictures, a channel by its id. */
export type Topic = "connection" | "person" | "rooms" | "language" | (string & {});
type Listener = (topic: Topic) => void;

const KEEP_MS = 400;
const MOST_WATCHED = 100;

export class House {
  language: Language = recall<Language>("language", systemLanguage());
  readonly login = new Login(() => this.changed("person"));
  readonly api = new Api(this.login);
  readonly files = new Files(this.api, () => this.changed("media"));
  readonly people = new People(this.api, () => this.login.person, () => this.changed("people"));
  readonly rooms = new Rooms(this.api, () => this.changed("rooms"));
  readonly subscriptions: Subscriptions = new Subscriptions({
    ask: (op, fields) => this.connection.ask(op, fields),
    online: () => this.connection.state === "online",
    me: () => this.login.person?.id ?? "",
    changed: (channel) => this.changed(channel),
    heard: (channel, entry) => this.heard(channel, entry),
  });
  readonly connection: Connection = new Connection({
    open: (protocol) => socket(protocol),
    token: (fresh) => this.login.token(fresh),
    resume: () => this.subscriptions.resume(),
    told: (frame) => this.told(frame),
    changed: (state, why) => this.connected(state, why),
  }, `miniprogram/${VERSION}`);
  /** Names of people, as entries and lists gave them: acts of authority name their object by id only. */
  readonly names = new Map<string, string>();
  readonly blocked = new Set<string>(recall<string[]>("blocked", []));
  /** False after the network was seen to be gone. */
  network = true;
  private readonly listeners = new Set<Listener>();
  private keeping = 0;

  get words(): Words {
    return wordsOf(this.language);
  }

  get me(): Person | undefined {
    return this.login.person;
  }

  launch(): void {
    this.subscriptions.restore(recall<KeptChannels>("drafts", {}));
    wx.onNetworkStatusChange(({ isConnected }) => {
      this.network = isConnected;
      this.connection.network(isConnected);
      this.changed("connection");
    });
  }

  show(): void {
    this.people.again();
    this.connection.start();
  }

  hide(): void {
    this.keepDrafts();
    this.connection.pause();
  }

  /** Calls `listener` with what changed, until the answer is called. */
  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  changed(topic: Topic): void {
    for (const listener of [...this.listeners]) listener(topic);
  }

  speak(language: Language): void {
    this.language = language;
    keep("language", language);
    this.changed("language");
  }

  /** Drafts and what waits are written down soon, and at once when the app is left. */
  keepSoon(): void {
    if (this.keeping) return;
    this.keeping = setTimeout(() => this.keepDrafts(), KEEP_MS);
  }

  keepDrafts(): void {
    clearTimeout(this.keeping);
    this.keeping = 0;
    keep("drafts", this.subscriptions.keep());
  }

  /** What the house calls the person now. A socket keeps the name it was opened with, so it is opened again. */
  async rename(name: string): Promise<void> {
    this.login.became(await this.api.put<Person & Record<string, unknown>>("/me", { name }));
    this.connection.renew();
  }

  /** A picture that WeChat's own chooser gave. True where it is judged before others see it. */
  async wear(filePath: string): Promise<boolean> {
    return this.looks((await this.api.upload("/me/avatar", filePath)) as unknown as Looks) === "held";
  }

  /** Without a picture: the first letter of the name stands for it. */
  async bare(): Promise<void> {
    this.looks(await this.api.delete<Looks & Record<string, unknown>>("/me/avatar"));
  }

  /** How the person looks now. Says what became of a picture that they chose and do not have. */
  async readMyself(): Promise<Looks["avatar_state"]> {
    const told = await this.api.get<Looks & Record<string, unknown>>("/me").catch(() => undefined);
    return told && this.looks(told);
  }

  private looks({ id, name, avatar, avatar_state }: Looks): Looks["avatar_state"] {
    this.login.became({ id, name, avatar });
    return avatar_state;
  }

  /** Whom the person blocked, also on another phone. */
  async readBlocked(): Promise<void> {
    const told = await this.api.get<{ blocked: Person[] }>("/me/blocked").catch(() => undefined);
    if (!told) return;
    this.blocked.clear();
    for (const { id, name } of told.blocked) {
      this.blocked.add(id);
      this.names.set(id, name);
    }
    keep("blocked", [...this.blocked]);
    this.changed("person");
  }

  async block(user: string, on: boolean): Promise<void> {
    if (on) await this.api.put(`/me/blocked/${user}`);
    else await this.api.delete(`/me/blocked/${user}`);
    if (on) this.blocked.add(user);
    else this.blocked.delete(user);
    keep("blocked", [...this.blocked]);
    this.changed("person");
  }

  /** After an account was deleted: nothing of it stays on this phone. */
  leaveForGood(): void {
    this.connection.end();
    this.login.forget();
    for (const key of ["drafts", "blocked", "rooms"]) forget(key);
    this.blocked.clear();
    this.names.clear();
    this.people.forget();
    this.rooms.all = [];
    this.subscriptions.forget();
  }

  private connected(state: State, why: Why): void {
    if (state === "online") {
      void this.rooms.refresh().then(() => this.watch());
      void learn(this);
    }
    if (state !== "online") this.subscriptions.lost();
    if (why === "signed_out") this.login.forget();
    this.changed("connection");
  }

  private told(frame: Frame): void {
    if (frame.op === "tip") this.rooms.tip(String(frame.channel), Number(frame.unread), Number(frame.mentions ?? 0));
    if (frame.op === "welcome") this.isCalled(frame.user as Person | undefined);
    if (frame.op === "progress") this.files.expire(String(frame.media));
    this.subscriptions.told(frame);
  }

  /** The house knows the person best: another phone may have changed a name, a verdict a picture. */
  private isCalled(user: Person | undefined): void {
    const { me } = this;
    if (user?.id && me && (user.name !== me.name || user.avatar !== me.avatar)) this.login.became({ id: user.id, name: user.name, avatar: user.avatar });
  }

  /** Channels of the list where the person is not: only their tips. */
  private watch(): void {
    const inside = new Set(this.subscriptions.entered().map((each) => each.id));
    const others = this.rooms.all.filter((room) => room.member).flatMap((room) => room.channels.map((each) => each.id));
    const channels = others.filter((id) => !inside.has(id)).slice(0, MOST_WATCHED);
    if (channels.length) this.connection.ask("watch", { channels }).catch(() => undefined);
  }

  private heard(channel: string, entry: Entry): void {
    if (entry.from?.name) this.names.set(entry.from.id, entry.from.name);
    this.rooms.heard(channel, entry, this.subscriptions.of(channel));
  }
}

/** WeChat allows few sockets; where none is to be had, the connection waits and tries again. */
function socket(protocol: string): Task | null {
  try {
    return wx.connectSocket({ url: SOCKET, protocols: [protocol], tcpNoDelay: true }) as unknown as Task;
  } catch {
    return null;
  }
}

function systemLanguage(): Language {
  return wx.getAppBaseInfo().language.startsWith("zh") ? "zh" : "en";
}

export function theHouse(): House {
  return getApp<{ house: House }>().house;
}

export function isIn(one: Subscription): boolean {
  return one.standing === "in";
}

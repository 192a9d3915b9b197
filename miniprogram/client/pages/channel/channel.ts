import { changes, unseen } from "../../chat/changes";
import { meant } from "../../chat/mention";
import type { Someone } from "../../chat/mention";
import { hueOf, letterOf, rows as rowsOf } from "../../chat/rows";
import type { Row, View } from "../../chat/rows";
import { Window } from "../../chat/window";
import { theHouse } from "../../house/house";
import type { House } from "../../house/house";
import { dress } from "../../house/media";
import { subscribe } from "../../house/notices";
import { TEXT_LIMIT } from "../../protocol";
import { moderates } from "../../socket/subscriptions";
import type { Subscription } from "../../socket/subscriptions";
import { duration, fill } from "../../words/words";
import type { Words } from "../../words/words";
import { EMOJI, NOTHING, aboutFailed, aboutMessage, aboutPerson, act, attempt, forward, howLong, talkAlone, unique, whereTo, whyReported } from "../acts";
import type { Asked } from "../acts";
import { notPicked } from "../allowed";
import { watch } from "../screen";
import type { Tapped } from "../screen";
import { sized } from "../sized";
import { listen, Recording, send } from "./media";

const NEAR_PX = 120;
const SECOND_MS = 1_000;
const TYPING_MS = 4_000;
/** From the first screen to what lies above it. */
const ABOVE_MS = 80;
/** So far back it is looked who spoke, to offer their names. */
const SPOKE = 300;
const KINDS: Record<string, "closed" | "not_found" | "full"> = { closed: "closed", not_found: "not_found", full: "full", queue_full: "full" };
const GATES = ["password_needed", "password_wrong", "verify_phone", "forbidden", "not_member"];

/** What the page remembers beside what it shows. */
interface Own {
  id: string;
  /** That of the words on the screen. */
  language: string;
  window: Window;
  /** The window that shows more than the first screen soon. */
  widening: Window | undefined;
  /** Up to where everything was read when the person came. */
  read: number;
  /** Entries that came while older ones were looked at. */
  below: number;
  scrolled: { top: number; height: number };
  atBottom: boolean;
  fetching: boolean;
  typed: number;
  first: number;
  off(): void;
  clock: number;
  recording: Recording;
  /** Who was here when a name began to be typed; asked for once in a channel. */
  here: Promise<Someone[]> | undefined;
  /** What is typed of a name now. */
  word: string | undefined;
  /** Where one was reading in channels that one went away from. */
  places: Map<string, Place>;
  /** Being brought back there: what the screen shows meanwhile is nobody's reading. */
  returning: boolean;
  /** On the screen, not below another page or in the background. */
  shown: boolean;
}

interface Place {
  window: Window;
  top: number;
}

Component({
  data: {
    sized: sized(),
    w: {}, marks: {}, view: "loading", rows: [] as Row[], strip: [] as unknown[], into: "", top: 0, below: "", draft: "", silence: "", replying: "",
    room: "", roomId: "", name: "", present: "", typing: "", code: "", queue: {}, offered: false, more: false, most: TEXT_LIMIT,
    out: { drawing: "out", title: "", hint: "", button: "" }, asked: NOTHING, reason: "", playing: "", media: true, emoji: EMOJI, people: [] as unknown[],
  },
  methods: {
    onLoad(query: { id?: string; seq?: string }) {
      const own = Object.assign(this as unknown as Own, { window: new Window(), places: new Map<string, Place>(), clock: setInterval(() => this.tick(), SECOND_MS), recording: new Recording() });
      own.off = watch(theHouse(), (topic) => topic === own.id || ["rooms", "language", "person", "connection", "media", "people", "draft"].includes(topic), () => own.id && this.draw());
      own.recording.done = (voice) => void this.recorded(voice);
      own.recording.failed = (error) => void notPicked(theHouse(), error, "microphone");
      this.goTo(query.id ?? "", Number(query.seq ?? 0));
    },
    onUnload() {
      const own = this as unknown as Own;
      own.off();
      clearInterval(own.clock);
      listen("", () => undefined);
      theHouse().keepDrafts();
    },
    onShow() {
      (this as unknown as Own).shown = true;
      if ((this as unknown as Own).atBottom) this.seen();
    },
    onHide() {
      (this as unknown as Own).shown = false;
    },
    onShareAppMessage() {
      const { id, name, room } = { id: (this as unknown as Own).id, ...this.data };
      return { title: fill(theHouse().words.share_title, `${room} · ${name}`), path: `/pages/rooms/rooms?channel=${id}` };
    },

    /** Another channel on the same page: its draft, its place in the reading, its seat. */
    goTo(id: string, seq = 0) {
      const house = theHouse();
      const one = house.subscriptions.of(id);
      const found = house.rooms.channel(id);
      const place = seq ? undefined : this.placeIn(id);
      Object.assign(this as unknown as Own, { id, window: place?.window ?? new Window(), read: 0, below: 0, atBottom: !place, returning: place !== undefined, fetching: false, typed: 0, first: 0, scrolled: { top: 0, height: 0 }, here: undefined, word: undefined });
      const reply = one.composer.reply;
      this.setData({ rows: [], people: [], into: "", asked: NOTHING, draft: one.composer.draft, below: "", replying: reply ? this.quoteOf(one, reply) : "" });
      if (!found) void house.rooms.refresh();
      void this.enter().then(() => (seq ? this.jump(seq) : place ? this.comeTo(place) : this.toEnd()));
    },
    /** Keeps the place in the channel that is left, unless that is its end, and gives the one in the next. */
    placeIn(next: string): Place | undefined {
      const { id, places, window, atBottom, scrolled } = this as unknown as Own;
      if (atBottom) places.delete(id);
      else if (id) {
        window.hold(theHouse().subscriptions.of(id).timeline.size);
        places.set(id, { window, top: scrolled.top });
      }
      return places.get(next);
    },
    comeTo({ window, top }: Place) {
      const own = this as unknown as Own;
      if (own.window !== window) return;
      this.setData({ into: "", top: 0 });
      wx.nextTick(() => {
        if (own.window === window) this.setData({ top });
        own.returning = false;
      });
    },
    async enter(password?: string) {
      const own = this as unknown as Own;
      const before = own.id;
      const one = await theHouse().subscriptions.enter(own.id, password);
      if (own.id !== before) return;
      own.read = one.unread ? one.read : 0;
      this.draw();
      if (one.standing === "in" && own.atBottom) this.toEnd();
    },

    // ---- what is shown

    draw() {
      const [own, house] = [this as unknown as Own, theHouse()];
      const one = house.subscriptions.of(own.id);
      const found = house.rooms.channel(own.id);
      const view = viewOf(one);
      const woken = one.standing === "offered" && !this.data.offered;
      const told = unseen(this.data, {
        ...this.spoken(), view, code: one.refusal?.code ?? "", queue: { ...one.queue }, offered: one.standing === "offered",
        draft: one.composer.draft, room: found?.room.name ?? "", roomId: found?.room.id ?? "", name: found?.channel.name ?? "", present: found?.channel.direct ? house.words.alone : fill(house.words.here_now, one.present),
        strip: stripOf(house, own.id), out: outOf(one, house.words), typing: typingOf(one, house.words),
      });
      if (told) this.setData(told);
      wx.setNavigationBarTitle({ title: found ? `${found.room.name} · ${found.channel.name}` : house.words.teahouse });
      if (woken) wx.vibrateLong();
      if (view === "talk") this.drawRows(one);
      this.tick();
    },
    /** The words, when the language is another one: they are many, and crossing to the screen is what costs. */
    spoken() {
      const [own, { words, language }] = [this as unknown as Own, theHouse()];
      if (own.language === language) return {};
      own.language = language;
      const { announcement, sending, not_sent, held, edited, forwarded, pinned, unfold } = words;
      return { w: words, marks: { announcement, sending, not_sent, held, edited, forwarded, pinned, unfold } };
    },
    drawRows(one: Subscription) {
      const [own, house] = [this as unknown as Own, theHouse()];
      const { timeline, composer } = one;
      const { from, to } = own.window.range(timeline.size);
      const view: View = { words: house.words, me: house.me?.id ?? "", now: house.subscriptions.now(), read: own.read, blocked: house.blocked, names: house.names, picture: (user) => house.people.picture(user) };
      const rows = rowsOf(timeline, composer.all(), view, from, to).map((row) => dress(row, house.files));
      const told = changes(this.data.rows, rows);
      const grown = rows.length > 0 && this.data.rows.length > 0 && rows[rows.length - 1]!.key !== this.data.rows[this.data.rows.length - 1]!.key;
      const more = timeline.more || from > 0;
      if (told || more !== this.data.more) this.setData({ ...told, more }, () => this.widen());
      if (!grown) return;
      if (own.atBottom || rows[rows.length - 1]!.mine) this.toEnd();
      else this.setData({ below: fill(house.words.new_messages, (own.below += 1)) });
    },
    /** The first screen is there: what lies above it follows, and holds nothing up any more. */
    widen() {
      const own = this as unknown as Own;
      const { window } = own;
      if (!window.narrow || own.widening === window) return;
      own.widening = window;
      setTimeout(() => {
        window.widen();
        if (own.window !== window) return;
        this.draw();
        this.stay();
      }, ABOVE_MS);
    },
    /** Countdowns. */
    tick() {
      const own = this as unknown as Own;
      const one = theHouse().subscriptions.of(own.id);
      const silence = silenceOf(one, theHouse().words);
      const typing = typingOf(one, theHouse().words);
      if (silence !== this.data.silence || typing !== this.data.typing) this.setData({ silence, typing });
    },

    // ---- reading

    scroll(event: { detail: { scrollTop: number; scrollHeight: number } }) {
      const own = this as unknown as Own;
      if (own.returning) return;
      own.scrolled = { top: event.detail.scrollTop, height: event.detail.scrollHeight };
      if (own.atBottom) own.atBottom = false;
    },
    async upper() {
      const own = this as unknown as Own;
      if (own.fetching || own.returning || own.window.narrow || this.data.view !== "talk") return;
      own.fetching = true;
      const { timeline } = theHouse().subscriptions.of(own.id);
      const held = this.data.rows.find((row) => row.kind === "message")?.key ?? "";
      if (!own.window.up(timeline.size)) {
        const size = timeline.size;
        if (await theHouse().subscriptions.older(own.id)) {
          own.window.around(Math.max(0, timeline.size - size), timeline.size);
        }
      }
      this.draw();
      if (held && own.scrolled.top < NEAR_PX) this.setData({ into: held });
      own.fetching = false;
    },
    lower() {
      const own = this as unknown as Own;
      if (own.returning) return;
      const { timeline } = theHouse().subscriptions.of(own.id);
      if (own.window.down(timeline.size)) {
        this.draw();
        return;
      }
      own.atBottom = true;
      own.below = 0;
      if (this.data.below) this.setData({ below: "" });
      this.seen();
    },
    toEnd() {
      const own = this as unknown as Own;
      own.returning = false;
      const moved = !own.window.atEnd;
      own.window.toEnd();
      Object.assign(own, { atBottom: true, below: 0 });
      if (moved) this.draw();
      this.setData({ into: "", below: "" });
      wx.nextTick(() => this.setData({ into: "end" }));
      this.seen();
    },
    /** The composer takes more room, or less: who reads the newest words still does. */
    stay() {
      const own = this as unknown as Own;
      if (!own.atBottom || this.data.view !== "talk") return;
      this.setData({ into: "" });
      wx.nextTick(() => this.setData({ into: "end" }));
    },
    jump(seq: number) {
      const own = this as unknown as Own;
      const { timeline } = theHouse().subscriptions.of(own.id);
      const index = timeline.all().findIndex((entry) => entry.seq >= seq);
      if (index < 0) return;
      own.window.around(index, timeline.size);
      own.atBottom = false;
      this.draw();
      const key = this.data.rows.find((row) => row.seq === seq)?.key;
      this.setData({ into: "" });
      if (key) wx.nextTick(() => this.setData({ into: key }));
    },
    quoted(event: { detail: { seq: number } }) {
      this.jump(event.detail.seq);
    },
    seen() {
      const own = this as unknown as Own;
      if (!own.shown) return;
      theHouse().subscriptions.seen(own.id);
      theHouse().rooms.seen(own.id);
    },

    // ---- speaking

    typed(event: { detail: { text: string } }) {
      const own = this as unknown as Own;
      const one = theHouse().subscriptions.of(own.id);
      one.composer.draft = event.detail.text;
      this.data.draft = event.detail.text;
      theHouse().keepSoon();
      const now = Date.now();
      if (now - own.typed < TYPING_MS || one.standing !== "in") return;
      own.typed = now;
      theHouse().connection.tell("typing", { channel: own.id });
    },
    send(event: { detail: { text: string } }) {
      const own = this as unknown as Own;
      const one = theHouse().subscriptions.of(own.id);
      if (!this.say("text", { text: event.detail.text })) return;
      one.composer.draft = "";
      this.setData({ draft: " " });
      this.setData({ draft: "" });
    },
    say(type: string, body: object): boolean {
      const own = this as unknown as Own;
      const house = theHouse();
      const one = house.subscriptions.of(own.id);
      const reply = one.composer.reply;
      const about = reply === undefined ? undefined : { seq: reply, epoch: one.timeline.at(reply)?.epoch ?? one.timeline.epoch };
      if (!one.composer.say(unique(), type, body, Date.now(), about)) {
        wx.showToast({ title: house.words.too_much_waiting, icon: "none" });
        return false;
      }
      one.composer.reply = undefined;
      this.setData({ replying: "" });
      house.keepSoon();
      this.draw();
      this.toEnd();
      void house.subscriptions.flush(one);
      return true;
    },
    async pick(event: { detail: { what: string } }) {
      const { what } = event.detail;
      if (what === "mention") {
        wx.navigateTo({ url: `/pages/members/members?channel=${(this as unknown as Own).id}&pick=1` });
        return;
      }
      await attempt(theHouse(), async () => {
        const found = await send(what);
        if (found) this.say(found.type, found.body);
      });
    },
    record(event: { detail: { on: boolean; cancel?: boolean } }) {
      const { recording } = this as unknown as Own;
      if (event.detail.on) recording.start();
      else recording.stop(event.detail.cancel === true);
    },
    async recorded(voice: { path: string; seconds: number }) {
      if (voice.seconds < 1) wx.showToast({ title: theHouse().words.voice_short, icon: "none" });
      else await attempt(theHouse(), async () => {
        const found = await send("voice", voice);
        if (found) this.say(found.type, found.body);
      });
    },
    /** A name is being typed: those who may be meant, first of those who spoke, then of those who are here too. */
    async call(event: { detail: { word?: string } }) {
      const own = this as unknown as Own;
      const [{ id }, { word }] = [own, event.detail];
      own.word = word;
      if (word === undefined) {
        this.setData({ people: [] });
        return;
      }
      const spoke = spokeIn(theHouse(), id);
      this.offer(spoke, word);
      own.here ??= theHouse().api.get<{ people: Someone[] }>(`/channels/${id}/present?cursor=0`).then(({ people }) => people, () => []);
      const here = await own.here;
      if (own.id === id && own.word === word) this.offer([...spoke, ...here], word);
    },
    offer(people: Someone[], word: string) {
      const me = theHouse().me?.id;
      const found = meant(people.filter((each) => each.id !== me), word);
      this.setData({ people: found.map((each) => ({ ...each, avatar: theHouse().people.picture(each.id), letter: letterOf(each.name), hue: hueOf(each.id) })) });
    },
    mention(name: string) {
      const one = theHouse().subscriptions.of((this as unknown as Own).id);
      const draft = `${one.composer.draft}${one.composer.draft && !one.composer.draft.endsWith(" ") ? " " : ""}@${name} `;
      one.composer.draft = draft;
      this.setData({ draft });
    },
    unreply() {
      theHouse().subscriptions.of((this as unknown as Own).id).composer.reply = undefined;
      this.setData({ replying: "" });
    },
    quoteOf(one: Subscription, seq: number): string {
      const entry = one.timeline.at(seq);
      return fill(theHouse().words.replying_to, `${entry?.from?.name ?? ""}${entry?.body?.text ? `：${entry.body.text}` : ""}`);
    },

    // ---- doors

    password(event: { detail: { password: string } }) {
      void this.enter(event.detail.password);
    },
    opened(event: { detail: { again?: boolean } }) {
      if (event.detail.again) theHouse().connection.end();
      theHouse().connection.start();
      void this.enter();
    },
    take() {
      void this.enter();
    },
    async leaveQueue() {
      await theHouse().subscriptions.leave((this as unknown as Own).id);
      wx.navigateBack();
    },
    comeBack() {
      const one = theHouse().subscriptions.of((this as unknown as Own).id);
      if (["not_found", "banned", "closed"].includes(one.refusal?.code ?? "") && !["kicked", "parted"].includes(one.standing)) wx.navigateBack();
      else void this.enter();
    },
    async notify() {
      if (await subscribe(theHouse(), ["seat"])) wx.showToast({ title: theHouse().words.queue_notify_on, icon: "none" });
    },

    // ---- acts

    press(event: { detail: { row: Row } }) {
      const { row } = event.detail;
      const house = theHouse();
      if (row.state === "failed") this.setData({ asked: aboutFailed(house.words, row) });
      else if (row.seq) this.setData({ asked: aboutMessage(house, house.subscriptions.of((this as unknown as Own).id), row) });
      wx.vibrateShort({ type: "light" });
    },
    again(event: { detail: { row: Row } }) {
      this.setData({ asked: aboutFailed(theHouse().words, event.detail.row) });
    },
    person(event: { detail: { row: Row } }) {
      const { from, name } = event.detail.row;
      this.setData({ asked: aboutPerson(theHouse(), (this as unknown as Own).id, from ?? "", name ?? "") });
    },
    touch(event: { detail: { row: Row & { address?: string } } }) {
      const { row } = event.detail;
      if (row.type === "image" && row.address) wx.previewImage({ urls: [row.address] });
      if (row.type === "location" && row.body) wx.openLocation({ latitude: row.body.latitude ?? 0, longitude: row.body.longitude ?? 0, name: row.body.name ?? "", address: row.body.address ?? "" });
      if (row.type === "voice" && row.address) this.setData({ playing: listen(row.address === this.data.playing ? "" : row.address, () => this.setData({ playing: "" })) });
      if (row.type === "link" && row.body?.url) wx.setClipboardData({ data: row.body.url });
      if (row.type === "file" && row.address) wx.downloadFile({ url: row.address, success: ({ tempFilePath }) => wx.openDocument({ filePath: tempFilePath, showMenu: true }) });
    },
    closeSheet() {
      this.setData({ asked: NOTHING, reason: "" });
    },
    reasoned(event: { detail: { value: string } }) {
      this.setData({ reason: event.detail.value });
    },
    async choose(event: { detail: { id: string } }) {
      const [asked, { id }, own] = [this.data.asked as Asked, event.detail, this as unknown as Own];
      const { words } = theHouse();
      const one = theHouse().subscriptions.of(own.id);
      if ((asked.kind === "message" || asked.kind === "person") && (id === "mute" || id === "ban")) {
        this.setData({ asked: howLong(words, id, asked.user!, asked.name!) });
        return;
      }
      if ((id === "report" || id === "forward") && asked.row) {
        this.setData({ asked: id === "report" ? whyReported(words, asked.row) : whereTo(theHouse(), own.id, asked.row) });
        return;
      }
      const { reason } = this.data;
      this.closeSheet();
      if (asked.kind === "report") await this.ask("report", { seq: asked.row!.seq, reason: id }, words.reported);
      else if (asked.kind === "forward") await forward(theHouse(), own.id, asked.row!, id);
      else if (asked.kind === "failed") this.failed(one, asked.row!, id);
      else if (asked.kind === "message" && id !== "kick") await this.withMessage(one, asked.row!, id);
      else if (id === "mention") this.mention(asked.name!);
      else if (id === "direct") await this.alone(asked.user!);
      else await act(theHouse(), own.id, asked, id, reason);
    },
    /** To the channel of the two, unless the person went elsewhere meanwhile. */
    async alone(user: string) {
      const own = this as unknown as Own;
      const before = own.id;
      const id = await talkAlone(theHouse(), before, user);
      if (id && own.id === before) this.goTo(id);
    },
    failed(one: Subscription, row: Row, id: string) {
      if (id === "copy") wx.setClipboardData({ data: row.text });
      if (id === "discard") one.composer.discard(row.client_id!);
      if (id === "again") one.composer.retry(row.client_id!);
      this.draw();
      void theHouse().subscriptions.flush(one);
    },
    async withMessage(one: Subscription, row: Row, id: string) {
      if (id === "copy") wx.setClipboardData({ data: row.text });
      else if (id === "reply") {
        one.composer.reply = row.seq;
        this.setData({ replying: this.quoteOf(one, row.seq) });
      } else if (id === "edit") await this.edit(row);
      else if (id === "recall") await this.ask("recall", { seq: row.seq });
      else await this.ask("pin", { seq: row.seq, on: id === "pin" });
    },
    async edit(row: Row) {
      const { words } = theHouse();
      const told = await wx.showModal({ title: words.edit, content: row.text, editable: true, confirmText: words.save, cancelText: words.cancel });
      const text = (told.content ?? "").trim();
      if (told.confirm && text && text !== row.text) await this.ask("edit", { seq: row.seq, body: { text } });
    },
    /** One emoji under a message; again, and it is gone. */
    async react(event: Tapped<{ emoji: string }>) {
      const { row } = this.data.asked as Asked;
      this.closeSheet();
      if (row) await this.toggle(row.seq, event.currentTarget.dataset.emoji);
    },
    async reacted(event: { detail: { row: Row; emoji: string } }) {
      await this.toggle(event.detail.row.seq, event.detail.emoji);
    },
    async toggle(seq: number, emoji: string) {
      const { mine } = theHouse().subscriptions.of((this as unknown as Own).id);
      const key = `${seq} ${emoji}`;
      const on = !mine.has(key);
      const { connection } = theHouse();
      const done = await attempt(theHouse(), () => connection.ask("react", { channel: (this as unknown as Own).id, seq, emoji, on }));
      if (done && on) mine.add(key);
      if (done && !on) mine.delete(key);
    },
    async ask(op: string, fields: object, done = "") {
      const { connection } = theHouse();
      await attempt(theHouse(), () => connection.ask(op, { channel: (this as unknown as Own).id, ...fields }), done);
    },

    // ---- other places

    change(event: { currentTarget: { dataset: { id: string } } }) {
      const { id } = event.currentTarget.dataset;
      if (id !== (this as unknown as Own).id) this.goTo(id);
    },
    members() {
      wx.navigateTo({ url: `/pages/members/members?channel=${(this as unknown as Own).id}` });
    },
    settings() {
      const found = theHouse().rooms.channel((this as unknown as Own).id);
      wx.navigateTo({ url: `/pages/room/room?id=${found?.room.id ?? ""}&channel=${(this as unknown as Own).id}` });
    },
  },
});

function viewOf(one: Subscription): string {
  if (one.standing === "queued" || one.standing === "offered") return "waiting";
  if (["kicked", "banned", "parted"].includes(one.standing)) return "out";
  if (one.standing === "refused") return GATES.includes(one.refusal?.code ?? "") ? "gate" : "out";
  if (one.standing === "in" || one.timeline.size > 0) return "talk";
  return "loading";
}

function outOf(one: Subscription, words: Words) {
  const reason = one.notice?.reason ? fill(words.because, one.notice.reason) : "";
  if (one.standing === "kicked") return { drawing: "out", title: words.out_kicked, hint: reason || words.out_kicked_hint, button: words.come_back };
  if (one.standing === "banned") return { drawing: "out", title: words.out_banned, hint: reason || words.out_banned_hint, button: "" };
  if (one.standing === "parted") return { drawing: "door", title: words.out_parted, hint: words.out_parted_hint, button: words.come_back };
  const kind = KINDS[one.refusal?.code ?? ""] ?? "failed";
  return { drawing: "door", title: words[`out_${kind}`], hint: words[`out_${kind}_hint`], button: kind === "failed" || kind === "full" ? words.retry : words.back };
}

/** The channels where the person is, to go from one to the other. */
function stripOf(house: House, current: string) {
  const inside = house.subscriptions.entered().filter((each) => house.rooms.channel(each.id));
  if (inside.length < 2) return [];
  return inside.map((each) => ({
    id: each.id, name: house.rooms.channel(each.id)!.channel.name, current: each.id === current,
    unread: each.id === current || !each.unread ? "" : each.unread > 99 ? "99+" : each.unread, waiting: each.standing === "queued",
    seat: each.standing === "offered",
  }));
}

function silenceOf(one: Subscription, words: Words): string {
  const [now, silence] = [Date.now(), one.composer.silence(Date.now())];
  if (!silence || silence.code === "slow_mode") return "";
  const left = silence.until === null ? "" : ` · ${fill(words.silence_left, duration(words, silence.until - now))}`;
  return words[`silence_${silence.code}`] + left;
}

/** Whom one may name without asking anybody: who spoke last is first; everybody at once where one moderates. */
function spokeIn(house: House, channel: string): Someone[] {
  const one = house.subscriptions.of(channel);
  const spoke = one.timeline.all().slice(-SPOKE).reverse().flatMap((entry) => (entry.op === "message" && entry.from?.name ? [{ ...entry.from, name: entry.from.name }] : []));
  const everybody = moderates(one.role) ? [{ id: "*", name: house.words.everybody }] : [];
  return [...everybody, ...spoke.filter((each) => !house.blocked.has(each.id))];
}

function typingOf(one: Subscription, words: Words): string {
  const [now, silence] = [Date.now(), one.composer.silence(Date.now())];
  if (silence?.code === "slow_mode") return `${words.silence_slow_mode} · ${fill(words.silence_left, duration(words, silence.until! - now))}`;
  const count = [...one.typing.values()].filter((until) => until > now).length;
  return count ? fill(words.someone_typing, count) : "";
}

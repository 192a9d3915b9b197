import { theHouse } from "../../house/house";
import { subscribe } from "../../house/notices";
import { moderates } from "../../socket/subscriptions";
import { fill } from "../../words/words";
import { attempt, sure } from "../acts";
import { watch } from "../screen";
import type { Told } from "../screen";
import { sized } from "../sized";

const SLOW = [0, 5, 10, 30, 60];

Component({
  data: {
    sized: sized(),
    w: {}, name: "", channel: "", inside: false, over: false, quiet: false, everyone: false, slow: "", notify: false, code: "",
    choosing: false, steps: [] as unknown[], announcing: false, text: "",
  },
  methods: {
    onLoad(query: { id?: string; channel?: string }) {
      const own = Object.assign(this as unknown as { id: string; at: string; off(): void }, { id: query.id ?? "", at: query.channel ?? "" });
      own.off = watch(theHouse(), (topic) => topic === own.at || topic === "rooms" || topic === "language", () => this.draw());
    },
    onUnload() {
      (this as unknown as { off(): void }).off();
    },
    onShareAppMessage() {
      const own = this as unknown as { id: string };
      const [, invitation] = this.data.code.split(".");
      const query = invitation ? `room=${own.id}&invitation=${invitation}` : "";
      return { title: fill(theHouse().words.share_title, this.data.name), path: `/pages/rooms/rooms?${query}` };
    },
    draw() {
      const [own, { words, rooms, subscriptions }] = [this as unknown as { id: string; at: string }, theHouse()];
      const room = rooms.room(own.id);
      const one = subscriptions.of(own.at);
      wx.setNavigationBarTitle({ title: words.room_settings });
      this.setData({
        w: words, name: room?.name ?? "", channel: own.at ? rooms.channel(own.at)?.channel.name ?? "" : "", inside: one.standing === "in",
        over: moderates(one.role), quiet: one.quiet !== null, everyone: one.rules.muted_all === true,
        slow: one.rules.slow_seconds ? fill(words.seconds, one.rules.slow_seconds) : words.slow_off,
        steps: SLOW.map((seconds) => ({ id: String(seconds), text: seconds ? fill(words.seconds, seconds) : words.slow_off, on: seconds === (one.rules.slow_seconds ?? 0) })),
      });
    },
    async quiet(event: Told<{ value: boolean }>) {
      const own = this as unknown as { at: string };
      const { value } = event.detail;
      const done = await this.ask("quiet", { on: value });
      theHouse().subscriptions.of(own.at).quiet = done ? (value ? 0 : null) : theHouse().subscriptions.of(own.at).quiet;
      this.draw();
    },
    async notify() {
      const allowed = await subscribe(theHouse(), ["mention", "seat"]);
      this.setData({ notify: allowed });
      wx.showToast({ title: allowed ? theHouse().words.notify_on : theHouse().words.notify_off, icon: "none" });
    },
    async everyone(event: Told<{ value: boolean }>) {
      await this.ask("rules", { muted_all: event.detail.value });
      this.draw();
    },
    slower() {
      this.setData({ choosing: true });
    },
    close() {
      this.setData({ choosing: false, announcing: false });
    },
    async slowed(event: Told<{ id: string }>) {
      this.close();
      await this.ask("rules", { slow_seconds: Number(event.detail.id) });
    },
    announce() {
      this.setData({ announcing: true });
    },
    typed(event: Told<{ value: string }>) {
      this.setData({ text: event.detail.value });
    },
    async announced() {
      const text = this.data.text.trim();
      if (!text) return;
      this.close();
      if (await this.ask("announce", { text }, theHouse().words.announced)) this.setData({ text: "" });
    },
    ask(op: string, fields: object, done = ""): Promise<boolean> {
      const { connection } = theHouse();
      return attempt(theHouse(), () => connection.ask(op, { channel: (this as unknown as { at: string }).at, ...fields }), done);
    },
    members() {
      wx.navigateTo({ url: `/pages/members/members?channel=${(this as unknown as { at: string }).at || this.first()}` });
    },
    search() {
      wx.navigateTo({ url: `/pages/search/search?channel=${(this as unknown as { at: string }).at}` });
    },
    first(): string {
      return theHouse().rooms.room((this as unknown as { id: string }).id)?.channels[0]?.id ?? "";
    },
    async invite() {
      const { id } = this as unknown as { id: string };
      await attempt(theHouse(), async () => {
        const told = await theHouse().api.post<{ invitation: string }>(`/rooms/${id}/invitations`);
        this.setData({ code: `${id}.${told.invitation}` });
      });
    },
    copy() {
      wx.setClipboardData({ data: this.data.code });
    },
    async leave() {
      const own = this as unknown as { id: string };
      const house = theHouse();
      if (!(await sure(house.words, house.words.leave_room, house.words.sure_leave))) return;
      const left = await attempt(house, () => house.api.post(`/rooms/${own.id}/leave`));
      if (!left) return;
      for (const channel of house.rooms.room(own.id)?.channels ?? []) await house.subscriptions.leave(channel.id);
      await house.rooms.refresh();
      wx.reLaunch({ url: "/pages/rooms/rooms" });
    },
    async leaveChannel() {
      await theHouse().subscriptions.leave((this as unknown as { at: string }).at);
      wx.reLaunch({ url: "/pages/rooms/rooms" });
    },
  },
});

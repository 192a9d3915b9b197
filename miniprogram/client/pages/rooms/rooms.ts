import { hueOf, letterOf } from "../../chat/rows";
import { theHouse } from "../../house/house";
import type { House } from "../../house/house";
import type { Room } from "../../house/rooms";
import { excuse, fill } from "../../words/words";
import { watch } from "../screen";
import type { Tapped } from "../screen";
import { sized } from "../sized";

/** Channels that show in the list before the room is opened in full. */
const FEW = 6;

Component({
  data: {
    sized: sized(),
    w: {},
    me: { avatar: "", letter: "茶", hue: 0 },
    rooms: [] as unknown[],
    state: "loading",
    trouble: "",
  },
  methods: {
    onLoad(query: Record<string, string>) {
      const house = theHouse();
      const off = watch(house, (topic) => ["rooms", "person", "language", "connection"].includes(topic), () => this.draw());
      Object.assign(this, { off });
      arrive(query);
    },
    onShow() {
      wx.setNavigationBarTitle({ title: theHouse().words.teahouse });
      void theHouse().rooms.refresh();
    },
    onUnload() {
      (this as unknown as { off(): void }).off();
    },
    async onPullDownRefresh() {
      await theHouse().rooms.refresh();
      wx.stopPullDownRefresh();
    },
    onShareAppMessage() {
      return { title: theHouse().words.slogan, path: "/pages/rooms/rooms" };
    },
    draw() {
      const house = theHouse();
      const { rooms, words, me } = house;
      const shown = rooms.all.map((room) => ({ ...room, hint: hints(room, house), channels: room.channels.slice(0, FEW).map((each) => lively(each, house)) }));
      const state = shown.length ? "rooms" : !rooms.loaded ? "loading" : rooms.trouble ? "trouble" : "empty";
      this.setData({
        w: words, rooms: shown, state,
        trouble: rooms.trouble ? excuse(words, rooms.trouble.code) : "",
        me: { avatar: house.people.picture(me?.id ?? ""), letter: letterOf(me?.name ?? ""), hue: hueOf(me?.id ?? "") },
      });
    },
    open(event: Tapped<{ id: string }>) {
      wx.navigateTo({ url: `/pages/channel/channel?id=${event.currentTarget.dataset.id}` });
    },
    settings(event: Tapped<{ id: string }>) {
      wx.navigateTo({ url: `/pages/room/room?id=${event.currentTarget.dataset.id}` });
    },
    profile() {
      wx.navigateTo({ url: "/pages/profile/profile" });
    },
    search() {
      wx.navigateTo({ url: "/pages/search/search" });
    },
    join() {
      wx.navigateTo({ url: "/pages/join/join" });
    },
    refresh() {
      void theHouse().rooms.refresh();
      theHouse().connection.start();
    },
  },
});

function hints(room: Room, { words }: House): string[] {
  return [room.locked ? words.locked : "", room.by_request ? words.by_request : "", room.verified ? words.verified : ""].filter(Boolean);
}

/** What is known live goes before what the list said. */
function lively(channel: Room["channels"][number], house: House) {
  const one = house.subscriptions.of(channel.id);
  const inside = one.standing === "in";
  const draft = one.composer.draft;
  const last = inside && one.timeline.last ? one.timeline.at(one.timeline.last) : undefined;
  const gist = draft || (last?.op === "message" && !last.recalled && last.body?.text ? `${last.from?.name ?? ""}：${last.body.text}` : "");
  return {
    id: channel.id, name: channel.name, mentions: channel.mentions, quiet: one.quiet !== null, inside, gist, draft: Boolean(draft),
    unread: channel.unread > 99 ? "99+" : channel.unread || "",
    alone: channel.direct !== undefined,
    present: channel.direct ? house.words.alone : inside ? fill(house.words.here_now, one.present) : "",
  };
}

/** A shared card, a code or a notice leads straight to its place, with the list behind it. */
function arrive(query: Record<string, string>): void {
  const scene = query.scene ? decodeURIComponent(query.scene) : "";
  if (query.channel) wx.navigateTo({ url: `/pages/channel/channel?id=${query.channel}` });
  else if (query.invitation) wx.navigateTo({ url: `/pages/join/join?room=${query.room ?? ""}&code=${query.invitation}` });
  else if (scene) wx.navigateTo({ url: `/pages/join/join?code=${encodeURIComponent(scene)}` });
}

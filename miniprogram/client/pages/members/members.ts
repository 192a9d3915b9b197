import { hueOf, letterOf } from "../../chat/rows";
import { theHouse } from "../../house/house";
import type { Refused } from "../../house/refused";
import { excuse, fill } from "../../words/words";
import { act, aboutPerson, howLong, NOTHING, talkAlone } from "../acts";
import type { Asked } from "../acts";
import type { Tapped } from "../screen";
import { sized } from "../sized";

interface Someone {
  id: string;
  name: string;
  role?: string;
}

interface Page {
  people: Someone[];
  cursor: string | null;
}

/** What the page remembers beside what it shows. */
interface Own {
  off(): void;
  id: string;
  room: string;
  cursor: string | null;
  found: Someone[];
  busy: boolean;
  pick: boolean;
}

Component({
  data: { sized: sized(), w: {}, tab: "here", people: [] as unknown[], state: "loading", trouble: "", more: false, count: "", asked: NOTHING, reason: "" },
  methods: {
    onLoad(query: { channel?: string; pick?: string }) {
      const house = theHouse();
      const room = house.rooms.channel(query.channel ?? "")?.room.id ?? "";
      Object.assign(this as unknown as Own, { id: query.channel ?? "", room, pick: query.pick === "1" });
      this.setData({ w: house.words });
      wx.setNavigationBarTitle({ title: house.words.members });
      (this as unknown as Own).off = house.on((topic) => topic === "people" && this.data.state === "people" && this.draw());
      void this.load("here");
    },
    onUnload() {
      (this as unknown as Own).off();
    },
    async load(tab: string) {
      const own = this as unknown as Own;
      Object.assign(own, { cursor: tab === "here" ? "0" : "", found: [], busy: false });
      this.setData({ tab, people: [], state: "loading" });
      await this.next();
    },
    async next() {
      const own = this as unknown as Own;
      const { tab } = this.data;
      if (own.busy || own.cursor === null) return;
      own.busy = true;
      try {
        const path = tab === "here" ? `/channels/${own.id}/present` : `/rooms/${own.room}/members`;
        const page = await theHouse().api.get<Page & { count?: number }>(`${path}?cursor=${encodeURIComponent(own.cursor)}`);
        if (tab !== this.data.tab) return;
        own.cursor = page.cursor;
        const known = new Set(own.found.map((each) => each.id));
        own.found.push(...page.people.filter((each) => !known.has(each.id)));
        if (page.count !== undefined) this.setData({ count: fill(theHouse().words.members_count, page.count) });
        this.draw();
      } catch (error) {
        this.setData({ state: "trouble", trouble: excuse(theHouse().words, (error as Refused).code) });
      } finally {
        own.busy = false;
      }
    },
    draw() {
      const [own, house] = [this as unknown as Own, theHouse()];
      const { words, me, names } = house;
      for (const each of own.found) names.set(each.id, each.name);
      const people = own.found.map((each) => ({
        ...each, avatar: house.people.picture(each.id), letter: letterOf(each.name), hue: hueOf(each.id), me: each.id === me?.id,
        title: each.role && each.role !== "member" ? words[each.role as "owner"] ?? each.role : "",
      }));
      this.setData({ people, state: people.length ? "people" : "empty", more: own.cursor !== null });
    },
    here() {
      void this.load("here");
    },
    all() {
      void this.load("all");
    },
    tap(event: Tapped<{ id: string; name: string }>) {
      const own = this as unknown as Own;
      const { id, name } = event.currentTarget.dataset;
      if (own.pick) {
        this.mention(name);
        return;
      }
      const asked = aboutPerson(theHouse(), own.id, id, name);
      if (asked.actions.length) this.setData({ asked });
    },
    /** Into the draft of the channel that lies below this page. */
    mention(name: string) {
      const { composer } = theHouse().subscriptions.of((this as unknown as Own).id);
      composer.draft = `${composer.draft}${composer.draft && !composer.draft.endsWith(" ") ? " " : ""}@${name} `;
      theHouse().changed("draft");
      wx.navigateBack();
    },
    /** In place of this page; what lies below stays where it is. */
    async alone(user: string) {
      const id = await talkAlone(theHouse(), (this as unknown as Own).id, user);
      if (id) wx.redirectTo({ url: `/pages/channel/channel?id=${id}` });
    },
    closeSheet() {
      this.setData({ asked: NOTHING, reason: "" });
    },
    reasoned(event: { detail: { value: string } }) {
      this.setData({ reason: event.detail.value });
    },
    async choose(event: { detail: { id: string } }) {
      const [own, asked, { id }] = [this as unknown as Own, this.data.asked as Asked, event.detail];
      if (asked.kind === "person" && (id === "mute" || id === "ban")) {
        this.setData({ asked: howLong(theHouse().words, id, asked.user!, asked.name!) });
        return;
      }
      const { reason } = this.data;
      this.closeSheet();
      if (id === "mention") this.mention(asked.name!);
      else if (id === "direct") await this.alone(asked.user!);
      else if (await act(theHouse(), own.id, asked, id, reason)) await this.load(this.data.tab);
    },
  },
});

import { idOf, nameOf } from "../../chat/entry";
import type { Entry } from "../../chat/entry";
import { gist, hueOf, letterOf } from "../../chat/rows";
import { theHouse } from "../../house/house";
import type { Refused } from "../../house/refused";
import { excuse, when } from "../../words/words";
import type { Tapped } from "../screen";
import { sized } from "../sized";

interface Found {
  results: { room: string; channel: string; entry: Entry; excerpt: { text: string; hit?: boolean }[] }[];
  after: string | null;
}

type Result = ReturnType<typeof shown>;

const SHORTEST = 2;
/** A word is looked for when the fingers rest. */
const REST_MS = 350;

Component({
  data: { sized: sized(), w: {}, text: "", state: "idle", results: [] as Result[], trouble: "", more: false },
  methods: {
    onLoad(query: { channel?: string }) {
      const { words } = theHouse();
      const off = theHouse().on((topic) => topic === "people" && this.data.results.length && this.setData({ results: faced(this.data.results) }));
      Object.assign(this, { channel: query.channel ?? "", after: null, timer: 0, asked: 0, off });
      this.setData({ w: words });
      wx.setNavigationBarTitle({ title: words.search });
    },
    onUnload() {
      (this as unknown as { off(): void }).off();
    },
    typed(event: { detail: { value: string } }) {
      const own = this as unknown as { timer: number };
      this.setData({ text: event.detail.value });
      clearTimeout(own.timer);
      own.timer = setTimeout(() => void this.search(), REST_MS);
    },
    async search() {
      const own = this as unknown as { after: string | null; timer: number };
      clearTimeout(own.timer);
      own.after = null;
      if ([...this.data.text.trim()].length < SHORTEST) {
        this.setData({ state: "idle", results: [] });
        return;
      }
      this.setData({ state: "loading", results: [] });
      await this.next();
    },
    /** Only the last question's answer counts. */
    async next() {
      const own = this as unknown as { after: string | null; asked: number; channel: string };
      const [number, house] = [(own.asked += 1), theHouse()];
      const after = own.after ? `&after=${encodeURIComponent(own.after)}` : "";
      const within = own.channel ? `&channel=${own.channel}` : "";
      try {
        const found = await house.api.get<Found>(`/search?q=${encodeURIComponent(this.data.text.trim())}${within}${after}`);
        if (number !== own.asked) return;
        own.after = found.after;
        const results = faced([...this.data.results, ...found.results.map((each) => shown(each))]);
        this.setData({ results, state: results.length ? "results" : "nothing", more: found.after !== null });
      } catch (error) {
        if (number !== own.asked) return;
        const { code } = error as Refused;
        this.setData({ state: "trouble", trouble: code === "not_found" ? house.words.search_unavailable : excuse(house.words, code) });
      }
    },
    further() {
      if ((this as unknown as { after: string | null }).after) void this.next();
    },
    open(event: Tapped<{ channel: string; seq: string }>) {
      const { channel, seq } = event.currentTarget.dataset;
      wx.navigateTo({ url: `/pages/channel/channel?id=${channel}&seq=${seq}` });
    },
  },
});

/** With the pictures that are known by now. */
function faced(results: Result[]): Result[] {
  return results.map((each) => ({ ...each, avatar: theHouse().people.picture(each.from) }));
}

function shown({ channel, entry, excerpt }: Found["results"][number]) {
  const house = theHouse();
  const place = house.rooms.channel(channel);
  const author = entry.from ?? entry.by;
  const name = nameOf(author);
  return {
    key: `${channel}-${entry.seq}`, channel, seq: entry.seq, from: idOf(author), avatar: "", name, letter: letterOf(name), hue: hueOf(idOf(author)),
    place: place ? `${place.room.name} · ${place.channel.name}` : "", time: when(house.words, entry.at, house.subscriptions.now()),
    parts: excerpt.length ? excerpt : [{ text: gist(entry.body, entry.type, house.words) || (entry.text ?? "") }],
  };
}

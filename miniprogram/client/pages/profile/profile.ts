import { hueOf, letterOf } from "../../chat/rows";
import { theHouse } from "../../house/house";
import { addressOf } from "../../house/media";
import type { Language } from "../../words/words";
import { attempt, sure } from "../acts";
import { watch } from "../screen";
import type { Tapped } from "../screen";
import { sized } from "../sized";

const AGAIN_MS = 2_000;
const MOST_ASKED = 30;
const LOOK_MS = 5_000;

/** One's data, being made or ready. */
interface Made {
  id: string;
  url?: string;
}

Component({
  data: { sized: sized(), w: {}, name: "", kept: "", avatar: "", wearing: "", looks: "", letter: "", hue: 0, language: "zh", blocked: [] as unknown[], busy: false },
  methods: {
    onLoad() {
      Object.assign(this, { off: watch(theHouse(), (topic) => ["person", "people", "language"].includes(topic), () => this.draw()) });
      void theHouse().readBlocked();
      void this.look();
    },
    onUnload() {
      clearTimeout((this as unknown as { again: number }).again);
      (this as unknown as { off(): void }).off();
    },
    draw() {
      const { words, me, language, blocked, names, people } = theHouse();
      wx.setNavigationBarTitle({ title: words.profile });
      this.setData({
        w: words, name: this.data.name === this.data.kept ? me?.name ?? "" : this.data.name, kept: me?.name ?? "", avatar: people.picture(me?.id ?? ""), letter: letterOf(me?.name ?? ""), hue: hueOf(me?.id ?? ""), language,
        blocked: [...blocked].map((id) => ({ id, name: names.get(id) ?? words.someone, avatar: people.picture(id), letter: letterOf(names.get(id) ?? ""), hue: hueOf(id) })),
      });
    },
    typed(event: { detail: { value: string } }) {
      this.setData({ name: event.detail.value });
    },
    /** WeChat checks a nickname after the field was left, and may empty it: what counts is read when it is submitted. */
    async save() {
      const house = theHouse();
      const name = this.data.name.trim();
      if (!name || name === this.data.kept || this.data.busy) return;
      this.setData({ busy: true });
      await attempt(house, () => house.rename(name), house.words.saved);
      this.setData({ busy: false });
    },
    /** What became of the picture that was chosen last; while it is judged, asked again. */
    async look() {
      const own = this as unknown as { again: number };
      clearTimeout(own.again);
      const looks = (await theHouse().readMyself()) ?? "";
      this.setData({ looks, ...(looks !== "held" && { wearing: "" }) });
      if (looks === "held") own.again = setTimeout(() => void this.look(), LOOK_MS);
    },
    /** WeChat gives a picture that it has checked; until the house has it, it shows as it was chosen. */
    async wear(event: { detail: { avatarUrl?: string } }) {
      const { avatarUrl } = event.detail;
      const house = theHouse();
      if (!avatarUrl || this.data.busy) return;
      this.setData({ wearing: avatarUrl, busy: true });
      let held = false;
      await attempt(house, async () => {
        held = await house.wear(avatarUrl);
        this.setData({ looks: "" });
        wx.showToast({ title: held ? house.words.avatar_held : house.words.saved, icon: held ? "none" : "success" });
      });
      this.setData({ busy: false, ...(!held && { wearing: "" }) });
      if (held) await this.look();
    },
    async bare() {
      const house = theHouse();
      if (!(await sure(house.words, house.words.sure_avatar_remove))) return;
      if (await attempt(house, () => house.bare())) this.setData({ looks: "" });
    },
    speak(event: Tapped<{ language: Language }>) {
      theHouse().speak(event.currentTarget.dataset.language);
    },
    async unblock(event: Tapped<{ id: string }>) {
      await attempt(theHouse(), () => theHouse().block(event.currentTarget.dataset.id, false));
    },
    /** The house makes it in the background; its address is copied as soon as there is one. */
    async exportData() {
      const house = theHouse();
      if (this.data.busy) return;
      this.setData({ busy: true });
      await attempt(house, async () => {
        let { export: made } = await house.api.post<{ export: Made }>("/me/export");
        for (let count = 0; !made.url && count < MOST_ASKED; count += 1) {
          await new Promise<void>((done) => { setTimeout(done, AGAIN_MS); });
          const told = await house.api.get<{ exports: Made[] }>("/me/export");
          made = told.exports.find((each) => each.id === made.id) ?? made;
        }
        if (made.url) wx.setClipboardData({ data: addressOf(made.url) });
        wx.showToast({ title: made.url ? house.words.export_done : house.words.export_later, icon: "none" });
      });
      this.setData({ busy: false });
    },
    async erase() {
      const house = theHouse();
      if (!(await sure(house.words, house.words.erase, house.words.sure_erase))) return;
      const done = await attempt(house, () => house.api.delete("/me"), house.words.erased);
      if (!done) return;
      house.leaveForGood();
      wx.reLaunch({ url: "/pages/rooms/rooms" });
    },
    open(event: Tapped<{ name: string }>) {
      wx.navigateTo({ url: `/pages/document/document?name=${event.currentTarget.dataset.name}` });
    },
  },
});

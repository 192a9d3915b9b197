import { hueOf, letterOf } from "../../chat/rows";
import { theHouse } from "../../house/house";
import type { Refused } from "../../house/refused";
import type { Language } from "../../words/words";
import { attempt, sure } from "../acts";
import { watch } from "../screen";
import type { Tapped } from "../screen";

Component({
  data: { w: {}, name: "", kept: "", avatar: "", letter: "", hue: 0, language: "zh", blocked: [] as unknown[], busy: false },
  methods: {
    onLoad() {
      Object.assign(this, { off: watch(theHouse(), (topic) => topic === "person" || topic === "language", () => this.draw()) });
    },
    onUnload() {
      (this as unknown as { off(): void }).off();
    },
    draw() {
      const { words, me, language, blocked, names } = theHouse();
      wx.setNavigationBarTitle({ title: words.profile });
      this.setData({
        w: words, name: me?.name ?? "", kept: me?.name ?? "", avatar: me?.avatar ?? "", letter: letterOf(me?.name ?? ""), hue: hueOf(me?.id ?? ""), language,
        blocked: [...blocked].map((id) => ({ id, name: names.get(id) ?? words.someone, letter: letterOf(names.get(id) ?? ""), hue: hueOf(id) })),
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
      await attempt(house, () => house.rename({ name }), house.words.saved);
      this.setData({ busy: false });
    },
    async picture(event: { detail: { avatarUrl: string } }) {
      const house = theHouse();
      await attempt(house, async () => {
        const told = await house.api.upload("/media", event.detail.avatarUrl);
        const media = told.media as { id: string };
        await house.rename({ avatar: media.id });
      }, house.words.saved);
    },
    speak(event: Tapped<{ language: Language }>) {
      theHouse().speak(event.currentTarget.dataset.language);
    },
    async unblock(event: Tapped<{ id: string }>) {
      await attempt(theHouse(), () => theHouse().block(event.currentTarget.dataset.id, false));
    },
    async exportData() {
      const house = theHouse();
      try {
        const told = await house.api.post("/me/export");
        wx.setClipboardData({ data: typeof told.url === "string" ? told.url : JSON.stringify(told) });
      } catch (error) {
        wx.showToast({ title: (error as Refused).code === "not_found" ? house.words.code_unavailable : house.words.code_unknown, icon: "none" });
      }
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

import { DOCUMENTS } from "../../documents/documents";
import { VERSION } from "../../house/address";
import { theHouse } from "../../house/house";
import { fill } from "../../words/words";
import type { Tapped } from "../screen";
import { sized } from "../sized";

Component({
  data: { sized: sized(), w: {}, name: "", lines: [] as { at: number; heading: boolean; text: string }[], version: "" },
  methods: {
    onLoad(query: { name?: string }) {
      const house = theHouse();
      const { words, language } = house;
      const name = query.name ?? "about";
      const title = { about: words.about, agreement: words.agreement, privacy: words.privacy, rules: words.rules_of_house }[name] ?? words.about;
      wx.setNavigationBarTitle({ title });
      const lines = (DOCUMENTS[name]?.[language] ?? "").trim().split("\n").filter(Boolean);
      this.setData({ w: words, name, version: fill(words.version, VERSION), lines: lines.map((text, at) => ({ at, heading: text.startsWith("#"), text: text.replace(/^#\s*/, "") })) });
    },
    open(event: Tapped<{ name: string }>) {
      wx.navigateTo({ url: `/pages/document/document?name=${event.currentTarget.dataset.name}` });
    },
  },
});

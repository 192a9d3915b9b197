// Put the page together: followers left, mini-program users beside them, what happens behind on the right.
import { Backstage } from "./backstage.js";
import { h, memory } from "./dom.js";
import { FollowerPhone } from "./follower.js";
import { MiniProgramPhone } from "./miniprogram.js";
import { People } from "./people.js";
import { ask, openStream } from "./wechat.js";
import { language, t, translatePage } from "./words.js";

const FOLLOWERS = { zh: ["谷雨", "白露", "惊蛰", "立秋", "霜降"], en: ["Rain", "Dew", "Thunder", "Autumn", "Frost"] };
const USERS = { zh: ["小满", "芒种", "清明", "寒露", "冬至"], en: ["Barley", "Grain", "Clear", "Chill", "Solstice"] };

async function open() {
  const [accounts, { house }] = await Promise.all([ask("/accounts"), (await fetch("/about")).json()]);
  const official = accounts.find((each) => each.kind === "official_account");
  const mini = accounts.find((each) => each.kind === "mini_program");
  new Backstage(document.getElementById("backstage"));
  fill("followers", official, FOLLOWERS, (person, changed) => new FollowerPhone(official, person, changed));
  fill("users", mini, USERS, (person, changed) => new MiniProgramPhone(mini, house, person, changed));
  openStream();
}

function fill(side, account, names, makePhone) {
  const root = document.getElementById(side);
  if (account) new People(root, `${side}.${account.appid}`, names[language], makePhone);
  else root.append(h("p", { class: "trouble" }, t("no_account")));
}

translatePage();
const toggle = document.getElementById("language");
toggle.textContent = t("language");
toggle.addEventListener("click", () => {
  memory("language", language === "zh" ? "en" : "zh");
  location.reload();
});
open();

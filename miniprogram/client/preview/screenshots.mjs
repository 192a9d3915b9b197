/** Pictures of the main pages, on a house of their own: `npm run screenshots`. They go to docs/images/miniprogram/. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { browser, phone } from "./browser.mjs";
import { withHouse } from "./house.mjs";
import { ROOT } from "./pack.mjs";

const folder = join(ROOT, "../../docs/images/miniprogram");
const top = ".phone-page:not([hidden])";
const put = (page, name) => page.screenshot({ path: join(folder, `${name}.png`) });
const rest = (page, milliseconds = 700) => page.waitForTimeout(milliseconds);
const go = (page, url) => page.evaluate((where) => globalThis.wx.navigateTo({ url: where }), url);
const enter = (page, id) => go(page, `/pages/channel/channel?id=${id}`);
const back = (page) => page.locator(".phone-back").click();
const HUES = { 掌柜: "#3c6b4e", 谷雨: "#6f8fa8" };

async function say(page, text) {
  await page.bringToFront();
  await page.locator(`${top} [id$=words] textarea`).last().fill(text);
  await page.locator(`${top} [id$=send]`).last().click();
  await rest(page, 250);
}

/** A picture of oneself: a bowl of tea on a colour, as the browser draws it. */
async function wear(page, hue) {
  const drawn = await page.evaluate((colour) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 240, height: 240 });
    const pen = canvas.getContext("2d");
    const draw = (style, path) => {
      pen.fillStyle = style;
      pen.beginPath();
      path();
      pen.fill();
    };
    draw(colour, () => pen.rect(0, 0, 240, 240));
    draw("#f6f3ec", () => pen.ellipse(120, 120, 84, 62, 0, 0, Math.PI));
    draw("#d9a55b", () => pen.ellipse(120, 120, 84, 20, 0, 0, 2 * Math.PI));
    draw("#f6f3ec", () => pen.rect(88, 176, 64, 16));
    return canvas.toDataURL("image/png").split(",")[1];
  }, hue);
  await page.bringToFront();
  await go(page, "/pages/profile/profile");
  const chooser = page.waitForEvent("filechooser");
  await page.locator("[id$=wear]").click();
  await (await chooser).setFiles({ name: "me.png", mimeType: "image/png", buffer: Buffer.from(drawn, "base64") });
  await page.waitForFunction(() => globalThis.getApp().house.me.avatar !== "", undefined, { timeout: 60_000 });
  await back(page);
}

async function speak(page) {
  await page.bringToFront();
  await page.locator(`${top} .tool[aria-label=语音]`).click();
  const { x, y, width, height } = await page.getByText("按住说话").boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await rest(page, 6_400);
  await put(page, "recording");
  await page.mouse.up();
  await page.locator(`${top} .tool[aria-label=语音]`).click();
  await page.locator(`${top} .bubble-voice`).waitFor();
  await page.waitForFunction(() => !document.querySelector(".message-sending"), undefined, { timeout: 60_000 });
}

mkdirSync(folder, { recursive: true });

await withHouse(({ url, demo, teahouse }) => browser(async (context) => {
  const [room] = demo.rooms;
  const courtyard = teahouse("channel", "add", room.id, "听雨轩", "--capacity", "2");
  const bamboo = teahouse("room", "add", "竹里馆", "--organization", demo.organization.id, "--password", "longjing");
  const grove = teahouse("channel", "add", bamboo, "竹林");
  const open = (name, options = {}) => phone(context, url, name, options);
  const welcome = await open("清明", { agree: false });
  await welcome.locator("wx-input[type=nickname] input").focus();
  await rest(welcome);
  await put(welcome, "welcome");
  await welcome.close();

  const [owner, guest, waiter] = [await open("掌柜"), await open("谷雨"), await open("白露")];
  teahouse("member", "role", room.id, await joined(owner, courtyard), "moderator");
  await owner.evaluate(() => globalThis.getApp().house.connection.renew());
  await back(owner);
  for (const [page, name] of [[owner, "掌柜"], [guest, "谷雨"]]) await wear(page, HUES[name]);
  await enter(owner, courtyard);
  await enter(guest, courtyard);
  await rest(guest);
  for (const [page, text] of [
    [owner, "各位早，今天的水已经烧好了。"], [guest, "早！昨晚下了一夜雨，院子里的桂花落了一地。"], [guest, "正好收来做桂花乌龙。"],
    [owner, "好主意。上午十点开汤，座位只有两个，来得早的先坐。"], [guest, "我带茶点来：绿豆糕和一点盐渍梅子。"],
  ]) await say(page, text);
  await owner.evaluate((id) => globalThis.getApp().house.connection.ask("announce", { channel: id, text: "今日茶单：明前龙井、桂花乌龙、老白茶。十点开汤，请安静入座。" }), courtyard);
  await guest.bringToFront();
  await guest.locator(`${top} .bubble`, { hasText: "上午十点开汤" }).click({ button: "right" });
  await rest(guest);
  await put(guest, "menu");
  await guest.locator(`${top} .sheet-action`, { hasText: "回复" }).click();
  await say(guest, "给我留个靠窗的。");
  await speak(owner);
  await guest.bringToFront();
  await guest.locator(`${top} .bubble-voice`).waitFor();
  await rest(guest);
  await put(guest, "channel");
  await guest.locator(`${top} [id$=words] textarea`).fill("@");
  await rest(guest);
  await put(guest, "mention");
  await guest.locator(`${top} [id$=words] textarea`).fill("");
  await owner.bringToFront();
  await owner.locator(`${top} .bubble`, { hasText: "绿豆糕" }).click({ button: "right" });
  await owner.locator(`${top} .sheet-action`, { hasText: "禁言" }).click();
  await rest(owner);
  await put(owner, "mute");
  await owner.locator(`${top} .sheet-cancel`).click();
  await owner.locator(`${top} .gear`).click();
  await rest(owner);
  await put(owner, "settings");

  await waiter.bringToFront();
  await enter(waiter, courtyard);
  await rest(waiter, 1_200);
  await put(waiter, "waiting");
  await guest.evaluate((id) => globalThis.getApp().house.subscriptions.leave(id), courtyard);
  await waiter.getByText("有座位了").waitFor();
  await put(waiter, "seat");
  await waiter.locator("[id$=take]").click();
  await rest(waiter);
  await owner.evaluate(([id, user]) => globalThis.getApp().house.connection.ask("kick", { channel: id, user, reason: "占座不喝茶" }), [courtyard, await waiter.evaluate(() => globalThis.getApp().house.me.id)]);
  await rest(waiter);
  await put(waiter, "out");

  await guest.bringToFront();
  await back(guest);
  await enter(guest, courtyard);
  await enter(guest, room.channels[0].id);
  await say(guest, "大厅有人吗？听雨轩还有一个座。");
  await back(guest);
  await back(guest);
  await rest(guest);
  await put(guest, "rooms");
  await enter(guest, grove);
  await rest(guest);
  await put(guest, "password");
  await back(guest);
  await go(guest, `/pages/members/members?channel=${courtyard}`);
  await rest(guest);
  await put(guest, "members");
  await back(guest);
  await go(guest, "/pages/search/search");
  await guest.locator("[id$=query] input").fill("桂花");
  await rest(guest, 2_500);
  await put(guest, "search");
  await back(guest);
  await go(guest, "/pages/profile/profile");
  await rest(guest);
  await put(guest, "profile");
  await back(guest);

  const night = await open("霜降", { theme: "dark" });
  await rest(night);
  await put(night, "rooms-night");
  await owner.bringToFront();
  await owner.evaluate((id) => globalThis.getApp().house.subscriptions.leave(id), courtyard);
  await night.bringToFront();
  await enter(night, courtyard);
  await rest(night);
  await say(night, "夜里也开门吗？");
  await rest(night);
  await put(night, "channel-night");
  const english = await open("Autumn", { language: "en" });
  await rest(english);
  await put(english, "rooms-english");
  await go(english, "/pages/profile/profile");
  await rest(english);
  await put(english, "profile-english");
  await back(english);
  await enter(english, room.channels[0].id);
  await english.locator(`${top} [id$=words]`).waitFor();
  await english.evaluate((id) => globalThis.getApp().house.api.post(`/rooms/${id}/leave`), room.id);
  await rest(english);
  await put(english, "parted-english");

  await guest.close();
  for (const [size, options] of Object.entries({ small: { width: 320, height: 568 }, large: { text: 1.4 }, tablet: { width: 768, height: 1024 } })) {
    const page = await open("谷雨", { agree: false, ...options });
    await rest(page, 1_500);
    await put(page, `rooms-${size}`);
    await enter(page, courtyard);
    await page.locator(`${top} [id$=words]`).waitFor();
    await rest(page, 1_500);
    await put(page, `channel-${size}`);
    await page.locator(`${top} .tool[aria-label=更多]`).click();
    await rest(page);
    await put(page, `composer-${size}`);
    await go(page, "/pages/profile/profile");
    await rest(page);
    await put(page, `profile-${size}`);
    await page.close();
  }

  const side = await context.newPage();
  await side.setViewportSize({ width: 860, height: 800 });
  await side.goto(`${url}/preview/`);
  await rest(side, 2_500);
  const phones = side.frames().filter((each) => each.url().includes("phone.html"));
  for (const [index, frame] of phones.entries()) {
    await frame.locator("wx-input[type=nickname] input").focus();
    await frame.locator("wx-button", { hasText: "同意" }).click();
    await frame.evaluate((id) => globalThis.wx.navigateTo({ url: `/pages/channel/channel?id=${id}` }), room.channels[1].id);
    await frame.locator(`${top} [id$=words] textarea`).last().fill(["早，今天喝什么？", "老白茶，刚煮上。"][index]);
    await frame.locator(`${top} [id$=send]`).last().click();
    await rest(side);
  }
  await put(side, "preview");
}, { deviceScaleFactor: 1.5, locale: "zh-CN", permissions: ["clipboard-write", "microphone"] }));

/** Goes in, and says who it is. */
async function joined(page, channel) {
  await enter(page, channel);
  await page.locator("[id$=words]").waitFor();
  return page.evaluate(() => globalThis.getApp().house.me.id);
}

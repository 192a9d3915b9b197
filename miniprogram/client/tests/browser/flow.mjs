/**
 * Three people in real Chromium on a running house: `node tests/browser/flow.mjs HOUSE SMALL`, where SMALL is a channel
 * with two seats. Prints `moderator USER` and goes on when it reads a line; ends with 0, or 1 and what went wrong.
 */
import { createInterface } from "node:readline";
import assert from "node:assert/strict";
import { browser, phone } from "../../preview/browser.mjs";

const [, , house, small] = process.argv;
const MISSED = 50;
const AWAY_MS = 30_000;
const SPOKEN_MS = 1_200;
/** A picture or a voice is made ready and judged meanwhile, on a machine that may be busy. */
const PATIENCE_MS = 60_000;
/** 24 × 18 pixels. */
const LEAF = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABgAAAASCAIAAADOjonJAAADCklEQVR42g3MMaqlMABA0VnYLywsLEQUAhExEFCCcgMRUQgowYCFhYWFhcuddxZw/v1RJBQpRUaRU5QUgqKmaCk0RU8xUFiKiWKh8BQ7xUFxUlwUN8VD8VJ8FP/+qBKqlCqjyqlKKkFVU7VUmqqnGqgs1US1UHmqneqgOqkuqpvqoXqpPqpfJBJEisgQOaJECESNaBEa0SMGhEVMiAXhETviQJyIC3EjHsSL+BC/SCbIFJkhc2SJFMga2SI1skcOSIuckAvSI3fkgTyRF/JGPsgX+SF/UZPQpDQZTU5T0giamqal0TQ9zUBjaSaahcbT7DQHzUlz0dw0D81L89H8IpWgUlSGylElSqBqVIvSqB41oCxqQi0oj9pRB+pEXagb9aBe1If6RTpBp+gMnaNLtEDX6Bat0T16QFv0hF7QHr2jD/SJvtA3+kG/6A/9i7qELqXL6HK6kk7Q1XQtnabr6QY6SzfRLXSebqc76E66i+6me+heuo/uF5kEk2IyTI4pMQJTY1qMxvSYAWMxE2bBeMyOOTAn5sLcmAfzYj7MLxoTxpQxY8wZS0bBWDO2jJqxZxwYLePEuDB6xp3xYDwZL8ab8WF8GT/GX2QTbIrNsDm2xApsjW2xGttjB6zFTtgF67E79sCe2At7Yx/si/2wv8gluBSX4XJciRO4GtfiNK7HDTiLm3ALzuN23IE7cRfuxj24F/fhftGcMKfMGXPOXDIL5pq5ZdbMPfPAbJkn5oXZM+/MB/PJfDHfzA/zy/wx/6I1YU1ZM9actWQVrDVry6pZe9aB1bJOrAurZ91ZD9aT9WK9WR/Wl/Vj/UU+waf4DJ/jS7zA1/gWr/E9fsBb/IRf8B6/4w/8ib/wN/7Bv/gP/4u2hC1ly9hytpJNsNVsLZtm69kGNss2sS1snm1nO9hOtovtZnvYXraP7ReFhJASMkJOKAmCUBNagib0hIFgCRNhIXjCTjgIJ+Ei3ISH8BI+wi+KCTElZsScWBIFsSa2RE3siQPREifiQvTEnXgQT+JFvIkP8SV+xP9lDhY3gB08fwAAAABJRU5ErkJggg==",
  "base64",
);
const troubles = [];
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const top = ".phone-page:not([hidden])";
const seen = (page, text) => page.locator(top).getByText(text, { exact: false }).first().waitFor({ timeout: PATIENCE_MS });
const order = (page, name, on) => page.evaluate(([what, value]) => globalThis.phoneOrder(what, value), [name, on]);
const shown = (page) => page.locator(`${top} .bubble .words`).allTextContents();

/** Until it is so; with what is on the screen otherwise. */
async function until(page, what, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}\n${await page.evaluate(() => document.body.innerText)}`);
    await page.waitForTimeout(40);
  }
}

async function enter(page) {
  await page.bringToFront();
  await page.evaluate((id) => globalThis.wx.navigateTo({ url: `/pages/channel/channel?id=${id}` }), small);
}

async function say(page, text) {
  await page.bringToFront();
  await page.locator(`${top} [id$=words] textarea`).last().fill(text);
  await page.locator(`${top} [id$=send]`).last().click();
}

async function choose(page, bubble, ...actions) {
  await page.bringToFront();
  await page.locator(`${top} .bubble`, { hasText: bubble }).last().click({ button: "right" });
  for (const action of actions) await page.locator(`${top} .sheet-action`, { hasText: action }).click();
}

async function talk(alice, bob) {
  await say(alice, "今天喝什么茶");
  await seen(bob, "今天喝什么茶");
  await say(bob, "龙井，<img src=x onerror=alert(1)>");
  await seen(alice, "龙井，<img");
  assert.deepEqual(await shown(alice), ["今天喝什么茶", "龙井，<img src=x onerror=alert(1)>"]);
  assert.equal(await alice.locator(".bubble img[src=x]").count(), 0);
}

async function wait(bob, carol) {
  await enter(carol);
  await seen(carol, "下一位就是你");
  await bob.bringToFront();
  await bob.evaluate((id) => globalThis.getApp().house.subscriptions.leave(id), small);
  await carol.bringToFront();
  await seen(carol, "有座位了");
  await carol.locator("[id$=take]").click();
  await seen(carol, "今天喝什么茶");
}

async function moderate(alice, carol) {
  console.log(`moderator ${await alice.evaluate(() => globalThis.getApp().house.me.id)}`);
  await answers.next();
  await alice.evaluate(() => globalThis.getApp().house.connection.renew());
  await until(alice, "no moderator", () => alice.evaluate((id) => globalThis.getApp().house.subscriptions.of(id).role === "moderator", small));
  await say(carol, "我来刷屏");
  await seen(alice, "我来刷屏");
  await choose(alice, "我来刷屏", "禁言", "10 分钟");
  await seen(carol, "你被禁言");
  await choose(alice, "我来刷屏", "请出");
  await alice.locator(".phone-modal .yes").click();
  await seen(carol, "你被请出了这里");
}

/** The network is gone for half a minute. Fifty messages are said meanwhile, one's own, and `more`: all come once, and in order. */
async function away(alice, bob, more) {
  await enter(bob);
  await seen(bob, "今天喝什么茶");
  await order(bob, "flight", true);
  const gone = Date.now();
  await say(bob, "我在隧道里");
  await alice.evaluate(async ([id, count]) => {
    for (let number = 1; number <= count; number += 1) {
      await globalThis.getApp().house.connection.ask("say", { channel: id, client_id: `missed-${number}-${Date.now()}`, type: "text", body: { text: `错过 ${number}` } });
    }
  }, [small, MISSED]);
  await more();
  await bob.waitForTimeout(Math.max(0, gone + AWAY_MS - Date.now()));
  assert.ok(!(await shown(bob)).includes("错过 1"), "the network was not gone");
  await order(bob, "flight", false);
  const expected = Array.from({ length: MISSED }, (_, index) => `错过 ${index + 1}`);
  await until(bob, "not everything came", async () => (await shown(bob)).includes(`错过 ${MISSED}`));
  assert.deepEqual((await shown(bob)).filter((text) => text.startsWith("错过")), expected);
  await seen(alice, "我在隧道里");
  for (const page of [alice, bob]) assert.equal((await shown(page)).filter((text) => text === "我在隧道里").length, 1);
}

async function background(alice, bob) {
  await order(bob, "background", true);
  await say(alice, "你不在的时候");
  await seen(alice, "你不在的时候");
  await order(bob, "background", false);
  await seen(bob, "你不在的时候");
  await until(bob, "her face is not seen", () => bob.evaluate(() => [...document.querySelectorAll(".message-face img")].some((each) => each.src.includes("/avatar/") && each.naturalWidth > 0)));
}

async function picture(alice) {
  await alice.bringToFront();
  await alice.locator(`${top} .tool[aria-label=更多]`).click();
  await given(alice, alice.locator(".panel-item", { hasText: "图片" }));
}

/** What the phone's own chooser gives. */
async function given(page, button) {
  const chooser = page.waitForEvent("filechooser");
  await button.click();
  await (await chooser).setFiles({ name: "leaf.png", mimeType: "image/png", buffer: LEAF });
}

async function voice(alice) {
  await alice.bringToFront();
  await alice.evaluate(() => globalThis.wx.getRecorderManager().onStart(() => { globalThis.recording = true; }));
  await alice.locator(`${top} .tool[aria-label=语音]`).click();
  const { x, y, width, height } = await alice.getByText("按住说话").boundingBox();
  await alice.mouse.move(x + width / 2, y + height / 2);
  await alice.mouse.down();
  await seen(alice, "松开发送");
  await until(alice, "nothing is recorded", () => alice.evaluate(() => globalThis.recording === true));
  await alice.waitForTimeout(SPOKEN_MS);
  await alice.mouse.up();
  await alice.locator(`${top} .tool[aria-label=语音]`).click();
  await until(alice, "the voice was not said", () => alice.evaluate((id) => globalThis.getApp().house.subscriptions.of(id).timeline.all().some((each) => each.type === "voice"), small));
}

/** The picture is seen, and the voice heard to its end. */
async function perceived(bob) {
  await bob.bringToFront();
  await until(bob, "no picture", () => bob.evaluate(() => [...document.querySelectorAll(".picture img")].some((each) => each.naturalWidth > 0)));
  await bob.evaluate(() => {
    globalThis.heard = [];
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function played() {
      globalThis.heard.push(this);
      return play.call(this);
    };
  });
  await until(bob, "no address of the voice", () => bob.evaluate((id) => {
    const { files, subscriptions } = globalThis.getApp().house;
    const said = subscriptions.of(id).timeline.all().find((each) => each.type === "voice");
    return Boolean(said && files.of(said.body.media)?.url);
  }, small));
  await bob.locator(`${top} .bubble-voice`).last().click();
  await until(bob, "not heard to its end", () => bob.evaluate(() => globalThis.heard.some((each) => each.ended)));
  const [seconds, loudest] = await bob.evaluate(async () => {
    const sound = await (await fetch(globalThis.heard[0].src)).arrayBuffer();
    const decoded = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(sound);
    return [decoded.duration, decoded.getChannelData(0).reduce((most, each) => Math.max(most, Math.abs(each)), 0)];
  });
  assert.ok(seconds > SPOKEN_MS / 2_000 && loudest > 0.01, `a voice of ${seconds} s, as loud as ${loudest}`);
}

/** A new picture of oneself, which is judged before anybody sees it. */
async function face(alice) {
  await alice.bringToFront();
  await alice.evaluate(() => globalThis.wx.navigateTo({ url: "/pages/profile/profile" }));
  await given(alice, alice.locator("[id$=wear]"));
  await until(alice, "no verdict on the picture", () => alice.evaluate(() => globalThis.getApp().house.me.avatar !== ""));
  await alice.evaluate(() => globalThis.wx.navigateBack());
}

async function searching(bob) {
  await bob.bringToFront();
  await bob.evaluate(() => globalThis.wx.navigateTo({ url: "/pages/search/search" }));
  await bob.locator("[id$=query] input").fill("隧道");
  await until(bob, "not found", async () => {
    if (await bob.locator(".result").count()) return true;
    await bob.locator("[id$=query] input").press("Enter");
    await bob.waitForTimeout(500);
    return false;
  });
  await bob.locator(".result").first().click();
  await seen(bob, "我在隧道里");
}

async function english(carol) {
  await carol.bringToFront();
  await carol.evaluate(() => globalThis.wx.navigateTo({ url: "/pages/profile/profile" }));
  await carol.getByText("English").click();
  await seen(carol, "Delete my account");
}

async function inOrder(steps) {
  for (const [name, step] of Object.entries(steps)) {
    const began = Date.now();
    await step();
    console.log(`${name} ${Date.now() - began} ms`);
  }
}

await browser(async (context) => {
  const trouble = (text) => troubles.push(text);
  const people = [];
  for (const name of ["小满", "谷雨", "白露"]) people.push(await phone(context, house, name, { trouble }));
  const [alice, bob, carol] = people;
  for (const page of [alice, bob]) await enter(page);
  for (const page of [alice, bob]) await page.locator("[id$=words]").waitFor();
  await inOrder({ talk: () => talk(alice, bob), wait: () => wait(bob, carol), moderate: () => moderate(alice, carol) });
  const meanwhile = { picture: () => picture(alice), voice: () => voice(alice), face: () => face(alice), english: () => english(carol) };
  await inOrder({ away: () => away(alice, bob, () => inOrder(meanwhile)), perceived: () => perceived(bob), background: () => background(alice, bob),
    searching: () => searching(bob) });
}, { permissions: ["clipboard-write", "microphone"] });
const real = troubles.filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket is closed before/.test(text));
assert.deepEqual(real, []);
process.exit(0);

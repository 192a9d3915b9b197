/**
 * How a long channel behaves, on a house of its own: `npm run measure -- [MESSAGES]`. Says so many messages, opens the channel on a
 * processor slowed four times, scrolls to its beginning, and prints one JSON object.
 */
import { browser, phone } from "./browser.mjs";
import { withHouse } from "./house.mjs";

const count = process.argv[2] ?? "5000";
const run = Date.now().toString(36);
const SLOWED = 4;
const online = (page) => page.waitForFunction(() => globalThis.getApp().house.connection.state === "online", undefined, { timeout: 60_000 });

await withHouse(({ url: house, demo }) => browser(async (context) => {
  const channel = demo.rooms[0].channels[0].id;
  const speaker = await phone(context, house, "掌柜", { who: `speaker${run}` });
  await online(speaker);
  await speaker.evaluate((id) => globalThis.getApp().house.subscriptions.enter(id), channel);
  await speaker.evaluate(async ([id, many, name]) => {
    const { connection } = globalThis.getApp().house;
    for (let from = 0; from < many; from += 40) {
      const together = Array.from({ length: Math.min(40, many - from) }, (_, index) => connection.ask("say", {
        channel: id, client_id: `${name}-${from + index}`, type: "text", body: { text: `第 ${from + index + 1} 句：今天喝什么茶，${"慢慢聊".repeat((from + index) % 5)}` },
      }));
      await Promise.all(together);
    }
  }, [channel, Number(count), run]);
  await speaker.close();

  const reader = await phone(context, house, "谷雨", { who: `reader${run}` });
  await online(reader);
  const devtools = await context.newCDPSession(reader);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  const firstScreen = await reader.evaluate(async (id) => {
    const began = performance.now();
    globalThis.wx.navigateTo({ url: `/pages/channel/channel?id=${id}` });
    while (document.querySelectorAll(".bubble").length < 10) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - began;
  }, channel);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });

  const scrolled = await reader.evaluate(async (many) => {
    const talk = document.querySelector(".phone-page:not([hidden]) .talk");
    const { house: home } = globalThis.getApp();
    const one = home.subscriptions.entered()[0];
    const frames = [];
    let [last, deepest, still] = [performance.now(), 0, 0];
    while (one.timeline.first > 1 && still < 600) {
      const before = one.timeline.first;
      talk.scrollTop -= 240;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - last);
      last = now;
      deepest = Math.max(deepest, document.querySelectorAll(".phone-page:not([hidden]) .row").length);
      still = one.timeline.first === before ? still + 1 : 0;
    }
    frames.sort((a, b) => a - b);
    return { reached: one.timeline.first, loaded: one.timeline.size, of: many, frames: frames.length, median: frames[frames.length >> 1],
      p99: frames[Math.floor(frames.length * 0.99)], longest: frames.at(-1), rows: deepest };
  }, Number(count));
  const { metrics } = await devtools.send("Performance.enable").then(() => devtools.send("Performance.getMetrics"));
  const heap = metrics.find((each) => each.name === "JSHeapUsedSize").value;
  const rounded = Object.fromEntries(Object.entries(scrolled).map(([name, value]) => [name, Math.round(value * 10) / 10]));
  console.log(JSON.stringify({ first_screen_ms: Math.round(firstScreen), slowed: SLOWED, heap_mb: Math.round(heap / 1024 / 1024), ...rounded }));
}), { TEAHOUSE_SAY_PER_SECOND: "0", TEAHOUSE_CHANNEL_SAY_PER_SECOND: "0" });

// `npm run screenshots`: a picture of every page into docs/images/console/, from a running house.
// TEAHOUSE_URL, TEAHOUSE_EMAIL and TEAHOUSE_PASSWORD say which; PAGES (names, commas between) and LOOKS choose some.
// With TEAHOUSE_SANDBOX_URL, guests are in the tea house meanwhile. WHOLE=yes: pages as long as they are, to look at.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { invite } from "./guests.mjs";

const { TEAHOUSE_URL = "http://127.0.0.1:8000", TEAHOUSE_EMAIL = "", TEAHOUSE_PASSWORD = "", PAGES = "", LOOKS = "", INTO = "", WHOLE = "" } = process.env;
const into = INTO || new URL("../../../docs/images/console/", import.meta.url).pathname;
const looks = [
  { name: "light", width: 1280, height: 860, colorScheme: "light" },
  { name: "dark", width: 1280, height: 860, colorScheme: "dark" },
  { name: "phone", width: 390, height: 844, colorScheme: "light" },
  { name: "english", width: 1280, height: 860, colorScheme: "light", locale: "en-GB", pages: ["overview", "live", "review", "analytics"] },
];
const python = process.env.PYTHON ?? new URL("../../../.venv/bin/python", import.meta.url).pathname;
/** 256 colours are enough for a page, and make a third of the file. */
const SLIM = `
import sys
from PIL import Image
for path in sys.argv[1:]:
    with Image.open(path) as picture:
        slim = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT)
    slim.save(path, optimize=True)
`;

/** What somebody has begun to write, and pressed, when the picture is taken. */
const typed = {
  search: { "[name=search]": "回甘" }, broadcasts: { "[name=broadcast]": "周日下午三点，大厅有新茶品鉴，欢迎来坐。" },
  words: { ".split > section textarea": "代 开 发 票，量大从优" },
};
/** What the house answers to that, a moment later. */
const shownBy = { broadcasts: "dl.facts", words: ".found", search: "mark" };
const pressed = { posters: ".posters button[type=submit]", menus: ".tops button, .card header button", audit: ".table button" };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
mkdirSync(into, { recursive: true });
let guests = null;
const made = [];
for (const look of looks.filter(({ name }) => !LOOKS || LOOKS.split(",").includes(name))) {
  const context = await browser.newContext({ viewport: { width: look.width, height: look.height }, colorScheme: look.colorScheme, locale: look.locale ?? "zh-CN", timezoneId: "Asia/Shanghai", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && process.stderr.write(`${page.url()}: ${message.text()}\n`));
  page.on("pageerror", (wrong) => process.stderr.write(`${page.url()}: ${wrong}\n`));
  const wanted = (name) => (!PAGES || PAGES.split(",").includes(name)) && (!look.pages || look.pages.includes(name));
  const shoot = async (name) => {
    if (!wanted(name)) return;
    const path = `${into}/${name}-${look.name}.png`;
    await page.waitForFunction(() => !document.querySelector(".waiting, .el-loading-mask"));
    await page.waitForTimeout(name === "overview" ? 6000 : 700);
    await page.screenshot({ path, fullPage: WHOLE === "yes" });
    made.push(path);
  };
  await page.goto(`${TEAHOUSE_URL}/console/`);
  await page.waitForSelector("form");
  await shoot("sign-in");
  if (wanted("scan")) {
    await page.click(".scanning");
    await page.waitForSelector("svg.code");
    await shoot("scan");
    await page.click(".others button");
  }
  await page.fill("[name=email]", TEAHOUSE_EMAIL);
  await page.fill("[name=password]", TEAHOUSE_PASSWORD);
  await page.click("button.go");
  await page.waitForSelector(".shell");
  const { rooms } = await (await page.request.get(`${TEAHOUSE_URL}/console/api/v1/rooms`)).json();
  const room = [...rooms].sort((one, other) => other.members - one.members)[0];
  const { sanctions } = await (await page.request.get(`${TEAHOUSE_URL}/console/api/v1/sanctions?limit=1`)).json();
  const { people } = await (await page.request.get(`${TEAHOUSE_URL}/console/api/v1/people?limit=1`)).json();
  const { accounts } = await (await page.request.get(`${TEAHOUSE_URL}/console/api/v1/accounts`)).json();
  const official = accounts.find(({ kind }) => kind === "official_account") ?? accounts[0] ?? {};
  const person = sanctions[0]?.user ?? people[0]?.id;
  const house = rooms.find((each) => each.name === "茶馆") ?? room;
  const asked = rooms.find((each) => each.by_request) ?? room;
  if (guests === null && process.env.TEAHOUSE_SANDBOX_URL) guests = await invite(browser, TEAHOUSE_URL, process.env.TEAHOUSE_SANDBOX_URL, accounts, house.channels);
  const places = {
    overview: "/", rooms: "/rooms", room: `/rooms/${house.id}`, permissions: `/rooms/${house.id}?tab=permissions`, door: `/rooms/${room.id}?tab=door`,
    invitations: `/rooms/${asked.id}?tab=invitations`, posters: `/rooms/${house.id}?tab=invitations`, members: `/rooms/${room.id}?tab=members`, live: `/live/${house.channels[0].id}`, people: "/people",
    person: person && `/people/${person}`, review: "/review", words: "/words", guard: "/guard", broadcasts: "/broadcasts", analytics: "/analytics", audit: "/audit", wechat: "/wechat",
    templates: `/wechat/${official.appid}/templates`, menus: `/wechat/${official.appid}/menus`, quotas: `/wechat/${official.appid}/quotas`, staff: "/staff", settings: "/settings", keeping: "/settings/keeping", tokens: "/settings/tokens", webhooks: "/settings/webhooks", search: "/search",
  };
  for (const [name, place] of Object.entries(places)) {
    if (!place || !wanted(name)) continue;
    await page.goto(`${TEAHOUSE_URL}/console${place}`);
    await page.waitForSelector("h1");
    for (const [field, words] of Object.entries(typed[name] ?? {})) await page.fill(field, words);
    if (pressed[name]) await page.locator(pressed[name]).first().click();
    if (name === "posters") await page.locator("figure img").scrollIntoViewIfNeeded();
    if (shownBy[name]) await page.waitForSelector(shownBy[name]);
    await shoot(name);
  }
  await context.close();
}
await browser.close();
if (made.length) execFileSync(python, ["-c", SLIM, ...made]);

/** A real Chromium for the flows and the screenshots: the one on this machine, alone, and with nothing but our pages. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
];
const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function browser(act, options = {}) {
  const program = process.env.CHROMIUM ?? USUAL.find((path) => existsSync(path));
  if (!program) throw new Error("no Chromium here; install it, or name one in CHROMIUM");
  const profile = mkdtempSync(join(tmpdir(), "teahouse-browser-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath: program, headless: true, args: FLAGS, ...options });
  try {
    return await act(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** One person's phone in a window of its own. */
export async function phone(context, house, name, options = {}) {
  const { appid } = await about(house);
  const page = await context.newPage();
  await page.setViewportSize({ width: options.width ?? 375, height: options.height ?? 740 });
  const asked = new URLSearchParams({ who: options.who ?? name, name, appid, language: options.language ?? "zh_CN", theme: options.theme ?? "light", ...(options.open && { open: options.open }), ...(options.text && { text: options.text }) });
  page.on("pageerror", (error) => options.trouble?.(error.message));
  page.on("console", (line) => line.type() === "error" && options.trouble?.(line.text()));
  await page.goto(`${house}/preview/phone.html?${asked}`);
  if (options.agree === false) return page;
  await page.locator("wx-input[type=nickname] input").focus(); // where WeChat offers the name
  await page.locator("wx-button", { hasText: /同意|Agree/ }).click();
  return page;
}

/** A house that has just come up may close the connection that was used to see whether it is there. */
async function about(house) {
  const ask = async () => (await fetch(`${house}/preview/about`)).json();
  return ask().catch(ask);
}

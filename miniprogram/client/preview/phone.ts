/** One phone with the mini-program: `wx`, pages, built-in elements, then the mini-program's own code, as it is. */
import { HOUSE, SOCKET } from "../house/address";
import { build, giveAbilities } from "./elements";
import { Pages } from "./pages";
import { screenOn } from "./screen";
import { tell } from "./stage";
import { agree } from "./wx/person";
import { makeWx } from "./wx/wx";
import type { Phone } from "./wx/wx";

interface TheApp {
  onLaunch?(options: object): void;
  onShow?(options: object): void;
  onHide?(): void;
  onThemeChange?(told: { theme: string }): void;
}

const asked = new URLSearchParams(location.search);
const who = asked.get("who") ?? "1";
const name = asked.get("name") ?? "";
const room = document.createElement("div");
const bar = document.createElement("header");
let app: TheApp | undefined;
let pages: Pages;

/** Makes the globals that the mini-program's code expects. The parts define themselves next, and `begin` shows the first. */
export function prepare(): void {
  build();
  const root = document.getElementById("app")!;
  bar.className = "phone-bar";
  room.className = "phone-pages";
  root.append(bar, room);
  pages = new Pages(room, drawBar);
  const phone: Phone = {
    who, appid: asked.get("appid") ?? "", language: asked.get("language") ?? navigator.language, theme: night() ? "dark" : "light",
    text: Number(asked.get("text")) || 1,
    storage: localStorage, screen: screenOn(root, (text) => pages.title(text)), navigation: pages,
    domains: { [SOCKET]: `${location.origin.replace(/^http/, "ws")}/ws`, [HOUSE]: location.origin },
    fetch: (...given) => fetch(...given), WebSocket, loginCode: () => code("login_code"), phoneCode: () => code("phone_code"), flight: false,
  };
  giveAbilities(name, {
    agreePrivacyAuthorization: (button) => {
      agree(phone);
      tell(button, "agreeprivacyauthorization", {});
    },
    getPhoneNumber: (button) => {
      phone.phoneCode().then((told) => tell(button, "getphonenumber", { code: told, errMsg: "getPhoneNumber:ok" }), () => undefined);
    },
    chooseAvatar: (button) => chooseAvatar(button),
    share: () => share(),
  });
  Object.assign(globalThis, {
    wx: makeWx(phone),
    App: (made: TheApp) => { app = made; },
    getApp: () => app,
    getCurrentPages: () => pages.all(),
  });
  document.documentElement.classList.toggle("night", night());
  listen();
}

/** The mini-program's code is loaded: the app comes to the foreground, on its first page or on the one that was asked for. */
export function begin(first: string): void {
  const options = { path: first, query: {}, scene: 1001 };
  app?.onLaunch?.(options);
  app?.onShow?.(options);
  pages.restart(`${first}${asked.get("open") ? `?${asked.get("open")}` : ""}`);
  parent.postMessage({ ready: who }, location.origin);
}

function night(): boolean {
  return asked.get("theme") === "dark" || (asked.get("theme") === null && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** The frame around several phones, and the tests, may take this one to the background, off the network, into the night. */
function listen(): void {
  const orders: Record<string, (on: boolean) => void> = {
    background: (on) => {
      if (on) app?.onHide?.();
      else app?.onShow?.({});
      pages.background(on);
    },
    flight: (on) => (globalThis as unknown as { wx: { fly(on: boolean): void } }).wx.fly(on),
    night: (on) => {
      document.documentElement.classList.toggle("night", on);
      app?.onThemeChange?.({ theme: on ? "dark" : "light" });
    },
  };
  addEventListener("message", ({ origin, data }: MessageEvent<Record<string, boolean>>) => {
    if (origin !== location.origin) return;
    for (const [order, on] of Object.entries(data ?? {})) orders[order]?.(on);
  });
  Object.assign(globalThis, { phoneOrder: (order: string, on: boolean) => orders[order]?.(on) });
}

/** The sandbox plays WeChat: it knows this phone's person by an openid, which the phone keeps. */
async function code(kind: "login_code" | "phone_code"): Promise<string> {
  const key = `${who}.#openid`;
  const response = await fetch(`/preview/${kind}`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ appid: asked.get("appid") ?? "", openid: localStorage.getItem(key) ?? "", nickname: name }),
  });
  if (!response.ok) throw new Error("the sandbox does not answer");
  const told = (await response.json()) as { code: string; openid: string };
  localStorage.setItem(key, told.openid);
  return told.code;
}

function drawBar(title: string, deep: boolean): void {
  const back = document.createElement("button");
  back.className = "phone-back";
  back.textContent = "‹";
  back.setAttribute("aria-label", "返回 Back");
  back.onclick = () => pages.back(1);
  const text = document.createElement("span");
  text.className = "phone-bar-title";
  text.textContent = title;
  const capsule = document.createElement("span");
  capsule.className = "phone-capsule";
  const more = document.createElement("button");
  more.textContent = "•••";
  more.setAttribute("aria-label", "分享 Share");
  more.onclick = share;
  const ring = document.createElement("span");
  ring.textContent = "◎";
  capsule.append(more, ring);
  bar.replaceChildren(...(deep ? [back] : []), text, capsule);
}

/** A shared card is a path; whoever opens it arrives there. */
function share(): void {
  const card = pages.share();
  if (!card) return;
  parent.postMessage({ shared: card, from: who }, location.origin);
  const query = card.path?.split("?")[1] ?? "";
  void navigator.clipboard?.writeText(`${location.origin}/preview/?open=${encodeURIComponent(query)}`).catch(() => undefined);
  (globalThis as unknown as { wx: { showToast(options: object): void } }).wx.showToast({ title: card.title ?? "", icon: "none" });
}

function chooseAvatar(button: HTMLElement): void {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", accept: "image/*" });
  input.onchange = () => input.files?.[0] && tell(button, "chooseavatar", { avatarUrl: URL.createObjectURL(input.files[0]) });
  input.click();
}

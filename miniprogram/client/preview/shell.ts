/** Several phones side by side, each with its own person; on a narrow screen one at a time, as tabs. */

interface Someone {
  who: string;
  name: string;
}

const NAMES = {
  zh: ["小满", "谷雨", "白露", "立秋", "霜降", "惊蛰", "清明", "芒种"],
  en: ["Barley", "Rain", "Dew", "Autumn", "Frost", "Thunder", "Clear", "Grain"],
};
const MOST = 8;

const language = (localStorage.getItem("shell.language") ?? (navigator.language.startsWith("zh") ? "zh" : "en")) as "zh" | "en";
const people = JSON.parse(localStorage.getItem("shell.people") ?? "[]") as Someone[];
const [phones, tabs] = [document.getElementById("phones")!, document.getElementById("tabs")!];
const words = {
  zh: { flight: "断网", background: "切到后台", night: "夜间", close: "离开", other: "English", down: "茶馆还没有小程序账号。先运行 teahouse init --demo。" },
  en: { flight: "Offline", background: "Background", night: "Night", close: "Leave", other: "中文", down: "The house has no mini-program yet. Run teahouse init --demo first." },
}[language];

async function open(): Promise<void> {
  for (const each of document.querySelectorAll<HTMLElement>("[data-zh]")) each.textContent = each.dataset[language]!;
  document.getElementById("language")!.textContent = words.other;
  document.getElementById("language")!.onclick = () => {
    localStorage.setItem("shell.language", language === "zh" ? "en" : "zh");
    location.reload();
  };
  const { appid } = (await (await fetch("/preview/about")).json()) as { appid: string };
  if (!appid) {
    phones.append(Object.assign(document.createElement("p"), { className: "trouble", textContent: words.down }));
    return;
  }
  document.getElementById("add")!.onclick = () => add(appid);
  if (people.length) for (const each of people) show(each, appid);
  else for (let count = 0; count < 2; count += 1) add(appid);
}

function add(appid: string): void {
  if (people.length >= MOST) return;
  const taken = new Set(people.map((each) => each.name));
  const name = NAMES[language].find((each) => !taken.has(each)) ?? `${people.length + 1}`;
  const someone = { who: `${Date.now().toString(36)}${people.length}`, name };
  people.push(someone);
  keep();
  show(someone, appid);
}

function show(someone: Someone, appid: string): void {
  const figure = document.createElement("figure");
  const frame = document.createElement("iframe");
  const asked = new URLSearchParams({ who: someone.who, name: someone.name, appid, language: language === "zh" ? "zh_CN" : "en" });
  const shared = new URLSearchParams(location.search).get("open");
  if (shared) asked.set("open", shared);
  frame.src = `phone.html?${asked}`;
  frame.title = someone.name;
  frame.allow = "microphone; clipboard-write";
  const caption = document.createElement("figcaption");
  const name = Object.assign(document.createElement("b"), { textContent: someone.name });
  caption.append(name, toggle(frame, "flight"), toggle(frame, "background"), toggle(frame, "night"), close(someone, figure));
  figure.append(caption, frame);
  phones.append(figure);
  const tab = Object.assign(document.createElement("button"), { type: "button", textContent: someone.name });
  tab.setAttribute("role", "tab");
  tab.onclick = () => choose(figure, tab);
  tabs.append(tab);
  if (phones.children.length === 1) choose(figure, tab);
}

function toggle(frame: HTMLIFrameElement, order: "flight" | "background" | "night"): HTMLElement {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: words[order] });
  button.setAttribute("aria-pressed", "false");
  button.onclick = () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    frame.contentWindow?.postMessage({ [order]: on }, location.origin);
  };
  return button;
}

function close(someone: Someone, figure: HTMLElement): HTMLElement {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: words.close });
  button.onclick = () => {
    tabs.children[[...phones.children].indexOf(figure)]?.remove();
    figure.remove();
    people.splice(people.indexOf(someone), 1);
    keep();
    for (const key of Object.keys(localStorage)) if (key.startsWith(`${someone.who}.`)) localStorage.removeItem(key);
  };
  return button;
}

function choose(figure: HTMLElement, tab: HTMLElement): void {
  for (const each of phones.children) each.classList.toggle("chosen", each === figure);
  for (const each of tabs.children) each.setAttribute("aria-selected", String(each === tab));
}

function keep(): void {
  localStorage.setItem("shell.people", JSON.stringify(people));
}

void open();

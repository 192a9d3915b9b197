/** The stack of pages of one phone, and the bar above them. */
import type { Root } from "glass-easel-miniprogram-adapter";
import { configOf, create, lifetime } from "./stage";
import type { Navigation } from "./wx/navigation";

interface Shown {
  path: string;
  root: Root;
  frame: HTMLElement;
  title: string;
  query: Record<string, string>;
}

/** WeChat opens ten pages on top of each other and refuses the next. */
const DEEPEST = 10;

export class Pages implements Navigation {
  private readonly stack: Shown[] = [];

  constructor(private readonly room: HTMLElement, private readonly changed: (title: string, deep: boolean) => void) {}

  open(url: string): void {
    if (this.stack.length >= DEEPEST) throw new Error("webview count limit exceed");
    this.hide(this.top);
    this.push(url, true);
  }

  replace(url: string): void {
    this.pop();
    this.push(url, false);
  }

  restart(url: string): void {
    while (this.top) this.pop();
    this.push(url, false);
  }

  back(delta: number): void {
    for (let count = 0; count < delta && this.stack.length > 1; count += 1) this.pop();
    this.show(this.top!);
  }

  title(text: string): void {
    if (!this.top) return;
    this.top.title = text;
    this.changed(text, this.stack.length > 1);
  }

  /** The app went to the background or came back: the page on top hears of it. */
  background(on: boolean): void {
    if (!this.top) return;
    if (on) call(this.top, "onHide");
    else call(this.top, "onShow");
  }

  share(): { title?: string; path?: string } | undefined {
    return this.top && (call(this.top, "onShareAppMessage", {}) as { title?: string; path?: string } | undefined);
  }

  all(): { route: string; options: Record<string, string> }[] {
    return this.stack.map(({ path, query, root }) => Object.assign(root.get() as object, { route: path, options: query }));
  }

  private get top(): Shown | undefined {
    return this.stack[this.stack.length - 1];
  }

  private push(url: string, slide: boolean): void {
    const [path, text = ""] = url.replace(/^\//, "").split("?") as [string, string?];
    const query = Object.fromEntries([...new URLSearchParams(text)].map(([name, value]) => [name, encodeURIComponent(value)]));
    const frame = document.createElement("div");
    frame.className = slide ? "phone-page pushed" : "phone-page";
    frame.dataset.path = path;
    this.room.append(frame);
    const root = create(path, "", frame);
    const shown: Shown = { path, root, frame, title: configOf(path).navigationBarTitleText ?? "", query };
    this.stack.push(shown);
    this.changed(shown.title, this.stack.length > 1);
    call(shown, "onLoad", decoded(query));
    this.show(shown);
  }

  private pop(): void {
    const gone = this.stack.pop();
    if (!gone) return;
    call(gone, "onUnload");
    gone.root.release();
    gone.frame.remove();
  }

  private show(shown: Shown): void {
    shown.frame.hidden = false;
    this.changed(shown.title, this.stack.length > 1);
    lifetime(shown.root, "show");
    call(shown, "onShow");
  }

  private hide(shown: Shown | undefined): void {
    if (!shown) return;
    shown.frame.hidden = true;
    lifetime(shown.root, "hide");
    call(shown, "onHide");
  }
}

/** WeChat gives a page its query as it stands in the address, except that it decodes Chinese; ours is plain. */
function decoded(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, decodeURIComponent(value)]));
}

function call(shown: Shown, name: string, ...given: unknown[]): unknown {
  const page = shown.root.get() as unknown as Record<string, ((...given: unknown[]) => unknown) | undefined>;
  return page[name]?.(...given);
}

/** WeChat's built-in elements, as far as the pages use them, as the browser's custom elements. */
import { HOUSE } from "../house/address";
import { holdTaps, tell } from "./stage";

const LONG_PRESS_MS = 350;
const NEAR_PX = 50;

/** WeChat takes rpx in styles of elements as well. */
class Plain extends HTMLElement {
  override setAttribute(name: string, value: string): void {
    super.setAttribute(name, name === "style" ? value.replace(/(-?\d*\.?\d+)rpx/g, (_, number) => `${Number(number) / 7.5}vw`) : value);
  }
}

/** An element that draws itself anew when one of its attributes changes. */
abstract class Built extends Plain {
  static observed: string[] = [];
  static get observedAttributes(): string[] {
    return this.observed;
  }

  attributeChangedCallback(name: string, _: string | null, value: string | null): void {
    this.changed(name, value);
  }

  protected abstract changed(name: string, value: string | null): void;

  protected on(name: string): boolean {
    const value = this.getAttribute(name);
    return value !== null && value !== "false";
  }
}

class Image extends Built {
  static override observed = ["src", "mode"];
  private readonly picture = document.createElement("img");

  connectedCallback(): void {
    if (this.picture.parentNode) return;
    this.picture.alt = "";
    this.picture.draggable = false;
    this.append(this.picture);
    this.picture.onload = () => tell(this, "load", { width: this.picture.naturalWidth, height: this.picture.naturalHeight });
    this.picture.onerror = () => tell(this, "error", { errMsg: "load:fail" });
  }

  protected override changed(name: string, value: string | null): void {
    if (name === "src" && value) this.picture.src = fileAddress(value);
    if (name === "src" && !value) this.picture.removeAttribute("src");
  }
}

/** Where a path of the package, a file that a stand-in made, or the house's own address really is. */
export function fileAddress(path: string): string {
  if (path.startsWith(HOUSE)) return path.slice(HOUSE.length);
  return path.startsWith("/") ? `/preview${path}` : path;
}

abstract class Field extends Built {
  static override observed = ["value", "placeholder", "maxlength", "disabled", "focus", "cursor", "password", "type", "confirm-type"];
  protected abstract readonly control: HTMLInputElement | HTMLTextAreaElement;

  connectedCallback(): void {
    if (this.control.parentNode) return;
    this.append(this.control);
    const value = () => ({ value: this.control.value, cursor: this.control.selectionStart ?? 0 });
    const hear = (type: string, act: (event: Event) => void) => this.control.addEventListener(type, (event) => {
      event.stopPropagation();
      act(event);
    });
    hear("input", () => {
      this.grow();
      tell(this, "input", value());
    });
    hear("focus", () => {
      this.suggest();
      tell(this, "focus", { ...value(), height: 0 });
    });
    hear("blur", () => tell(this, "blur", value()));
    hear("change", () => undefined);
    hear("keydown", (event) => {
      const { key, shiftKey, isComposing } = event as KeyboardEvent;
      if (key !== "Enter" || shiftKey || isComposing) return;
      if (this instanceof Area && this.getAttribute("confirm-type") !== "send") return;
      event.preventDefault();
      tell(this, "confirm", value());
    });
    for (const name of Field.observed) this.changed(name, this.getAttribute(name));
  }

  protected override changed(name: string, value: string | null): void {
    if (name === "value" && this.control.value !== (value ?? "")) {
      this.control.value = value ?? "";
      this.grow();
    }
    if (name === "placeholder") this.control.placeholder = value ?? "";
    if (name === "maxlength") this.control.maxLength = value === null ? 140 : Number(value);
    if (name === "disabled") this.control.disabled = this.on("disabled");
    if (name === "focus" && this.on("focus") && this.isConnected) this.control.focus();
    if (name === "cursor" && Number(value ?? -1) >= 0) this.control.setSelectionRange(Number(value), Number(value));
    if (this.control instanceof HTMLInputElement && (name === "password" || name === "type")) {
      this.control.type = this.on("password") ? "password" : "text";
      this.control.inputMode = this.getAttribute("type") === "number" ? "numeric" : "text";
    }
  }

  protected grow(): void {}
  protected suggest(): void {}
}

class Input extends Field {
  /** What WeChat offers above the keyboard of a field for a nickname. */
  static nickname = "";
  protected readonly control = document.createElement("input");

  protected override suggest(): void {
    if (this.getAttribute("type") !== "nickname" || this.control.value || !Input.nickname) return;
    this.control.value = Input.nickname;
    tell(this, "input", { value: Input.nickname, cursor: Input.nickname.length });
  }
}

class Area extends Field {
  protected readonly control = document.createElement("textarea");

  override connectedCallback(): void {
    this.control.rows = 1;
    super.connectedCallback();
    requestAnimationFrame(() => this.grow());
  }

  protected override grow(): void {
    if (!this.on("auto-height")) return;
    const before = this.control.style.height;
    this.control.style.height = "auto";
    const { scrollHeight } = this.control;
    this.control.style.height = `${scrollHeight}px`;
    if (before && before !== this.control.style.height) tell(this, "linechange", { height: scrollHeight, lineCount: 0 });
  }
}

class ScrollView extends Built {
  static override observed = ["scroll-top", "scroll-into-view"];

  connectedCallback(): void {
    this.tabIndex = -1;
    this.addEventListener("scroll", () => this.scrolled(), { passive: true });
    requestAnimationFrame(() => this.into(this.getAttribute("scroll-into-view")));
  }

  protected override changed(name: string, value: string | null): void {
    if (name === "scroll-top" && value) this.scrollTop = Number(value);
    if (name === "scroll-into-view") requestAnimationFrame(() => this.into(value));
  }

  private into(id: string | null): void {
    if (!id) return;
    // The engine gives ids a prefix of the component they stand in.
    const found = this.querySelector(`[id$="${CSS.escape(id)}"]`);
    if (!found) return;
    if (id === "end") this.scrollTop = this.scrollHeight;
    else this.scrollTop += found.getBoundingClientRect().top - this.getBoundingClientRect().top;
  }

  private scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this;
    tell(this, "scroll", { scrollTop, scrollHeight, scrollLeft: this.scrollLeft });
    if (scrollTop < NEAR_PX) tell(this, "scrolltoupper", {});
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) tell(this, "scrolltolower", {});
  }
}

class Switch extends Built {
  static override observed = ["checked", "disabled"];

  connectedCallback(): void {
    this.setAttribute("role", "switch");
    this.tabIndex = 0;
    this.addEventListener("click", () => {
      if (this.on("disabled")) return;
      const value = !this.on("checked");
      this.toggleAttribute("checked", value);
      tell(this, "change", { value });
    });
    this.changed();
  }

  protected override changed(): void {
    this.setAttribute("aria-checked", String(this.on("checked")));
  }
}

/** A button, with the abilities that WeChat gives it by `open-type`. */
class Button extends Built {
  static override observed = ["disabled"];
  static abilities: Record<string, (button: HTMLElement) => void> = {};

  protected override changed(name: string, value: string | null): void {
    if (name === "disabled") this.setAttribute("aria-disabled", String(value !== null && value !== "false"));
  }

  connectedCallback(): void {
    this.setAttribute("role", "button");
    this.tabIndex = 0;
    this.addEventListener("click", () => {
      if (!this.on("disabled")) Button.abilities[this.getAttribute("open-type") ?? ""]?.(this);
    });
  }
}

class Video extends Built {
  static override observed = ["src", "poster"];
  private readonly film = document.createElement("video");

  connectedCallback(): void {
    this.film.controls = true;
    this.film.preload = "metadata";
    this.append(this.film);
  }

  protected override changed(name: string, value: string | null): void {
    if (name === "src") this.film.src = fileAddress(value ?? "");
    if (name === "poster") this.film.poster = fileAddress(value ?? "");
  }
}

class Words extends Plain {}

/** What a page says of itself: its style is that of everything in it. All pages of one phone say the same. */
class PageMeta extends Built {
  static override observed = ["page-style"];

  protected override changed(_: string, value: string | null): void {
    document.body.style.cssText = value ?? "";
  }
}

/** The nickname that WeChat knows, and what `open-type` does, given by the `wx` of this phone. */
export function giveAbilities(nickname: string, abilities: Record<string, (button: HTMLElement) => void>): void {
  Input.nickname = nickname;
  Button.abilities = abilities;
}

export function build(): void {
  if (customElements.get("wx-view")) return;
  customElements.define("wx-view", Plain);
  customElements.define("wx-text", Words);
  customElements.define("wx-image", Image);
  customElements.define("wx-input", Input);
  customElements.define("wx-textarea", Area);
  customElements.define("wx-scroll-view", ScrollView);
  customElements.define("wx-switch", Switch);
  customElements.define("wx-button", Button);
  customElements.define("wx-video", Video);
  customElements.define("wx-page-meta", PageMeta);
  longPresses();
  fingers();
}

/** A finger or a mouse that stays where it came down. What is let go afterwards is no tap. */
function longPresses(): void {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  let pressed = false;
  const hold = (on: boolean) => {
    pressed = on;
    holdTaps(on);
  };
  const press = (target: Element, at: MouseEvent) => {
    stop();
    const element = ours(target);
    if (!element || target.closest("wx-input, wx-textarea")) return;
    hold(true);
    tell(element, "longpress", { x: at.clientX, y: at.clientY }, true);
  };
  document.addEventListener("pointerdown", (event) => {
    stop();
    hold(false);
    if (event.button !== 0) return;
    const target = event.target as Element;
    timer = window.setTimeout(() => press(target, event), LONG_PRESS_MS);
  });
  document.addEventListener("contextmenu", (event) => {
    if ((event.target as Element).closest("wx-input, wx-textarea")) return;
    event.preventDefault();
    if (!pressed) press(event.target as Element, event);
  });
  for (const type of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(type, stop, true);
  document.addEventListener("click", (event) => {
    if (pressed) event.stopPropagation();
  }, true);
  document.addEventListener("pointermove", (event) => {
    if (Math.abs(event.movementX) + Math.abs(event.movementY) > 4) stop();
  });
}

/** A mouse that is held down is a finger, to pages that hear fingers only: they are told where it came down. */
function fingers(): void {
  let touched: Element | undefined;
  const touch = (type: string, { clientX, clientY }: PointerEvent) => {
    const finger = [{ identifier: 0, clientX, clientY }];
    if (touched) tell(touched, type, { touches: type === "touchend" ? [] : finger, changedTouches: finger }, true);
  };
  const isMouse = (event: PointerEvent) => event.pointerType === "mouse" && event.button <= 0;
  document.addEventListener("pointerdown", (event) => {
    touched = isMouse(event) ? ours(event.target as Element) : undefined;
    touch("touchstart", event);
  });
  document.addEventListener("pointermove", (event) => touch("touchmove", event));
  for (const type of ["pointerup", "pointercancel"] as const) document.addEventListener(type, (event) => {
    touch(type === "pointerup" ? "touchend" : "touchcancel", event);
    touched = undefined;
  });
}

/** The element of the engine's that a touch meets. */
function ours(target: Element): Element | undefined {
  let element: Element | null = target;
  while (element && !("__wxElement" in element)) element = element.parentElement;
  return element ?? undefined;
}

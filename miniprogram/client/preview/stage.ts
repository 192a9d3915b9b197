/** Where pages and components are put together: WeChat's own component engine, on this document. */
import { glassEasel, MiniProgramEnv } from "glass-easel-miniprogram-adapter";
import type { CodeSpace, Root } from "glass-easel-miniprogram-adapter";

export interface Part {
  path: string;
  scope: string;
  config: { usingComponents?: Record<string, string>; navigationBarTitleText?: string };
  style: string;
  page: boolean;
}

type Templates = Record<string, never>;

const BUILT_IN = ["view", "text", "image", "button", "input", "textarea", "scroll-view", "switch", "video", "page-meta"];
/** Errors are seen, and `scroll-into-view` finds its element by id; read when the first space is made. */
Object.assign(glassEasel.globalOptions, { throwGlobalError: true, writeIdToDOM: true });

const env = new MiniProgramEnv();
const space: CodeSpace = env.createCodeSpace("", true);
const configs = new Map<string, Part["config"]>();
let backend: ReturnType<MiniProgramEnv["associateBackend"]> | undefined;

for (const tag of BUILT_IN) space.getComponentSpace().setGlobalUsingComponent(tag, `wx-${tag}`);

/** From here on, `Component` and `Behavior` make the part that is named, until the next one. */
export function define(part: Part, templates: Templates): void {
  const { path, scope, config, style } = part;
  configs.set(path, config);
  space.addStyleSheet(path, undefined, scope);
  if (style && typeof document !== "undefined") addStyle(path, style);
  space.addCompiledTemplate(path, { groupList: templates, content: templates[path]! });
  space.addComponentStaticConfig(path, { ...config, component: true, styleIsolation: "apply-shared" } as never);
  space.componentEnv(path, ({ Component, Behavior, Page }) => Object.assign(globalThis, { Component, Behavior, Page }));
}

export function configOf(path: string): Part["config"] {
  return configs.get(path) ?? {};
}

/** A page, or a component alone, made and attached at the end of `parent`. */
export function create(path: string, query: string, parent: HTMLElement): Root {
  backend ??= connected();
  const root = backend.createRoot("wx-page", space, query ? `${path}?${query}` : path);
  const placeholder = document.createElement("div");
  parent.appendChild(placeholder);
  root.attach(parent as never, placeholder as never);
  return root;
}

/** The document, whose touches become events of the pages. */
function connected(): ReturnType<MiniProgramEnv["associateBackend"]> {
  const context = new glassEasel.CurrentWindowBackendContext();
  context.onEvent((target, type, detail, options) => {
    if (type === "tap" && held) return undefined;
    const event = withFingers(new glassEasel.Event(type, detail, options));
    event.dispatch(target);
    return event.getEventBubbleStatus();
  });
  return env.associateBackend(context);
}

let held = false;

/** What a long press brought about is no tap when the finger is lifted. */
export function holdTaps(on: boolean): void {
  held = on;
}

/** Where WeChat's code looks for them: on the event itself. */
function withFingers<E extends { detail: unknown }>(event: E): E {
  const { touches, changedTouches } = (event.detail ?? {}) as Partial<TouchEvent>;
  return touches ? Object.assign(event, { touches, changedTouches }) : event;
}

/** Tells a page that it is seen, or not any more. */
export function lifetime(root: Root, name: "show" | "hide"): void {
  root.getComponent().triggerPageLifetime(name, []);
}

/** What a built-in element tells the page's code: an event of WeChat's. */
export function tell(element: Element, type: string, detail: unknown, bubbles = false): void {
  const target = (element as unknown as { __wxElement?: never }).__wxElement;
  if (!target) return;
  const event = withFingers(new glassEasel.Event(type, detail, { bubbles, composed: bubbles }));
  glassEasel.Event.dispatchEvent(target, event);
}

function addStyle(path: string, style: string): void {
  if (document.head.querySelector(`style[data-part="${path}"]`)) return;
  const element = document.createElement("style");
  element.dataset.part = path;
  element.textContent = style;
  document.head.append(element);
}

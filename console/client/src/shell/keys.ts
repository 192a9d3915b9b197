/** Keys: one letter, or `g` and a letter. Nothing fires while somebody writes. */

import { onMounted, onUnmounted, shallowReactive } from "vue";

export interface Key {
  /** "j", "?", "g o" */
  keys: string;
  says: () => string;
  act: () => void;
}

export const active = shallowReactive(new Set<Key>());
const PAUSE_MS = 1200;
let first = "";
let pressedAt = 0;

/** These keys work while the component that asked is there. */
export function useKeys(...keys: Key[]): void {
  onMounted(() => keys.forEach((key) => active.add(key)));
  onUnmounted(() => keys.forEach((key) => active.delete(key)));
}

export function listen(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target) || dialogOpen()) return;
    const found = match(event.key, Date.now());
    if (found === null) return;
    event.preventDefault();
    found.act();
  });
}

/** The key that is meant, newest first; remembers the first letter of two. */
export function match(pressed: string, now: number): Key | null {
  const two = now - pressedAt < PAUSE_MS && first ? `${first} ${pressed}` : "";
  const found = newest((key) => key.keys === two) ?? newest((key) => key.keys === pressed);
  first = found ? "" : pressed;
  pressedAt = now;
  return found;
}

function newest(fits: (key: Key) => boolean): Key | null {
  return [...active].reverse().find(fits) ?? null;
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])"));
}

function dialogOpen(): boolean {
  return document.querySelector(".el-overlay:not([style*='display: none']) [aria-modal='true']") !== null;
}

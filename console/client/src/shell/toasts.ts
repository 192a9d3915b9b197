/** Short notes on what was done, with a way back where there is one. */

import { shallowReactive } from "vue";
import { asError } from "@/api/loading";
import { w } from "@/words";

export interface Toast {
  number: number;
  kind: "done" | "failed";
  text: string;
  undo: (() => Promise<unknown>) | null;
}

const SHOWN_MS = 5_000;
const SHOWN_WITH_UNDO_MS = 12_000;
const MOST = 4;
let count = 0;
export const toasts = shallowReactive<Toast[]>([]);

export function tell(text: string, undo: Toast["undo"] = null, kind: Toast["kind"] = "done"): void {
  const toast = { number: ++count, kind, text, undo };
  toasts.push(toast);
  if (toasts.length > MOST) toasts.shift();
  setTimeout(() => drop(toast), undo || kind === "failed" ? SHOWN_WITH_UNDO_MS : SHOWN_MS);
}

export function drop(toast: Toast): void {
  const place = toasts.indexOf(toast);
  if (place >= 0) toasts.splice(place, 1);
}

/** Does it and says so, or says why not; true when it was done. `undo` is offered with the note. */
export async function act(doing: () => Promise<unknown>, done: string, undo: Toast["undo"] = null): Promise<boolean> {
  try {
    await doing();
  } catch (wrong) {
    tell(why(wrong), null, "failed");
    return false;
  }
  if (done) tell(done, undo);
  return true;
}

/** An error in the reader's language where the code is known, else in the house's words. */
export function why(wrong: unknown): string {
  const error = asError(wrong);
  const known = (w.value.refusals as Record<string, string>)[error.code];
  const text = error.code === "bad_frame" || !known ? error.message : known;
  return error.retryAfterSeconds ? `${text} ${w.value.states.retryIn(Math.ceil(error.retryAfterSeconds))}` : text;
}

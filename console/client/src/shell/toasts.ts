/** Short notes on what was done, with a way back where there is one. */

import { shallowReactive } from "vue";
import { asError } from "@/api/loading";
import { w } from "@/words";

export interface Toast {
  number: number;
  kind: "done" | "failed";
  text: string;
  undo: (() => unknown) | null;
  /** What is done when the note goes without having been taken back. */
  over: (() => Promise<void>) | null;
}

const SHOWN_MS = 5_000;
const SHOWN_WITH_UNDO_MS = 12_000;
const SOON_MS = 6_000;
const MOST = 4;
let count = 0;
export const toasts = shallowReactive<Toast[]>([]);

export function tell(text: string, undo: Toast["undo"] = null, kind: Toast["kind"] = "done"): void {
  show({ number: ++count, kind, text, undo, over: null }, undo || kind === "failed" ? SHOWN_WITH_UNDO_MS : SHOWN_MS);
}

/** For what has no way back once it is done: it is done when its note goes, by its time, closed, pushed out by others, or because nobody looks any more. Taken back before, it never happens. */
export function soon(text: string, doing: () => Promise<void>, instead: () => unknown): Toast {
  return show({ number: ++count, kind: "done", text, undo: instead, over: doing }, SOON_MS);
}

export function drop(toast: Toast): Promise<void> {
  const place = toasts.indexOf(toast);
  if (place < 0) return Promise.resolve();
  toasts.splice(place, 1);
  return toast.over?.() ?? Promise.resolve();
}

/** Takes back the last of them whose note is still there; the others are done, or taken back already. */
export function takeLastBack(those: readonly Toast[]): void {
  const last = those.findLast((toast) => toasts.includes(toast));
  if (last) takeBack(last);
}

export function takeBack(toast: Toast): void {
  if (!toasts.includes(toast)) return;
  const { undo } = toast;
  toast.over = null;
  void drop(toast);
  if (undo) void act(async () => undo(), w.value.states.undone);
}

/** Does all that was to be done soon. */
export async function settle(those: readonly Toast[] = toasts): Promise<void> {
  await Promise.all(those.filter(({ over }) => over).map(drop));
}

function show(toast: Toast, ms: number): Toast {
  toasts.push(toast);
  if (toasts.length > MOST && toasts[0]) void drop(toasts[0]);
  setTimeout(() => void drop(toast), ms);
  return toast;
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

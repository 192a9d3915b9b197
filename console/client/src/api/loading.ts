/** Something asked of the house: there, on its way, or failed. A later question's answer is never overtaken by an earlier one's. */

import { onUnmounted, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from "vue";
import { ApiError } from "./http";

export interface Loaded<T> {
  data: ShallowRef<T | null>;
  error: ShallowRef<ApiError | null>;
  busy: Ref<boolean>;
  reload: () => Promise<void>;
}

/** Asks at once, and again whenever `on` changes; with `everySeconds` also by itself while the page is seen. */
export function load<T>(question: (signal: AbortSignal) => Promise<T>, on: WatchSource[] = [], everySeconds = 0): Loaded<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<ApiError | null>(null);
  const busy = ref(false);
  let current = new AbortController();

  async function reload(): Promise<void> {
    current.abort();
    const mine = (current = new AbortController());
    busy.value = true;
    try {
      const answer = await question(mine.signal);
      if (mine.signal.aborted) return;
      data.value = answer;
      error.value = null;
    } catch (wrong) {
      if (!mine.signal.aborted) error.value = asError(wrong);
    } finally {
      if (current === mine) busy.value = false;
    }
  }

  if (on.length) watch(on, () => void reload());
  void reload();
  const timer = everySeconds ? setInterval(() => document.visibilityState === "visible" && !busy.value && void reload(), everySeconds * 1000) : 0;
  onUnmounted(() => {
    clearInterval(timer);
    current.abort();
  });
  return { data, error, busy, reload };
}

export function asError(wrong: unknown): ApiError {
  return wrong instanceof ApiError ? wrong : new ApiError(0, "unavailable", wrong instanceof Error ? wrong.message : String(wrong));
}

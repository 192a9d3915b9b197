/** A long list that comes page by page: the first at once, the next when asked for. */

import { onUnmounted, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from "vue";
import { asError } from "./loading";
import type { ApiError } from "./http";

interface Page<T> {
  rows: T[];
  cursor: string | null;
}

export interface Paged<T> {
  data: ShallowRef<T[] | null>;
  error: ShallowRef<ApiError | null>;
  busy: Ref<boolean>;
  more: Ref<boolean>;
  next: () => Promise<void>;
  reload: () => Promise<void>;
}

/** Begins again whenever `on` changes, a moment after the last change: somebody may be typing. */
export function pages<T>(ask: (cursor: string, signal: AbortSignal) => Promise<Page<T>>, on: WatchSource[] = []): Paged<T> {
  const data = shallowRef<T[] | null>(null);
  const error = shallowRef<ApiError | null>(null);
  const busy = ref(false);
  const more = ref(false);
  let cursor = "";
  let current = new AbortController();
  let soon: ReturnType<typeof setTimeout> | undefined;

  async function fetchFrom(from: string): Promise<void> {
    current.abort();
    const mine = (current = new AbortController());
    busy.value = true;
    try {
      const page = await ask(from, mine.signal);
      if (mine.signal.aborted) return;
      data.value = from === "" ? page.rows : [...(data.value ?? []), ...page.rows];
      cursor = page.cursor ?? "";
      more.value = page.cursor !== null;
      error.value = null;
    } catch (wrong) {
      if (!mine.signal.aborted) error.value = asError(wrong);
    } finally {
      if (current === mine) busy.value = false;
    }
  }

  const reload = (): Promise<void> => fetchFrom("");
  const next = (): Promise<void> => (more.value && !busy.value ? fetchFrom(cursor) : Promise.resolve());
  if (on.length) watch(on, () => {
    clearTimeout(soon);
    soon = setTimeout(() => void reload(), 250);
  });
  void reload();
  onUnmounted(() => {
    clearTimeout(soon);
    current.abort();
  });
  return { data, error, busy, more, next, reload };
}

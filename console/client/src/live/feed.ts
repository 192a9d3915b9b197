/** The house's events as they happen (server-sent events). The browser comes back by itself after a fault, and says where it was. */

import { onUnmounted, ref, type Ref } from "vue";

type Hear = (told: Record<string, unknown>) => void;

const RETRY_MS = 3_000;

/** Listens until the page is left; what it returns says whether the house is heard now. `hears` is by the event's name.
 * `back` is called whenever it hears again, the first time too. */
export function listen(url: string, hears: Record<string, Hear>, back: () => void = () => undefined): Ref<boolean> {
  const heard = ref(false);
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    source = new EventSource(url);
    source.onopen = () => {
      heard.value = true;
      back();
    };
    source.onerror = () => {
      heard.value = false;
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    };
    for (const [name, hear] of Object.entries(hears)) {
      source.addEventListener(name, (event: MessageEvent<string>) => hear(JSON.parse(event.data) as Record<string, unknown>));
    }
  }

  open();
  onUnmounted(() => {
    clearTimeout(timer);
    source?.close();
  });
  return heard;
}

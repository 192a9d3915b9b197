/** What is told to the house one after the other, and all at once when the window goes. Without the browser; Toasts.vue says when. */

let go: () => void;
let gone: Promise<void>;

export function stay(): void {
  gone = new Promise((resolve) => (go = resolve));
}
stay();

/** Kept when the window is closed, reloaded or led elsewhere; not when it is only hidden. */
export const going = (): Promise<void> => gone;

export function leave(): void {
  go();
}

/** A line to stand in: each is done when the one before is over, well or badly. When the window goes nobody waits any more; all are begun, in their order. */
export function line(): <T>(doing: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (doing) => {
    const mine = Promise.race([last, going()]).then(doing);
    last = mine.catch(() => undefined);
    return mine;
  };
}

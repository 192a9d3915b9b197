/** What each page does alike: draw again, at most once a frame, when something it shows has changed. */
import type { House, Topic } from "../house/house";

const FRAME_MS = 16;

/** Draws now and on each change that `wants` names, until the answer is called. */
export function watch(house: House, wants: (topic: Topic) => boolean, draw: () => void): () => void {
  let due = 0;
  const off = house.on((topic) => {
    if (!due && wants(topic)) due = setTimeout(() => {
      due = 0;
      draw();
    }, FRAME_MS);
  });
  draw();
  return () => {
    off();
    clearTimeout(due);
  };
}

/** What a handler's event carries. */
export interface Tapped<D = Record<string, string>> {
  currentTarget: { dataset: D };
}

export interface Told<D> {
  detail: D;
}

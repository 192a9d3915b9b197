/** The waiting room: one's place, how long it may take, and the seat that is held for a moment. */
import { duration, fill } from "../../words/words";
import type { Words } from "../../words/words";
import type { Queue } from "../../socket/subscriptions";

const SECOND_MS = 1_000;
/** Less than this in the queue tells nothing about its pace. */
const ENOUGH_MS = 5_000;

Component({
  properties: {
    w: { type: Object, value: {} },
    queue: { type: Object, value: {} },
    offered: { type: Boolean, value: false },
  },
  data: { place: "", length: "", estimate: "", hold: "", share: 0 },
  observers: {
    "queue, offered, w"() {
      this.draw();
    },
  },
  lifetimes: {
    attached() {
      Object.assign(this, { clock: setInterval(() => this.draw(), SECOND_MS) });
    },
    detached() {
      clearInterval((this as unknown as { clock: number }).clock);
    },
  },
  methods: {
    draw() {
      const [words, queue, now] = [this.data.w as Words, this.data.queue as Queue, Date.now()];
      if (!queue.place || !words.queue_place) return;
      const left = Math.max(0, Math.ceil(((queue.until ?? now) - now) / SECOND_MS));
      this.setData({
        place: queue.place > 1 ? fill(words.queue_place, queue.place - 1) : words.queue_next,
        length: fill(words.queue_length, queue.length),
        estimate: guess(words, queue, now),
        hold: fill(words.seat_hint, left),
        share: Math.min(100, Math.round((100 * (queue.from - queue.place + 1)) / (queue.from + 1))),
      });
    },
    take() {
      this.triggerEvent("take");
    },
    leave() {
      this.triggerEvent("leave");
    },
    notify() {
      this.triggerEvent("notify");
    },
  },
});

/** From how fast the place moved so far. */
function guess(words: Words, queue: Queue, now: number): string {
  const [moved, waited] = [queue.from - queue.place, now - queue.since];
  if (moved <= 0 || waited < ENOUGH_MS) return words.queue_unknown;
  return fill(words.queue_estimate, duration(words, (waited / moved) * queue.place));
}

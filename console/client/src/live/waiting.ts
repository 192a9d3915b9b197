/** How many messages wait for a decision: one number for the navigation, the overview and the review page. */

import { onMounted, onUnmounted, ref } from "vue";
import { get } from "@/api/house";

const EVERY_SECONDS = 20;

/** null until the house has answered. */
export const waiting = ref<number | null>(null);

/** Asks the house. Where it cannot be reached the number stays: the pages say what is wrong. */
export async function countWaiting(): Promise<void> {
  try {
    waiting.value = (await get("/review/statistics", { query: { days: 1 } })).waiting;
  } catch {
    return;
  }
}

/** Counts now and again as long as the component that asked is there and the page is seen. */
export function keepCounting(): void {
  const timer = setInterval(() => document.visibilityState === "visible" && void countWaiting(), EVERY_SECONDS * 1000);
  onMounted(() => void countWaiting());
  onUnmounted(() => {
    clearInterval(timer);
    waiting.value = null;
  });
}

/** What the console says, in Chinese and English. `w.rooms.title`: the compiler knows every word; a missing one does not build. */

import { computed, ref, watchEffect } from "vue";
import { en } from "./en";
import { zh } from "./zh";

export type Language = "zh" | "en";
export type Words = typeof zh;

const KEPT = "teahouse.language";
const all: Record<Language, Words> = { zh, en };

export const language = ref<Language>(remembered() ?? (navigator.language.startsWith("zh") ? "zh" : "en"));
export const w = computed(() => all[language.value]);
export const locale = computed(() => (language.value === "zh" ? "zh-CN" : "en-GB"));

watchEffect(() => {
  document.documentElement.lang = locale.value;
});

export function speak(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
}

function remembered(): Language | null {
  const kept = localStorage.getItem(KEPT);
  return kept === "zh" || kept === "en" ? kept : null;
}

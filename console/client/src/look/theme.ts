/** Light, dark, or as the system says; remembered on this device. */

import { ref, watchEffect } from "vue";

export type Theme = "system" | "light" | "dark";

const KEPT = "teahouse.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const systemDark = ref(system.matches);
system.addEventListener("change", (event) => (systemDark.value = event.matches));

export const theme = ref<Theme>(remembered());
export const dark = ref(false);

watchEffect(() => {
  dark.value = theme.value === "dark" || (theme.value === "system" && systemDark.value);
  document.documentElement.classList.toggle("dark", dark.value);
});

export function paint(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(KEPT, chosen);
}

function remembered(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Going from page to page. The pages themselves belong to whoever shows them. */
import { answer } from "./wx";
import type { Callbacks, Phone } from "./wx";

export interface Navigation {
  open(url: string): void;
  replace(url: string): void;
  restart(url: string): void;
  back(delta: number): void;
}

type To = Callbacks<object> & { url: string };

export function navigation(of: Phone) {
  return {
    navigateTo: (to: To) => answer(to, "navigateTo", () => go(() => of.navigation.open(to.url))),
    redirectTo: (to: To) => answer(to, "redirectTo", () => go(() => of.navigation.replace(to.url))),
    reLaunch: (to: To) => answer(to, "reLaunch", () => go(() => of.navigation.restart(to.url))),
    navigateBack: (to: Callbacks<object> & { delta?: number } = {}) =>
      answer(to, "navigateBack", () => go(() => of.navigation.back(to.delta ?? 1))),
    setNavigationBarTitle: (to: Callbacks<object> & { title: string }) =>
      answer(to, "setNavigationBarTitle", () => go(() => of.screen.title(to.title))),
  };
}

function go(act: () => void): object {
  act();
  return {};
}

/**
 * Our `wx`: the part of WeChat's API that the mini-program uses, for the browser and for the tests. It keeps WeChat's
 * habits where they matter: callbacks and promises, storage by phone, addresses that must have been allowed.
 */
import { files } from "./files";
import { navigation } from "./navigation";
import type { Navigation } from "./navigation";
import { network } from "./network";
import { phone } from "./phone";
import { person } from "./person";
import { sound } from "./sound";
import { storage } from "./storage";

/** What shows on the screen beside the pages. */
export interface Screen {
  toast(title: string, icon: string, milliseconds: number): void;
  modal(options: { title: string; content: string; confirm: string; cancel: string; editable: boolean; placeholder: string }): Promise<{ confirm: boolean; content: string }>;
  sheet(items: string[]): Promise<number>;
  title(text: string): void;
  shake(): void;
  show(address: string): void;
}

/** The phone that this `wx` belongs to. */
export interface Phone {
  /** Names the person; everything stored is theirs. */
  who: string;
  appid: string;
  language: string;
  theme: "light" | "dark";
  /** How many times larger than usual the person reads. */
  text?: number;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  screen: Screen;
  navigation: Navigation;
  /** The addresses that a mini-program's owner allowed, and where they really are. */
  domains: Record<string, string>;
  fetch: typeof fetch;
  WebSocket: typeof WebSocket;
  /** The code of `wx.login`, and that of the phone button. */
  loginCode(): Promise<string>;
  phoneCode(): Promise<string>;
  /** True while the network is off. */
  flight: boolean;
}

export type Callbacks<T> = { success?: (told: T) => void; fail?: (error: { errMsg: string }) => void; complete?: (told: unknown) => void };

/** Answers the way WeChat's API does: by callbacks where there are any, else by a promise. */
export function answer<T>(options: Callbacks<T> | undefined, name: string, work: () => Promise<T> | T): Promise<T> | undefined {
  const asked = options?.success || options?.fail || options?.complete;
  const done = Promise.resolve().then(work).then(
    (told) => ({ ...told, errMsg: `${name}:ok` }),
    (error: Error) => Promise.reject({ errMsg: `${name}:fail ${error.message}` }),
  );
  if (!asked) return done;
  done.then(
    (told) => { options.success?.(told); options.complete?.(told); },
    (error: { errMsg: string }) => { options.fail?.(error); options.complete?.(error); },
  );
  return undefined;
}

export function makeWx(of: Phone): Record<string, unknown> {
  return { ...storage(of), ...network(of), ...navigation(of), ...phone(of), ...person(of), ...files(of), ...sound() };
}

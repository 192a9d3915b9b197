import type { Phone } from "./wx";

/** What WeChat keeps for one mini-program and person: at most 1 MB a key, and strings as strings. */
const MOST = 1024 * 1024;

export function storage(of: Phone) {
  const name = (key: string) => `${of.who}.${key}`;
  return {
    getStorageSync(key: string): unknown {
      const kept = of.storage.getItem(name(key));
      return kept === null ? "" : JSON.parse(kept);
    },
    setStorageSync(key: string, value: unknown): void {
      const text = JSON.stringify(value);
      if (text.length > MOST) throw new Error("setStorageSync:fail exceed max size");
      of.storage.setItem(name(key), text);
    },
    removeStorageSync(key: string): void {
      of.storage.removeItem(name(key));
    },
  };
}

/** The console's places, in the order of its navigation. What a role may not open is not shown. */

import type { Drawing } from "@/parts/drawings";
import type { Words } from "@/words";

export interface Place {
  name: keyof Words["nav"] & string;
  path: string;
  drawing: Drawing;
  /** After `g`. */
  key: string;
  group: "watch" | "tend" | "keep";
}

export const places: Place[] = [
  { name: "overview", path: "/", drawing: "overview", key: "o", group: "watch" },
  { name: "rooms", path: "/rooms", drawing: "rooms", key: "r", group: "watch" },
  { name: "people", path: "/people", drawing: "people", key: "p", group: "watch" },
  { name: "search", path: "/search", drawing: "search", key: "f", group: "watch" },
  { name: "review", path: "/review", drawing: "review", key: "v", group: "tend" },
  { name: "words", path: "/words", drawing: "words", key: "l", group: "tend" },
  { name: "guard", path: "/guard", drawing: "shield", key: "d", group: "tend" },
  { name: "broadcasts", path: "/broadcasts", drawing: "broadcast", key: "b", group: "tend" },
  { name: "analytics", path: "/analytics", drawing: "analytics", key: "n", group: "tend" },
  { name: "audit", path: "/audit", drawing: "audit", key: "a", group: "keep" },
  { name: "wechat", path: "/wechat", drawing: "wechat", key: "w", group: "keep" },
  { name: "staff", path: "/staff", drawing: "staff", key: "s", group: "keep" },
  { name: "settings", path: "/settings", drawing: "settings", key: "e", group: "keep" },
];

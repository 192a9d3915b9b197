/** A menu of WeChat's being edited: at most three buttons, each a deed or a list of at most five. */

import type { Schemas } from "@/api/house";

export type Type = "click" | "view" | "miniprogram";
export interface Leaf {
  name: string;
  type: Type;
  key: string;
  url: string;
  appid: string;
  pagepath: string;
}
export interface Top extends Leaf {
  inside: Leaf[];
}

export const MOST = 3, MOST_INSIDE = 5, NAME_BYTES = 16, SUB_NAME_BYTES = 60;

export const leaf = (): Leaf => ({ name: "", type: "click", key: "", url: "", appid: "", pagepath: "" });
export const top = (): Top => ({ ...leaf(), inside: [] });

export function edited(buttons: Schemas["TopButton"][]): Top[] {
  const plain = (one: Schemas["Button"]): Leaf => ({ name: one.name, type: (one.type || "click") as Type, key: one.key ?? "", url: one.url ?? "", appid: one.appid ?? "", pagepath: one.pagepath ?? "" });
  return buttons.map((one) => ({ ...plain(one), inside: (one.sub_button ?? []).map(plain) }));
}

/** As the house takes it: of each type only what it needs. */
export function written(menu: Top[]): Schemas["TopButton"][] {
  return menu.map((one) => (one.inside.length ? { name: one.name, sub_button: one.inside.map(deed) } : deed(one))) as Schemas["TopButton"][];
}

function deed({ name, type, key, url, appid, pagepath }: Leaf): Partial<Schemas["Button"]> {
  if (type === "click") return { name, type, key: key || name };
  return type === "view" ? { name, type, url } : { name, type, url, appid, pagepath };
}

/** What keeps it from being published, by the place of the button ("1" or "1.2"); empty where nothing does. */
export function faults(menu: Top[]): Map<string, "name" | "long" | "needs"> {
  const found = new Map<string, "name" | "long" | "needs">();
  const judge = (place: string, one: Leaf, longest: number, holds: boolean): void => {
    if (!one.name.trim()) found.set(place, "name");
    else if (bytes(one.name) > longest) found.set(place, "long");
    else if (!holds && ((one.type !== "click" && !one.url) || (one.type === "miniprogram" && !(one.appid && one.pagepath)))) found.set(place, "needs");
  };
  menu.forEach((one, at) => {
    judge(String(at), one, NAME_BYTES, one.inside.length > 0);
    one.inside.forEach((each, inside) => judge(`${at}.${inside}`, each, SUB_NAME_BYTES, false));
  });
  return found;
}

export const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** One-time notices of WeChat: asked for from a tap, at a moment when they make sense, and told to the house. */
import type { House } from "./house";
import { recall } from "./storage";

/** The templates of this mini-program, by what they tell; 订阅消息 in its console gives their ids. */
export const TEMPLATES: Record<"mention" | "seat", string> = { mention: "", seat: "" };

/** True when the person allowed at least one notice. */
export async function subscribe(house: House, kinds: (keyof typeof TEMPLATES)[]): Promise<boolean> {
  const templates = recall<Partial<typeof TEMPLATES>>("templates", TEMPLATES);
  const tmplIds = kinds.map((kind) => templates[kind] ?? "").filter(Boolean);
  if (!tmplIds.length) return false;
  const told = await wx.requestSubscribeMessage({ tmplIds }).catch(() => undefined);
  if (!told) return false;
  const answers = Object.fromEntries(tmplIds.map((id) => [id, String((told as unknown as Record<string, string>)[id])]));
  await house.api.post("/me/subscriptions", { answers }).catch(() => undefined);
  return Object.values(answers).includes("accept");
}

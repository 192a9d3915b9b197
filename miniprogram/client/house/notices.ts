/** One-time notices of WeChat: asked for from a tap, at a moment when they make sense, and told to the house. */
import type { House } from "./house";
import { keep, recall } from "./storage";

interface Template {
  appid: string;
  kind: string;
  template_id: string;
}

/** WeChat asks for at most three templates at once. */
const MOST = 3;

/** Which templates there are. Read ahead, because WeChat lets one ask only at once after a tap. */
export async function learn(house: House): Promise<void> {
  const told = await house.api.get<{ templates: Template[] }>("/me/subscriptions").catch(() => undefined);
  if (!told) return;
  const { appId } = wx.getAccountInfoSync().miniProgram;
  keep("templates", told.templates.filter((each) => each.appid === appId));
}

/** Asks for those kinds that the house can send. True when the person allowed at least one. */
export async function subscribe(house: House, kinds: readonly string[]): Promise<boolean> {
  const known = recall<Template[]>("templates", []).filter((each) => kinds.includes(each.kind));
  const tmplIds = known.map((each) => each.template_id).slice(0, MOST);
  if (!tmplIds.length) return false;
  const told = await wx.requestSubscribeMessage({ tmplIds }).catch(() => undefined);
  if (!told) return false;
  const answers = Object.fromEntries(tmplIds.map((id) => [id, String((told as unknown as Record<string, string>)[id])]));
  const appid = wx.getAccountInfoSync().miniProgram.appId;
  await house.api.post("/me/subscriptions", { answers, appid }).catch(() => undefined);
  return Object.values(answers).includes("accept");
}

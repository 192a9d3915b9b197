/** An act on a person: asked about first, told afterwards, with its opposite as the way back. */

import { post } from "@/api/house";
import { ask } from "@/shell/asking";
import { act as perform } from "@/shell/toasts";
import { w } from "@/words";

export const ACTS = ["mute", "unmute", "kick", "ban", "pardon"] as const;
export type Act = (typeof ACTS)[number];
const OPPOSITE: Partial<Record<Act, Act>> = { mute: "unmute", ban: "pardon" };

/** True when it was done. `place` is a channel, a room, or the organization. */
export async function sanction(act: Act, user: string, name: string, place: string, placeName: string, after: () => void = () => undefined): Promise<boolean> {
  const words = w.value.sanctions;
  const lasts = act === "mute" || act === "ban";
  const answer = await ask({
    title: words.title(act, name), consequence: words.means[act](name, placeName), yes: words.acts[act], danger: act === "ban" || act === "kick", reason: true, duration: lasts,
  });
  if (answer === null) return false;
  const back = OPPOSITE[act];
  return perform(
    () => post("/sanctions", { body: { act, place, user, reason: answer.reason, ...(lasts && answer.seconds !== null ? { seconds: answer.seconds } : {}) } }),
    words.done(act, name),
    back ? () => post("/sanctions", { body: { act: back, place, user, reason: "" } }).then(after) : null);
}

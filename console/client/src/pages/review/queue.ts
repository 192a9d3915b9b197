/** What the house says of the queue, and what it is told. */

import { get, post } from "@/api/house";
import type { Answer } from "@/shell/asking";
import { going, line } from "@/shell/going";
import { inOrder, type Deed, type Item } from "./triage";

const END = "-";
const OUTCOMES = { remove: "removed", mute: "muted", ban: "banned", dismiss: "dismissed" } as const;
const inTurn = line();
const keepalive = true;
export type Kind = "" | "held" | "reported" | "names" | "pictures";

/** A page of the queues; `cursor` holds the place in each. Names and pictures of people are the organization's, and of no room. */
export async function queue(room: string, kind: Kind, cursor: string, signal: AbortSignal): Promise<{ rows: Item[]; cursor: string | null }> {
  const wants = (one: Kind): boolean => (!kind || kind === one) && (!room || one === "held" || one === "reported");
  const [heldFrom = "", reportedFrom = "", namesFrom = "", picturesFrom = ""] = cursor === "" ? (["held", "reported", "names", "pictures"] as const).map((one) => (wants(one) ? "" : END)) : cursor.split("|");
  const query = (from: string) => ({ room: room || undefined, cursor: from });
  const [held, reported, names, pictures] = await Promise.all([
    heldFrom === END ? { held: [], cursor: null } : get("/review/held", { query: query(heldFrom), signal }),
    reportedFrom === END ? { cases: [], cursor: null } : get("/review/reported", { query: query(reportedFrom), signal }),
    namesFrom === END ? { names: [], cursor: null } : get("/review/names", { query: { cursor: namesFrom }, signal }),
    picturesFrom === END ? { pictures: [], cursor: null } : get("/review/pictures", { query: { cursor: picturesFrom }, signal }),
  ]);
  const places = [held.cursor, reported.cursor, names.cursor, pictures.cursor];
  const over = places.every((place) => place === null);
  return { rows: inOrder(held.held, reported.cases, names.names, pictures.pictures), cursor: over ? null : places.map((place) => place ?? END).join("|") };
}

/** In turn, behind what was decided before. False where somebody else had decided already. Throws ApiError. */
export const decide = (item: Item, deed: Deed, answer: Answer): Promise<boolean> => inTurn(() => tellHouse(item, deed, answer));

/** Of the two that a held message may need, the second does not await the first where the page goes: a message never waits whose author was acted on. */
async function tellHouse(item: Item, deed: Deed, { reason, seconds }: Answer): Promise<boolean> {
  const lasting = (deed === "mute" || deed === "ban") && seconds !== null ? { seconds } : {};
  if (item.held !== null) {
    const told = post("/review/held/{held_id}", { path: { held_id: item.held.id }, body: { approve: deed === "approve", reason }, keepalive });
    await Promise.race([told, going()]);
    if (deed === "mute" || deed === "ban") await post("/sanctions", { body: { act: deed, place: item.room, user: item.author, reason, ...lasting }, keepalive });
    return (await told).decided;
  }
  if (item.named !== null) return (await post("/review/names/{name_id}", { path: { name_id: item.named.id }, body: { keep: deed === "approve", reason }, keepalive })).decided;
  if (item.pictured !== null) return (await post("/review/pictures/{picture_id}", { path: { picture_id: item.pictured.id }, body: { keep: deed === "approve", reason }, keepalive })).decided;
  if (item.reported === null || deed === "approve") return false;
  const path = { channel: item.channel, seq: item.reported.seq };
  await post("/channels/{channel}/messages/{seq}/review", { path, body: { outcome: OUTCOMES[deed], reason, ...lasting }, keepalive });
  return true;
}

import { expect, it } from "vitest";
import { standing } from "@/pages/people/standing";

type Sanction = Parameters<typeof standing>[0][number];
const set = (kind: string, until: number | null, room = ""): Sanction => ({ kind, until, room, channel: "", user: "u_a", name: "阿明", reason: "", by: "s_1", at: 1 }) as Sanction;

it("counts what holds everywhere, and not what is over or holds in one room", () => {
  expect([...standing([set("mute", 99), set("ban", 101)], 100)]).toEqual(["ban"]);
  expect([...standing([set("mute", null), set("ban", null, "r_1")], 100)]).toEqual(["mute"]);
});

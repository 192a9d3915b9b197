import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Answer, Entry, FromServer, Passing } from "../protocol";
import { Refused } from "../house/refused";
import { Subscriptions } from "../socket/subscriptions";

const FRAMES = new URL("../../../tests/miniprogram/frames/", import.meta.url);
const names = readdirSync(FRAMES).filter((name) => name.endsWith(".json"));

function frame<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, FRAMES), "utf8")) as T;
}

test("there are frames to read", () => {
  expect(names.filter((name) => name.startsWith("answer."))).not.toHaveLength(0);
  expect(names.filter((name) => name.startsWith("entry."))).not.toHaveLength(0);
});

test.each(names.filter((name) => !name.startsWith("request.")))("a client takes %s without complaint", async (name) => {
  const given = frame<FromServer & { channel?: string }>(name);
  const channel = given.channel ?? "c_4f7k2m9qxz01ab";
  const changed: string[] = [];
  const subscriptions = new Subscriptions({
    ask: (op) => (op === "enter" && name.startsWith("answer.") && given.op !== "refused"
      ? Promise.resolve(given as never)
      : Promise.reject(new Refused("offline", "offline", true))),
    online: () => true, me: () => "u_me", changed: (id) => void changed.push(id), heard: () => undefined,
  });
  const one = await subscriptions.enter(channel);
  subscriptions.told(given as never);
  expect(changed).toContain(one.id);
  if (name.startsWith("entry.")) expect(one.timeline.at((given as Entry).seq)).toBeDefined();
});

test("what the answers say arrives", async () => {
  const entered = frame<Extract<Answer, { op: "entered" }>>("answer.entered.json");
  const subscriptions = new Subscriptions({
    ask: (op) => (op === "enter" ? Promise.resolve(entered as never) : Promise.reject(new Refused("offline", "", true))),
    online: () => true, me: () => "u_me", changed: () => undefined, heard: () => undefined,
  });
  const one = await subscriptions.enter(entered.channel);
  expect([one.standing, one.role, one.present, one.unread]).toEqual(["in", entered.me.role, entered.present, entered.unread]);
  const present = frame<Extract<Passing, { op: "present" }>>("event.present.json");
  subscriptions.told(present as never);
  expect(one.present).toBe(present.count);
});

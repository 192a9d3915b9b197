/** A client on the tests' house: a connection and its subscriptions, as the app puts them together. */
import { vi } from "vitest";
import type { Entry } from "../../chat/entry";
import { Connection } from "../../socket/connection";
import { Subscriptions } from "../../socket/subscriptions";
import { ALICE } from "../played_house";
import { CHANNEL, House } from "../played_house";

export function client(house: House, random: () => number = () => 0.5) {
  const heard: Entry[] = [];
  const states: string[] = [];
  const tokens: boolean[] = [];
  const subscriptions: Subscriptions = new Subscriptions({
    ask: (op, fields) => connection.ask(op, fields),
    online: () => connection.state === "online",
    me: () => ALICE,
    changed: () => undefined,
    heard: (_, entry) => void heard.push(entry),
  });
  const connection: Connection = new Connection({
    open: () => house.open(),
    token: (fresh) => {
      tokens.push(fresh);
      return Promise.resolve("token");
    },
    resume: () => subscriptions.resume(),
    told: (frame) => subscriptions.told(frame),
    changed: (state, why) => {
      states.push(why || state);
      if (state !== "online") subscriptions.lost();
    },
  }, "test/1", random);
  return { connection, subscriptions, heard, states, tokens };
}

/** Lets the faked time run until everything under way has been answered. */
export const soon = (milliseconds = 300) => vi.advanceTimersByTimeAsync(milliseconds);

/** A client that is in the channel. */
export async function online(house = new House()) {
  const alice = client(house);
  alice.connection.start();
  await soon();
  void alice.subscriptions.enter(CHANNEL);
  await soon();
  return { house, ...alice, one: alice.subscriptions.of(CHANNEL) };
}

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LONGEST_PAUSE_MS, PATIENCE_MS } from "../../socket/monitor";
import type { Subscriptions } from "../../socket/subscriptions";
import { dice } from "../dice";
import { ALICE, CHANNEL, House } from "../played_house";
import { client } from "./client";

const HISTORIES = 1_000;
const STEPS = 14;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function played(seed: number): Promise<void> {
  const random = dice(seed);
  const house = new House();
  const { connection, subscriptions } = client(house, random);
  connection.start();
  await vi.advanceTimersByTimeAsync(200);
  await entered(subscriptions);
  const words: string[] = [];
  const one = subscriptions.of(CHANNEL);
  const acts: (() => void)[] = [
    () => {
      const client_id = `mine-${words.length}`;
      words.push(client_id);
      one.composer.say(client_id, "text", { text: client_id }, Date.now());
      void subscriptions.flush(one);
    },
    () => house.say("other"),
    () => house.cut(1006),
    () => house.cut(),
    () => { house.dark = true; },
    () => { house.dark = false; },
    () => connection.pause(),
    () => connection.start(),
    () => house.bye(Math.floor(random() * 2_000)),
    () => connection.network(random() < 0.5),
    () => { house.latency = Math.floor(random() * 1_500); },
  ];
  for (let count = 0; count < STEPS; count += 1) {
    one.composer.draft = `draft ${count}`;
    acts[Math.floor(random() * (random() < 0.4 ? 2 : acts.length))]!();
    await vi.advanceTimersByTimeAsync(Math.floor(random() * (random() < 0.2 ? 70_000 : 2_000)));
  }
  const draft = one.composer.draft;
  house.dark = false;
  house.latency = 20;
  connection.start();
  await vi.advanceTimersByTimeAsync(130_000);

  const context = `history ${seed}`;
  expect(connection.state, context).toBe("online");
  expect(house.log.filter((each) => each.from === ALICE).map((each) => each.client_id), context).toEqual(words);
  expect(one.timeline.all().map((each) => each.seq), context).toEqual(house.log.map((each) => each.seq));
  expect(one.composer.all(), context).toEqual([]);
  expect(one.composer.draft, context).toBe(draft);
  connection.end();
}

async function entered(subscriptions: Subscriptions): Promise<void> {
  const door = subscriptions.enter(CHANNEL);
  await vi.advanceTimersByTimeAsync(500);
  await door;
}

test(`in ${HISTORIES} random histories of bad networks nothing is said twice, lost, or out of order`, { timeout: 60_000 }, async () => {
  for (let seed = 1; seed <= HISTORIES; seed += 1) await played(seed);
});

test("a server that never answers is asked at growing, bounded intervals", async () => {
  const house = new House();
  house.dark = true;
  const { connection } = client(house, dice(7));
  connection.start();
  await vi.advanceTimersByTimeAsync(600_000);
  const waits = house.openedAt.slice(1).map((at, index) => at - house.openedAt[index]!);
  expect(Math.max(...waits)).toBeLessThanOrEqual(LONGEST_PAUSE_MS + PATIENCE_MS);
  expect(Math.min(...waits.slice(6))).toBeGreaterThanOrEqual(LONGEST_PAUSE_MS / 2);
  expect(house.opened).toBeLessThan(600_000 / (LONGEST_PAUSE_MS / 2) + 10);
  connection.end();
});

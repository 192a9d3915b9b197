import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HOUSE } from "../../house/address";
import type { Api } from "../../house/api";
import { People } from "../../house/people";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const soon = (milliseconds = 100) => vi.advanceTimersByTimeAsync(milliseconds);

function people(answer: (ids: string[]) => Record<string, string> | undefined) {
  const asked: string[][] = [];
  const get = (path: string) => {
    const ids = path.replace("/people?ids=", "").split(",");
    asked.push(ids);
    const told = answer(ids);
    return told ? Promise.resolve({ people: Object.entries(told).map(([id, avatar]) => ({ id, name: id, avatar })) }) : Promise.reject(new Error("offline"));
  };
  const changed = vi.fn();
  const given = new People({ get } as unknown as Api, () => ({ id: "u_me", name: "我", avatar: "/avatar/m_me/x" }), changed);
  return { given, asked, changed };
}

test("whoever is on the screen is asked for together, and again when five minutes have passed", async () => {
  const pictures: Record<string, string> = { u_a: "/avatar/m_a/1" };
  const { given, asked, changed } = people(() => pictures);
  expect([given.picture("u_a"), given.picture("u_b"), given.picture("u_a"), given.picture("")]).toEqual(["", "", "", ""]);
  await soon();
  expect([asked, changed.mock.calls.length]).toEqual([[["u_a", "u_b"]], 1]);
  expect([given.picture("u_a"), given.picture("u_b")]).toEqual([`${HOUSE}/avatar/m_a/1`, ""]);
  await soon(4 * 60_000);
  given.picture("u_a");
  await soon();
  expect(asked).toHaveLength(1);
  pictures.u_a = "/avatar/m_a2/2";
  await soon(61_000);
  expect(given.picture("u_a"), "the old one until the new one is known").toBe(`${HOUSE}/avatar/m_a/1`);
  await soon();
  expect([given.picture("u_a"), changed.mock.calls.length]).toEqual([`${HOUSE}/avatar/m_a2/2`, 2]);
});

test("one's own picture is what the house said at the door, and nobody is asked", async () => {
  const { given, asked } = people(() => ({}));
  expect(given.picture("u_me")).toBe(`${HOUSE}/avatar/m_me/x`);
  await soon();
  expect(asked).toEqual([]);
});

test("nothing new draws nothing, and a house that does not answer is not asked at every frame", async () => {
  const { given, asked, changed } = people(() => undefined);
  for (let count = 0; count < 100; count += 1) {
    given.picture("u_a");
    await soon(16);
  }
  expect([asked.length, changed.mock.calls.length]).toEqual([1, 0]);
  const quiet = people(() => ({}));
  quiet.given.picture("u_a");
  await soon();
  expect([quiet.asked.length, quiet.changed.mock.calls.length]).toEqual([1, 0]);
});

test("of a crowd one hundred are asked for at a time", async () => {
  const { given, asked } = people(() => ({}));
  for (let count = 0; count < 250; count += 1) given.picture(`u_${count}`);
  await soon(500);
  expect(asked.map((ids) => ids.length)).toEqual([100, 100, 50]);
});

test("who was away sees people as they look now, and as before until it is known", async () => {
  const pictures: Record<string, string> = { u_a: "/avatar/m_a/1" };
  const { given, asked, changed } = people(() => pictures);
  given.again();
  expect(changed, "nobody is known yet").not.toHaveBeenCalled();
  given.picture("u_a");
  await soon();
  pictures.u_a = "/avatar/m_a2/2";
  given.again();
  expect([changed.mock.calls.length, given.picture("u_a")]).toEqual([2, `${HOUSE}/avatar/m_a/1`]);
  await soon();
  expect([asked.length, given.picture("u_a")]).toEqual([2, `${HOUSE}/avatar/m_a2/2`]);
});

import { expect, test } from "vitest";
import { Composer, MOST_WAITING, TRY_AGAIN_MS } from "../../chat/composer";
import type { Entry } from "../../chat/entry";

function composer(...ids: string[]): Composer {
  const one = new Composer();
  for (const id of ids) one.say(id, "text", { text: id }, 0);
  return one;
}

test("one message is on its way at a time, in the order in which they were said", () => {
  const one = composer("a", "b");
  expect(one.next(0)?.client_id).toBe("a");
  expect(one.next(0)).toBeUndefined();
  one.said("a");
  expect(one.next(0)?.client_id).toBe("b");
});

test("a broken connection puts it back in its place, with the same client_id", () => {
  const one = composer("a", "b");
  one.next(0);
  one.lost();
  expect(one.next(0)?.client_id).toBe("a");
});

test("what passes by itself is tried again later and keeps its place", () => {
  const one = composer("a", "b");
  one.next(0);
  one.refused("a", { code: "slow_mode", message: "", temporary: true, retry_after_seconds: 8 }, 1_000);
  expect(one.next(8_999)).toBeUndefined();
  expect(one.wakes()).toBe(9_000);
  expect(one.silence(5_000)).toEqual({ code: "slow_mode", until: 9_000 });
  expect(one.next(9_000)?.client_id).toBe("a");
  one.refused("a", { code: "unavailable", message: "", temporary: true }, 9_000);
  expect(one.wakes()).toBe(9_000 + TRY_AGAIN_MS);
});

test("what does not pass fails, lets the next go, and can be sent again or discarded", () => {
  const one = composer("a", "b");
  one.next(0);
  one.refused("a", { code: "blocked_words", message: "not here", temporary: false }, 0);
  expect(one.find("a")).toMatchObject({ stage: "failed", code: "blocked_words" });
  expect(one.next(0)?.client_id).toBe("b");
  one.said("b");
  one.retry("a");
  expect(one.next(0)?.client_id).toBe("a");
  one.discard("a");
  expect(one.find("a")).toBeUndefined();
});

test("the entry takes the place of what was outgoing; held and rejected are told", () => {
  const one = composer("a", "b");
  one.next(0);
  one.arrived({ op: "message", client_id: "a" } as Entry);
  expect(one.all().map((each) => each.client_id)).toEqual(["b"]);
  one.next(0);
  one.held("b");
  one.rejected("b", "an advertisement");
  expect(one.find("b")).toMatchObject({ stage: "failed", reason: "an advertisement" });
});

test("a mute has a countdown, an open-ended one has none, and everybody's ends with the rule", () => {
  const one = composer();
  one.muted(5_000);
  expect(one.silence(4_000)).toEqual({ code: "muted", until: 5_000 });
  expect(one.silence(5_000)).toBeNull();
  one.muted(0);
  expect(one.silence(9e12)).toEqual({ code: "muted", until: null });
  one.everyoneMuted(true);
  one.everyoneMuted(false);
  expect(one.silence(0)?.code).toBe("muted");
  one.muted(null);
  one.everyoneMuted(true);
  expect(one.silence(0)?.code).toBe("muted_all");
  one.everyoneMuted(false);
  expect(one.silence(0)).toBeNull();
});

test("a draft and what waits outlive the app; what is in the log does not come back", () => {
  const one = composer("a", "b", "c");
  one.draft = "half a thought";
  one.reply = 40;
  one.next(0);
  one.said("a");
  one.next(0);
  const kept: unknown = JSON.parse(JSON.stringify(one.keep()));
  const again = new Composer();
  again.restore(kept as ReturnType<Composer["keep"]>);
  expect([again.draft, again.reply]).toEqual(["half a thought", 40]);
  expect(again.all().map((each) => [each.client_id, each.stage])).toEqual([["b", "waiting"], ["c", "waiting"]]);
});

test("what waits is bounded", () => {
  const one = composer(...Array.from({ length: MOST_WAITING }, (_, index) => `m${index}`));
  expect(one.say("one more", "text", { text: "" }, 0)).toBe(false);
  expect(one.all()).toHaveLength(MOST_WAITING);
});

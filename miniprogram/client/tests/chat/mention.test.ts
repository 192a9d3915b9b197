import { expect, test } from "vitest";
import { calling, meant, MOST_OFFERED, named } from "../../chat/mention";

test("a call is what stands between an @ and the cursor", () => {
  expect(calling("@", 1)).toEqual({ at: 0, word: "" });
  expect(calling("你好@鲍", 4)).toEqual({ at: 2, word: "鲍" });
  expect(calling("hi ＠Bo there", 6)).toEqual({ at: 3, word: "Bo" });
  expect(calling("hi @Bo there", 12)).toBeUndefined();
  expect(calling("@Bo ", 4)).toBeUndefined();
});

test("the @ of an address calls nobody, nor does a word that is longer than any name", () => {
  expect(calling("alice@house", 11)).toBeUndefined();
  expect(calling(`@${"x".repeat(20)}`, 21)).toEqual({ at: 0, word: "x".repeat(20) });
  expect(calling(`@${"x".repeat(21)}`, 22)).toBeUndefined();
});

test("whose name begins so comes before whose name holds it, everybody once", () => {
  const people = [{ id: "u_1", name: "小鲍" }, { id: "u_2", name: "鲍勃" }, { id: "u_2", name: "鲍勃" }, { id: "u_3", name: "Alice" }, { id: "u_4", name: "" }];
  expect(meant(people, "鲍").map((each) => each.id)).toEqual(["u_2", "u_1"]);
  expect(meant(people, "aLI").map((each) => each.id)).toEqual(["u_3"]);
  expect(meant(people, "").map((each) => each.id)).toEqual(["u_1", "u_2", "u_3"]);
  expect(meant(people, "nobody")).toEqual([]);
});

test("a crowd is offered in part", () => {
  const crowd = Array.from({ length: 500 }, (_, index) => ({ id: `u_${index}`, name: `茶客${index}` }));
  expect(meant(crowd, "茶客")).toHaveLength(MOST_OFFERED);
});

test("the name takes the place of what was typed of it, in the middle of a draft too", () => {
  expect(named("hi @Bo", { at: 3, word: "Bo" }, "Bob")).toEqual({ text: "hi @Bob ", cursor: 8 });
  expect(named("hi @Bo there", { at: 3, word: "Bo" }, "Bob")).toEqual({ text: "hi @Bob there", cursor: 8 });
  expect(named("＠鲍来喝茶", { at: 0, word: "鲍" }, "鲍勃")).toEqual({ text: "@鲍勃 来喝茶", cursor: 4 });
});

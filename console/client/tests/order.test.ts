import { expect, it } from "vitest";
import { moved } from "@/pages/rooms/order";

it("moves one up or down among those that are seen", () => {
  expect(moved(["a", "b", "c"], "c", -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "hidden", "b"], "b", -1, ["a", "b"])).toEqual(["b", "a", "hidden"]);
  expect(moved(["a", "b"], "a", -1)).toEqual(["a", "b"]);
});

import { expect, test } from "vitest";
import { FIRST, SHOWN, Window } from "../../chat/window";

test("the newest screenful comes first, then as much as is held above it", () => {
  const window = new Window();
  expect(window.range(5_000)).toEqual({ from: 5_000 - FIRST, to: Infinity });
  expect(window.narrow).toBe(true);
  window.widen();
  expect([window.narrow, window.range(5_000)]).toEqual([false, { from: 5_000 - SHOWN, to: Infinity }]);
  expect(window.range(3)).toEqual({ from: 0, to: Infinity });
});

test("who reads up and down again moves through everything, and never sees more at once", () => {
  const window = new Window();
  window.widen();
  const size = 1_000;
  while (window.up(size)) expect(window.range(size).to - window.range(size).from).toBeLessThanOrEqual(SHOWN);
  expect(window.range(size)).toEqual({ from: 0, to: SHOWN });
  while (window.down(size)) expect(Math.min(size, window.range(size).to) - window.range(size).from).toBeLessThanOrEqual(SHOWN);
  expect([window.atEnd, window.range(size).from]).toEqual([true, size - SHOWN]);
});

test("what is held stays, whatever comes after it", () => {
  const window = new Window();
  window.widen();
  window.hold(SHOWN);
  expect(window.range(SHOWN + 1)).toEqual({ from: 1, to: Infinity });
  window.hold(SHOWN + 5);
  expect(window.range(SHOWN + 30)).toEqual({ from: 5, to: SHOWN + 5 });
  expect([window.down(SHOWN + 30), window.atEnd]).toEqual([true, true]);
});

test("what is jumped to stands in the middle, at once", () => {
  const window = new Window();
  window.around(500, 1_000);
  expect([window.narrow, window.range(1_000)]).toEqual([false, { from: 500 - SHOWN / 2, to: 500 + SHOWN / 2 }]);
});

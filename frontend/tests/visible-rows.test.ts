import { expect, test } from "vitest";
import { rangeOf, rowAt, topsOf } from "@/shared/lib/visible-rows";

const tops = topsOf([48, 40, 40, 64, ...Array.from({ length: 996 }, () => 40)]);

test("each row begins where the one before it ends", () => {
  expect(tops.slice(0, 6)).toEqual([0, 48, 88, 128, 192, 232]);
  expect(tops).toHaveLength(1001);
});

test("a place belongs to the row that covers it, and places outside to the first and the last", () => {
  expect([-50, 0, 47, 48, 127, 191, 192, 1e6].map((place) => rowAt(tops, place))).toEqual([0, 0, 0, 1, 2, 3, 4, 999]);
  expect(rowAt(topsOf([]), 10)).toBe(0);
});

test("what is drawn covers what is seen with rows to spare, and stays the same while scrolling a little", () => {
  const height = 800;
  for (let top = 0; top < 39_000; top += 517) {
    const { from, to } = rangeOf(tops, top, top + height);
    expect(tops[from]!).toBeLessThanOrEqual(top);
    expect(tops[Math.min(to, 1000)]!).toBeGreaterThanOrEqual(Math.min(top + height, tops.at(-1)!));
    expect(to - from).toBeLessThan(60);
  }
  expect(rangeOf(tops, 4000, 4800)).toEqual(rangeOf(tops, 4010, 4810));
});

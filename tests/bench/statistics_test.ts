import { assertEquals, assertThrows } from "@std/assert";
import { median, ratio } from "../../bench/statistics.ts";

Deno.test("median() returns the middle value, or the mean of the two middle values", () => {
  assertEquals(median([5]), 5);
  assertEquals(median([10, 9, 100]), 10);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertThrows(() => median([]), RangeError, "no values");
});

Deno.test("median() does not reorder its argument", () => {
  const values = [3, 1, 2];
  median(values);
  assertEquals(values, [3, 1, 2]);
});

Deno.test("ratio() returns the median of the ratios within each round", () => {
  // In the second round the machine was slow. The ratio of the medians, 20 and 11, would be 1.8.
  assertEquals(ratio([20, 60, 20], [10, 30, 11]), 2);
});

Deno.test("ratio() ignores rounds that only one series has", () => {
  assertEquals(ratio([20, 20, 1000], [10, 10]), 2);
});

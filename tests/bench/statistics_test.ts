import { assertEquals, assertThrows } from "@std/assert";
import { median, ratio } from "../../bench/statistics.ts";

Deno.test("median() takes the middle value, or the mean of the middle two", () => {
  assertEquals(median([5]), 5);
  assertEquals(median([10, 9, 100]), 10);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertThrows(() => median([]), RangeError, "no values");
});

Deno.test("median() leaves its values as they were", () => {
  const values = [3, 1, 2];
  median(values);
  assertEquals(values, [3, 1, 2]);
});

Deno.test("ratio() compares what was measured in the same round", () => {
  // The machine was slow in the second round: the medians, 20 and 11, would say 1.8.
  assertEquals(ratio([20, 60, 20], [10, 30, 11]), 2);
});

Deno.test("ratio() leaves out rounds that one of the two does not have", () => {
  assertEquals(ratio([20, 20, 1000], [10, 10]), 2);
});

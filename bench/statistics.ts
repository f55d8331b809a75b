/** What is made of repeated measurements. */

/**
 * The middle one of the values, or the mean of the middle two: one disturbed
 * measurement does not move it far.
 *
 * @param values At least one, in any order
 * @throws {RangeError} If there is none
 *
 * @example
 * ```ts
 * import { median } from "./statistics.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(median([3, 1, 100]), 3);
 * ```
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How many times as large the values of one series are as those of another:
 * the median of the quotients of values that were measured in the same round,
 * so that what slows the machine in one round slows both.
 *
 * @param values One a round
 * @param others One a round; further rounds than both have are left out
 *
 * @example
 * ```ts
 * import { ratio } from "./statistics.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ratio([20, 60, 20], [10, 20, 10]), 2);
 * ```
 */
export function ratio(values: readonly number[], others: readonly number[]): number {
  const rounds = Math.min(values.length, others.length);
  return median(values.slice(0, rounds).map((value, round) => value / others[round]));
}

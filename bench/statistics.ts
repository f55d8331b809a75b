/** Statistics of repeated measurements. */

/**
 * Returns the median, which a few disturbed measurements hardly change.
 *
 * @param values At least one value, in any order
 * @throws {RangeError} If there are no values
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Returns the ratio of two series of measurements: the median of the quotients of values from the
 * same round. A disturbance of a round affects both values, so their quotient hardly changes.
 *
 * @param values One value per round
 * @param others One value per round; rounds that only one series has are ignored
 */
export function ratio(values: readonly number[], others: readonly number[]): number {
  const rounds = Math.min(values.length, others.length);
  return median(values.slice(0, rounds).map((value, round) => value / others[round]));
}

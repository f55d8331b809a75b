/** Samples rows without replacement as JAX does: by selection if they are few, otherwise by sorting. */
import { createRankSelector } from "./rank_selector.ts";
import { sortByKeys } from "./stable_sort.ts";
import { fillBits, fillKeys, type Key, type ThreefryLayout } from "./threefry.ts";

/**
 * Up to this fraction of the rows, selecting is faster than sorting. Of 60,000 rows, selecting 100
 * takes 0.7 ms; selecting 3,000 and sorting all of them both take 1.6 ms.
 */
const SELECT_UP_TO = 1 / 20;

/**
 * Creates a function that samples rows repeatedly. It allocates its arrays once, about 1 MB for
 * 60,000 rows.
 *
 * JAX shuffles by sorting 0 to n - 1 by random keys: in one round up to 1,625 elements, in two up to
 * 2,642,245, in three above. The element at position j of the result has rank j among the last
 * round's keys. Its position before that round is its rank in the previous round, and so on back to
 * the first round. So k rows are found by selecting k ranks per round, without a sort.
 *
 * @param n The number of rows
 * @param k The largest number of rows sampled at once, 0 to n
 * @param layout Which random numbers a key produces
 * @returns A function of `key`, `rows` and `from` (0 by default). It fills `rows`, whose length is at
 *   most k, with the elements of `permutation(key, n)` that begin at `from`
 * @throws {RangeError} If `n` and `k` are not whole numbers with 0 <= k <= n
 *
 * @example
 * ```ts
 * import { createRowSelector } from "./row_selector.ts";
 * import { permutation } from "./distributions.ts";
 * import { prngKey } from "./threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const selectRows = createRowSelector(60000, 100);
 * const rows = new Uint32Array(100);
 * selectRows(prngKey(0), rows);
 * assertEquals(rows, permutation(prngKey(0), 60000).slice(0, 100));
 * ```
 */
export function createRowSelector(
  n: number,
  k: number,
  layout: ThreefryLayout = "legacy",
): (key: Key, rows: Uint32Array, from?: number) => void {
  if (!Number.isInteger(n) || n < 0) {
    throw new RangeError(
      `Cannot draw rows as their number must be a whole number of at least 0: ` +
        `current value is ${n}`,
    );
  }
  if (!Number.isInteger(k) || k < 0 || k > n) {
    throw new RangeError(
      `Cannot draw rows without replacement as their number must be a whole number from 0 to ${n}: ` +
        `current value is ${k}`,
    );
  }
  const bits = new Uint32Array(n);
  const rounds = sortingRounds(n);
  const roundKeys = new Uint32Array(2 * rounds);
  const fillRound = (round: number) =>
    fillBits(roundKeys.subarray(2 * round, 2 * round + 2), bits, layout);

  if (k <= SELECT_UP_TO * n) {
    const select = createRankSelector(n);
    return (key, rows, from = 0) => {
      for (let i = 0; i < rows.length; i++) rows[i] = from + i;
      fillRoundKeys(key, roundKeys, layout);
      for (let round = 0; round < rounds; round++) {
        fillRound(round);
        select(bits, rows);
      }
    };
  }

  const order = new Uint32Array(n);
  const scratch = { keys: new Uint32Array(n), values: new Uint32Array(n) };
  return (key, rows, from = 0) => {
    for (let i = 0; i < n; i++) order[i] = i;
    fillRoundKeys(key, roundKeys, layout);
    for (let round = rounds - 1; round >= 0; round--) {
      fillRound(round);
      sortByKeys(bits, order, scratch);
    }
    rows.set(order.subarray(from, from + rows.length));
  };
}

/** Returns the number of sorting rounds in JAX's permutation of n elements (`_shuffle` in its source). */
export function sortingRounds(n: number): number {
  return Math.ceil(3 * Math.log(Math.max(1, n)) / Math.log(0xffffffff));
}

/** The split of a round's key: the next round's key, and the key of this round's random bits. */
const splitKeys = new Uint32Array(4);

/**
 * Fills an array with the keys of the sorting rounds' random bits, two words each.
 *
 * @param key The permutation's key
 * @param keys The array to fill, two elements per round; the last round's key comes first
 * @param layout Which random numbers a key produces
 */
export function fillRoundKeys(key: Key, keys: Uint32Array, layout: ThreefryLayout): void {
  for (let at = keys.length - 2; at >= 0; at -= 2) {
    fillKeys(key, splitKeys, layout);
    keys[at] = splitKeys[2];
    keys[at + 1] = splitKeys[3];
    key = splitKeys;
  }
}

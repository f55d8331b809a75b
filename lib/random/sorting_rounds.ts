/**
 * The rounds of JAX's shuffle, which sorts 0 to n - 1 by random keys: in one round up to 1,625
 * elements, in two up to 2,642,245, in three above.
 *
 * The element at position j of the result has rank j among the last round's keys. Its position
 * before that round is its rank in the previous round, and so on back to the first round. So the
 * engines find k rows by selecting k ranks per round, without a sort.
 */
import { fillKeys, type Key, type ThreefryLayout } from "./threefry.ts";

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

/**
 * The sort keys of JAX's permutation of n elements: n random words (u32) for each sorting round,
 * exactly as JAX draws them.
 */
import { isPartitionable } from "./memory";
import { threefry, threefry24, word0, word1 } from "./threefry";

/**
 * Returns the number of sorting rounds in JAX's permutation of n elements, which is
 * ceil(3 ln n / ln(2^32 - 1)).
 */
export function sortingRounds(n: u32): u32 {
  return n <= 1 ? 0 : n <= 1625 ? 1 : n <= 2642245 ? 2 : 3;
}

/** The result of `findRoundKey`. */
export let roundKey0: u32 = 0;
export let roundKey1: u32 = 0;

/**
 * Computes the key of a round's random words, for round 0, 1, ...: each round splits the current
 * key into the next round's current key and its own key.
 */
export function findRoundKey(key0: u32, key1: u32, round: u32): void {
  while (true) {
    if (isPartitionable) {
      threefry(key0, key1, 0, 1);
      roundKey0 = word0;
      roundKey1 = word1;
      threefry(key0, key1, 0, 0);
      key0 = word0;
      key1 = word1;
    } else {
      threefry(key0, key1, 0, 2);
      const next0 = word0;
      roundKey0 = word1;
      threefry(key0, key1, 1, 3);
      roundKey1 = word1;
      key0 = next0;
      key1 = word0;
    }
    if (round-- == 0) return;
  }
}

/**
 * Fills keys, u32 (n), with the random words of a round.
 *
 * In the legacy layout, the two random words of the counter (i, half + i), with half = ceil(n / 2),
 * are keys i and half + i. If n is odd, the last counter is (half - 1, 0) and its second word is
 * dropped. In the partitionable layout, key i is the xor of the two words of the counter (0, i).
 */
export function fillKeys(key0: u32, key1: u32, round: u32, n: u32, keys: usize): void {
  findRoundKey(key0, key1, round);
  key0 = roundKey0;
  key1 = roundKey1;
  let i: u32 = 0;
  if (isPartitionable) {
    for (; i + 24 <= n; i += 24) threefry24(key0, key1, 0, i, true, keys + 4 * i, 0);
    for (; i < n; i++) {
      threefry(key0, key1, 0, i);
      store<u32>(keys + 4 * i, word0 ^ word1);
    }
    return;
  }
  const half = (n + 1) >> 1;
  const others = keys + 4 * half;
  for (; i + 24 <= n - half; i += 24) {
    threefry24(key0, key1, i, half + i, false, keys + 4 * i, others + 4 * i);
  }
  for (; i < half; i++) {
    const isPadded = half + i == n;
    threefry(key0, key1, i, isPadded ? 0 : half + i);
    store<u32>(keys + 4 * i, word0);
    if (!isPadded) store<u32>(others + 4 * i, word1);
  }
}

/**
 * A whole permutation of 0 to n - 1, as JAX draws it: each round sorts the numbers by n random
 * keys. The sort is a stable radix sort by three digits of 11 bits, from the lowest to the highest.
 */
import { fillKeys, sortingRounds } from "./keys";

/** The number of values of a digit. */
const DIGITS: u32 = 2048;

/**
 * Fills order (n) with `permutation(key, n)`.
 *
 * @param keys Room for n keys
 * @param pairs Room for n pairs, as `others`
 * @param counts Room for 3 * 2048 counters
 */
export function permute(
  key0: u32,
  key1: u32,
  n: u32,
  order: usize,
  keys: usize,
  pairs: usize,
  others: usize,
  counts: usize,
): void {
  for (let i: u32 = 0; i < n; i++) store<u32>(order + 4 * i, i);
  const rounds = sortingRounds(n);
  for (let round: u32 = 0; round < rounds; round++) {
    fillKeys(key0, key1, round, n, keys);
    for (let i: u32 = 0; i < n; i++) {
      store<u32>(pairs + 8 * i, load<u32>(order + 4 * i));
      store<u32>(pairs + 8 * i, load<u32>(keys + 4 * i), 4);
    }
    sortByKeys(n, pairs, others, counts);
    for (let i: u32 = 0; i < n; i++) store<u32>(order + 4 * i, load<u32>(others + 8 * i));
  }
}

/**
 * Sorts pairs {value, key} by their keys into `others`, equal ones in their order: by digits, the
 * lowest first.
 */
function sortByKeys(n: u32, pairs: usize, others: usize, counts: usize): void {
  memory.fill(counts, 0, 3 * 4 * DIGITS);
  for (let i: u32 = 0; i < n; i++) {
    const key = load<u32>(pairs + 8 * i, 4);
    for (let digit: u32 = 0; digit < 3; digit++) {
      const counter = counterOf(counts, digit, key);
      store<u32>(counter, load<u32>(counter) + 1);
    }
  }
  for (let digit: u32 = 0; digit < 3; digit++) {
    const first = counts + digit * 4 * DIGITS;
    let place = others;
    for (let counter = first; counter < first + 4 * DIGITS; counter += 4) {
      const count = load<u32>(counter);
      store<u32>(counter, place);
      place += 8 * count;
    }
    for (let pair = pairs; pair < pairs + 8 * n; pair += 8) {
      const counter = counterOf(counts, digit, load<u32>(pair, 4));
      place = load<u32>(counter);
      store<u64>(place, load<u64>(pair));
      store<u32>(counter, place + 8);
    }
    const sorted = others;
    others = pairs;
    pairs = sorted;
  }
}

// @ts-ignore: decorator
@inline
function counterOf(counts: usize, digit: u32, key: u32): usize {
  return counts + ((digit * DIGITS + ((key >> (11 * digit)) & (DIGITS - 1))) << 2);
}

/**
 * A whole permutation of 0 to n - 1, as JAX draws it: each round sorts the numbers by n random
 * keys. The sort is a stable radix sort by three digits of 11 bits, from the lowest to the highest.
 */
import { fillKeys, sortingRounds } from "./keys";
import * as scratch from "./scratch";

/** The number of values of a digit. */
const DIGITS: u32 = 2048;

/** Fills `scratch.permutation` with `permutation(key, n)`. */
export function permute(key0: u32, key1: u32, n: u32): void {
  const order = scratch.permutation;
  const pairs = scratch.pairs;
  const sorted = scratch.sortedPairs;
  const keys = scratch.keys;
  for (let i: u32 = 0; i < n; i++) store<u32>(order + 4 * i, i);
  const rounds = sortingRounds(n);
  for (let round: u32 = 0; round < rounds; round++) {
    fillKeys(key0, key1, round, n, keys);
    for (let i: u32 = 0; i < n; i++) {
      store<u32>(pairs + 8 * i, load<u32>(order + 4 * i));
      store<u32>(pairs + 8 * i, load<u32>(keys + 4 * i), 4);
    }
    sortByKeys(n, pairs, sorted);
    for (let i: u32 = 0; i < n; i++) store<u32>(order + 4 * i, load<u32>(sorted + 8 * i));
  }
}

/**
 * Sorts (n) pairs stably by their keys. Each digit's pass copies the pairs from one array to the
 * other; after three passes the result is in `sorted`.
 */
function sortByKeys(n: u32, pairs: usize, sorted: usize): void {
  const counters = scratch.counters;
  memory.fill(counters, 0, 3 * 4 * DIGITS);
  for (let i: u32 = 0; i < n; i++) {
    const key = load<u32>(pairs + 8 * i, 4);
    for (let digit: u32 = 0; digit < 3; digit++) {
      const counter = counterOf(counters, digit, key);
      store<u32>(counter, load<u32>(counter) + 1);
    }
  }
  for (let digit: u32 = 0; digit < 3; digit++) {
    // Each count becomes the address of the first pair with that digit.
    const first = counters + digit * 4 * DIGITS;
    let target = sorted;
    for (let counter = first; counter < first + 4 * DIGITS; counter += 4) {
      const count = load<u32>(counter);
      store<u32>(counter, target);
      target += 8 * count;
    }
    for (let pair = pairs; pair < pairs + 8 * n; pair += 8) {
      const counter = counterOf(counters, digit, load<u32>(pair, 4));
      target = load<u32>(counter);
      store<u64>(target, load<u64>(pair));
      store<u32>(counter, target + 8);
    }
    const swapped = sorted;
    sorted = pairs;
    pairs = swapped;
  }
}

// @ts-ignore: decorator
@inline
function counterOf(counters: usize, digit: u32, key: u32): usize {
  return counters + ((digit * DIGITS + ((key >> (11 * digit)) & (DIGITS - 1))) << 2);
}

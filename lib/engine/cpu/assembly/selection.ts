/**
 * The first few rows of a permutation, selected without sorting all n (`lib/random/sorting_rounds.ts`
 * explains the idea). The element at position p of the result had rank p among the keys of the last
 * round; its position before that round is its rank in the round before, and so on:
 *
 *   last round:      rows[i] = the position of the i-th smallest key
 *   earlier rounds:  rows[i] = the position of the key with rank rows[i]
 *
 * Both collect a small part of the keys as pairs {u32 position, u32 key} and sort only these.
 */
import { fillKeys, sortingRounds } from "./keys";
import { selectionMargin } from "./memory";
import * as scratch from "./scratch";

/** The number of buckets into which sortPairs first divides the pairs. */
const BUCKETS: u32 = 256;
/**
 * The maximum average number of keys in a bin. It is low enough for a byte to count a bin's keys,
 * and high enough for the bins to stay in the first-level cache.
 */
const KEYS_PER_BIN: u32 = 4;
/** The bins are in this many groups. */
const GROUPS: u32 = 64;

/**
 * Fills rows, u32 (count), with `permutation(key, n)[0 .. count)`, for n of at least 2.
 *
 * @returns Whether it succeeded; it fails if a bin has more keys than a byte can count
 */
export function selectRows(key0: u32, key1: u32, n: u32, rows: usize, count: u32): bool {
  let round = sortingRounds(n) - 1;
  fillKeys(key0, key1, round, n, scratch.keys);
  selectSmallest(n, rows, count);
  while (round-- != 0) {
    fillKeys(key0, key1, round, n, scratch.keys);
    if (!selectRanks(n, rows, count)) return false;
  }
  return true;
}

/**
 * Fills rows with the positions of the `count` smallest keys, in order: collects and sorts all keys
 * up to a threshold.
 */
function selectSmallest(n: u32, rows: usize, count: u32): void {
  const pairs = scratch.pairs;
  const sorted = scratch.sortedPairs;
  // The threshold at which some standard deviations more than `count` keys are expected, or all.
  let expected = <f64> count + <f64> selectionMargin * Math.sqrt(<f64> count) + 1;
  while (true) {
    const share = min(expected / <f64> n, 1);
    const threshold = <u32> min(share * 4294967296.0, 4294967295.0);
    const end = collectUpTo(threshold, n);
    if (<u32> (end - pairs) >= 8 * count) {
      sortPairs(end, threshold);
      for (let i: u32 = 0; i < count; i++) store<u32>(rows + 4 * i, load<u32>(sorted + 8 * i));
      return;
    }
    expected = expected * 2;
  }
}

/** Collects the keys up to a threshold; returns the address after the last pair. */
function collectUpTo(threshold: u32, n: u32): usize {
  const keys = scratch.keys;
  let end = scratch.pairs;
  const limit = i32x4.splat(threshold);
  let i: u32 = 0;
  for (; i + 8 <= n; i += 8) {
    // Few keys are collected, so most groups of eight are skipped after one comparison.
    const low = v128.load(keys + 4 * i);
    const high = v128.load(keys + 4 * i, 16);
    const smallest = v128.min<u32>(low, high);
    if (!v128.any_true(v128.le<u32>(smallest, limit))) continue;
    let found = v128.bitmask<i32>(v128.le<u32>(low, limit)) |
      (v128.bitmask<i32>(v128.le<u32>(high, limit)) << 4);
    for (; found != 0; found &= found - 1) {
      const position = i + ctz(found);
      store<u32>(end, position);
      store<u32>(end, load<u32>(keys + 4 * position), 4);
      end += 8;
    }
  }
  for (; i < n; i++) {
    const key = load<u32>(keys + 4 * i);
    if (key > threshold) continue;
    store<u32>(end, i);
    store<u32>(end, key, 4);
    end += 8;
  }
  return end;
}

/**
 * Replaces each rank in rows by the position of the key with that rank. Counts the keys in bins by
 * their top bits, then collects and sorts the keys in the bins of wanted ranks. In
 * `scratch.counters`:
 *
 *   bins    u8 (bins): the number of keys in each bin
 *   marks   u8 (bins): 1 if a wanted rank is in the bin
 *   groups  u32 (GROUPS + 1): the rank of the first key of each group of bins, and n
 *   wanted  (count) pairs {u32 bin, u32 rank within the bin}
 *
 * @returns False if a bin has more keys than a byte can count
 */
function selectRanks(n: u32, rows: usize, count: u32): bool {
  const keys = scratch.keys;
  const pairs = scratch.pairs;
  const sorted = scratch.sortedPairs;
  const bins = scratch.counters;
  const binBits = max<u32>(8, 32 - clz<u32>((n - 1) / KEYS_PER_BIN));
  const shift = 32 - binBits;
  const binCount: u32 = 1 << binBits;
  const marks = bins + binCount;
  const groups = marks + binCount;
  const groupBins = binCount / GROUPS;
  // The counters of sortPairs overwrite the first 4 * BUCKETS bytes, but never `wanted`.
  const wanted = groups + 4 * BUCKETS;

  // Count the keys. They are loaded two at a time, the second in the upper half of a u64.
  memory.fill(bins, 0, 2 * binCount);
  const upperShift = 32 + shift;
  const evenCount = n & ~1;
  for (let i: u32 = 0; i < evenCount; i += 2) {
    const two = load<u64>(keys + 4 * i);
    increment(bins + (<u32> two >> shift));
    increment(bins + <u32> (two >> upperShift));
  }
  if (n & 1) increment(bins + (load<u32>(keys + 4 * (n - 1)) >> shift));
  let total: u32 = 0;
  for (let group: u32 = 0; group < GROUPS; group++) {
    store<u32>(groups + 4 * group, total);
    const first = bins + group * groupBins;
    for (let bin = first; bin < first + groupBins; bin++) total += load<u8>(bin);
  }
  store<u32>(groups + 4 * GROUPS, total);
  if (total != n) return false;

  // Find the bin of each rank, and the rank within the bin: the group by binary search, then the
  // bin.
  for (let i: u32 = 0; i < count; i++) {
    const rank = load<u32>(rows + 4 * i);
    let group: u32 = 0;
    for (let half: u32 = GROUPS / 2; half != 0; half >>= 1) {
      if (load<u32>(groups + 4 * (group + half)) <= rank) group += half;
    }
    let rankInBin = rank - load<u32>(groups + 4 * group);
    let bin = group * groupBins;
    while (true) {
      const inBin: u32 = load<u8>(bins + bin);
      if (rankInBin < inBin) break;
      rankInBin -= inBin;
      bin++;
    }
    store<u8>(marks + bin, 1);
    store<u32>(wanted + 8 * i, bin);
    store<u32>(wanted + 8 * i, rankInBin, 4);
  }

  // Collect the keys in marked bins. These are few, so four keys are skipped at a time.
  let end = pairs;
  let i: u32 = 0;
  for (; i + 4 <= n; i += 4) {
    const two = load<u64>(keys + 4 * i);
    const more = load<u64>(keys + 4 * i, 8);
    const marked = load<u8>(marks + (<u32> two >> shift)) |
      load<u8>(marks + <u32> (two >> upperShift)) |
      load<u8>(marks + (<u32> more >> shift)) |
      load<u8>(marks + <u32> (more >> upperShift));
    if (marked == 0) continue;
    for (let k = i; k < i + 4; k++) end = collectMarked(k, keys, marks, shift, end);
  }
  for (; i < n; i++) end = collectMarked(i, keys, marks, shift, end);

  sortPairs(end, 0xffffffff);
  const last = sorted + (end - pairs);
  for (let i: u32 = 0; i < count; i++) {
    const pair = firstOfBin(sorted, last, load<u32>(wanted + 8 * i), shift);
    store<u32>(rows + 4 * i, load<u32>(pair + 8 * load<u32>(wanted + 8 * i, 4)));
  }
  return true;
}

// @ts-ignore: decorator
@inline
function increment(bin: usize): void {
  store<u8>(bin, load<u8>(bin) + 1);
}

/** Collects key i if its bin is marked; returns the address after the last pair. */
function collectMarked(i: u32, keys: usize, marks: usize, shift: u32, end: usize): usize {
  const key = load<u32>(keys + 4 * i);
  if (load<u8>(marks + (key >> shift)) == 0) return end;
  store<u32>(end, i);
  store<u32>(end, key, 4);
  return end + 8;
}

/** Returns the first of the sorted pairs in a bin, by binary search; there must be one. */
function firstOfBin(first: usize, last: usize, bin: u32, shift: u32): usize {
  while (first < last) {
    const middle = first + (((last - first) >> 4) << 3);
    if (load<u32>(middle, 4) >> shift < bin) first = middle + 8;
    else last = middle;
  }
  return first;
}

/**
 * Sorts the pairs from `scratch.pairs` to `end` into `scratch.sortedPairs`: a counting sort by
 * buckets that divide the keys from 0 to `largest` evenly, then an insertion sort.
 */
function sortPairs(end: usize, largest: u32): void {
  const pairs = scratch.pairs;
  const sorted = scratch.sortedPairs;
  const counters = scratch.counters;
  const factor = ((<u64> BUCKETS << 32) - 1) / (<u64> largest + 1);
  memory.fill(counters, 0, 4 * BUCKETS);
  for (let pair = pairs; pair < end; pair += 8) {
    const counter = bucketOf(counters, pair, factor);
    store<u32>(counter, load<u32>(counter) + 8);
  }
  let target = sorted;
  for (let counter = counters; counter < counters + 4 * BUCKETS; counter += 4) {
    const bytes = load<u32>(counter);
    store<u32>(counter, target);
    target += bytes;
  }
  for (let pair = pairs; pair < end; pair += 8) {
    const counter = bucketOf(counters, pair, factor);
    target = load<u32>(counter);
    store<u64>(target, load<u64>(pair));
    store<u32>(counter, target + 8);
  }
  const last = sorted + (end - pairs);
  for (let next = sorted + 8; next < last; next += 8) {
    const pair = load<u64>(next);
    let hole = next;
    for (; hole > sorted; hole -= 8) {
      const before = load<u64>(hole - 8);
      if (before <= pair) break;
      store<u64>(hole, before);
    }
    store<u64>(hole, pair);
  }
}

/** Returns the address of the counter of a pair's bucket. */
// @ts-ignore: decorator
@inline
function bucketOf(counters: usize, pair: usize, factor: u64): usize {
  return counters + (<usize> ((<u64> load<u32>(pair, 4) * factor) >> 32) << 2);
}

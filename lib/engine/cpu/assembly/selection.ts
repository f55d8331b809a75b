/**
 * The first few rows of a permutation without sorting all: `lib/random/row_selector.ts` explains
 * the idea. The last round is asked for its smallest keys; each earlier one for the elements of
 * some ranks.
 *
 * Keys are collected as pairs {u32 position, u32 key}: as 64-bit numbers they are in the order of a
 * stable sort by key.
 */
import { fillKeys, sortingRounds } from "./keys";
import { selectionMargin } from "./memory";

/** Buckets that collected pairs are sorted by first. */
const BUCKETS: u32 = 256;
/** Bytes of their counters, and 16 to align them. */
const SORT_BYTES: u32 = 4 * BUCKETS + 16;
/**
 * Keys of a bin on average, at most: so few that a byte counts them, so many that the bins stay in
 * the nearest cache.
 */
const KEYS_PER_BIN: u32 = 4;

/**
 * Fills rows (count) with `permutation(key, n)[0 .. count)`.
 *
 * @param keys Room for n keys
 * @param pairs Room for n pairs, as `sorted`
 * @param bins Room for 2 n + 4096 bytes
 * @returns Whether they were found; if a bin held more keys than a byte counts, they were not
 */
export function select(
  key0: u32,
  key1: u32,
  n: u32,
  rows: usize,
  count: u32,
  keys: usize,
  pairs: usize,
  sorted: usize,
  bins: usize,
): bool {
  let round = sortingRounds(n);
  if (round == 0) {
    for (let i: u32 = 0; i < count; i++) store<u32>(rows + 4 * i, i);
    return true;
  }
  round--;
  fillKeys(key0, key1, round, n, keys);
  selectSmallest(n, rows, count, keys, pairs, sorted, bins);
  while (round-- != 0) {
    fillKeys(key0, key1, round, n, keys);
    if (!selectRanks(n, rows, count, keys, pairs, sorted, bins)) return false;
  }
  return true;
}

/**
 * Positions of the `count` smallest keys, in their order: all keys below a threshold are collected
 * and sorted.
 */
function selectSmallest(
  n: u32,
  rows: usize,
  count: u32,
  keys: usize,
  pairs: usize,
  sorted: usize,
  bins: usize,
): void {
  // Below it are as many as wanted and some standard deviations more, or all.
  let expected = <f64> count + <f64> selectionMargin * Math.sqrt(<f64> count) + 1;
  while (true) {
    const share = min(expected / <f64> n, 1);
    const threshold = <u32> min(share * 4294967296.0, 4294967295.0);
    const end = collectUpTo(threshold, n, keys, pairs);
    if (<u32> (end - pairs) >= 8 * count) {
      sortPairs(pairs, end, threshold, sorted, bins);
      for (let i: u32 = 0; i < count; i++) store<u32>(rows + 4 * i, load<u32>(sorted + 8 * i));
      return;
    }
    expected = expected * 2;
  }
}

/** Collects the keys up to a threshold; returns the address behind their last pair. */
function collectUpTo(threshold: u32, n: u32, keys: usize, pairs: usize): usize {
  const limit = i32x4.splat(threshold);
  let i: u32 = 0;
  for (; i + 8 <= n; i += 8) {
    // Few keys are collected, so eight are passed over at a time.
    const low = v128.load(keys + 4 * i);
    const high = v128.load(keys + 4 * i, 16);
    const smallest = v128.min<u32>(low, high);
    if (!v128.any_true(v128.le<u32>(smallest, limit))) continue;
    let found = v128.bitmask<i32>(v128.le<u32>(low, limit)) |
      (v128.bitmask<i32>(v128.le<u32>(high, limit)) << 4);
    for (; found != 0; found &= found - 1) {
      const position = i + ctz(found);
      store<u32>(pairs, position);
      store<u32>(pairs, load<u32>(keys + 4 * position), 4);
      pairs += 8;
    }
  }
  for (; i < n; i++) {
    const key = load<u32>(keys + 4 * i);
    if (key > threshold) continue;
    store<u32>(pairs, i);
    store<u32>(pairs, key, 4);
    pairs += 8;
  }
  return pairs;
}

/**
 * Overwrites each rank in rows (count) by the position of the key that has it. Keys are counted in
 * bins by their top bits; only the bins of wanted ranks are collected.
 */
function selectRanks(
  n: u32,
  rows: usize,
  count: u32,
  keys: usize,
  pairs: usize,
  sorted: usize,
  bins: usize,
): bool {
  const binBits = max<u32>(8, 32 - clz<u32>((n - 1) / KEYS_PER_BIN));
  const shift = 32 - binBits;
  const binCount: u32 = 1 << binBits;
  const marks = bins + binCount;
  const groups = marks + binCount; // u32 (65): the ranks at which 64 groups of bins begin, and n
  const groupBins = binCount >> 6;
  memory.fill(bins, 0, 2 * binCount);
  // Keys are loaded in pairs, the second in the upper half.
  const upperShift = 32 + shift;
  const pairsOfKeys = n & ~1;
  for (let i: u32 = 0; i < pairsOfKeys; i += 2) {
    const two = load<u64>(keys + 4 * i);
    count1(bins + (<u32> two >> shift));
    count1(bins + <u32> (two >> upperShift));
  }
  if (n & 1) count1(bins + (load<u32>(keys + 4 * (n - 1)) >> shift));
  let total: u32 = 0;
  for (let group: u32 = 0; group < 64; group++) {
    store<u32>(groups + 4 * group, total);
    const first = bins + group * groupBins;
    for (let bin = first; bin < first + groupBins; bin++) total += load<u8>(bin);
  }
  store<u32>(groups + 4 * 64, total);
  if (total != n) return false;

  // Each rank becomes its bin and its rank in there.
  // They lie behind the room that sorting takes of `groups`.
  const wanted = groups + SORT_BYTES;
  for (let i: u32 = 0; i < count; i++) {
    const rank = load<u32>(rows + 4 * i);
    let group: u32 = 0;
    for (let half: u32 = 32; half != 0; half >>= 1) {
      if (load<u32>(groups + 4 * (group + half)) <= rank) group += half;
    }
    let left = rank - load<u32>(groups + 4 * group);
    let bin = group * groupBins;
    while (true) {
      const inBin: u32 = load<u8>(bins + bin);
      if (left < inBin) break;
      left -= inBin;
      bin++;
    }
    store<u8>(marks + bin, 1);
    store<u32>(wanted + 8 * i, bin);
    store<u32>(wanted + 8 * i, left, 4);
  }

  let end = pairs;
  let i: u32 = 0;
  for (; i + 4 <= n; i += 4) {
    // Few bins are marked, so four keys are passed over at a time.
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
  sortPairs(pairs, end, 0xffffffff, sorted, groups);
  const last = sorted + (end - pairs);
  for (let i: u32 = 0; i < count; i++) {
    const pair = firstOfBin(sorted, last, load<u32>(wanted + 8 * i), shift);
    store<u32>(rows + 4 * i, load<u32>(pair + 8 * load<u32>(wanted + 8 * i, 4)));
  }
  return true;
}

// @ts-ignore: decorator
@inline
function count1(bin: usize): void {
  store<u8>(bin, load<u8>(bin) + 1);
}

/** Collects key i if its bin is marked; returns the address behind the last pair. */
function collectMarked(i: u32, keys: usize, marks: usize, shift: u32, end: usize): usize {
  const key = load<u32>(keys + 4 * i);
  if (load<u8>(marks + (key >> shift)) == 0) return end;
  store<u32>(end, i);
  store<u32>(end, key, 4);
  return end + 8;
}

/** The first of sorted pairs that is in the bin, which has one. */
function firstOfBin(first: usize, last: usize, bin: u32, shift: u32): usize {
  while (first < last) {
    const middle = first + (((last - first) >> 4) << 3);
    if (load<u32>(middle, 4) >> shift < bin) first = middle + 8;
    else last = middle;
  }
  return first;
}

/**
 * Sorts pairs into `sorted`: by buckets that divide the keys from 0 to `largest` evenly, then by
 * insertion.
 */
function sortPairs(pairs: usize, end: usize, largest: u32, sorted: usize, counts: usize): void {
  counts = (counts + 15) & ~15;
  const factor = ((<u64> BUCKETS << 32) - 1) / (<u64> largest + 1);
  memory.fill(counts, 0, 4 * BUCKETS);
  for (let pair = pairs; pair < end; pair += 8) {
    const counter = bucketOf(counts, pair, factor);
    store<u32>(counter, load<u32>(counter) + 8);
  }
  let place = sorted;
  for (let counter = counts; counter < counts + 4 * BUCKETS; counter += 4) {
    const bytes = load<u32>(counter);
    store<u32>(counter, place);
    place += bytes;
  }
  for (let pair = pairs; pair < end; pair += 8) {
    const counter = bucketOf(counts, pair, factor);
    place = load<u32>(counter);
    store<u64>(place, load<u64>(pair));
    store<u32>(counter, place + 8);
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

// @ts-ignore: decorator
@inline
function bucketOf(counts: usize, pair: usize, factor: u64): usize {
  return counts + (<usize> ((<u64> load<u32>(pair, 4) * factor) >> 32) << 2);
}

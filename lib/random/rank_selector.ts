/**
 * Finds elements by their rank among n keys. The result is that of a stable sort, but only a small
 * part of the keys is sorted.
 *
 * The keys are counted in bins by their top bits. Prefix sums over the bins tell which bin holds a
 * rank. Only bins that hold a given rank are collected and sorted. Random keys fill the bins evenly
 * with about 16 keys each, so finding 100 ranks among 60,000 keys takes sorting 100 bins of 16 keys.
 */

/** Average number of keys in a bin: small enough for insertion sort, large enough to keep bins few. */
const KEYS_PER_BIN = 16;

/**
 * Creates a function that finds the positions of the elements with given ranks in a stable sort by
 * keys. Rank 0 is the smallest key. Of equal keys, the one at the lower position has the lower rank.
 * The function does not allocate memory.
 *
 * @param n The number of keys
 * @returns A function of `keys` (n of them) and `ranks` (0 to n - 1, in any order). It replaces each
 *   rank by the position of the element with that rank
 *
 * @example
 * ```ts
 * import { createRankSelector } from "./rank_selector.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const select = createRankSelector(5);
 * const ranks = Uint32Array.of(2, 0, 4);
 * select(Uint32Array.of(30, 10, 20, 20, 40), ranks);
 * assertEquals(ranks, Uint32Array.of(3, 1, 4));
 * ```
 */
export function createRankSelector(n: number): (keys: Uint32Array, ranks: Uint32Array) => void {
  const binBits = Math.max(1, Math.ceil(Math.log2(n / KEYS_PER_BIN)));
  const bins = 1 << binBits;
  const shift = 32 - binBits;
  /** The rank of each bin's first element; one more entry marks the end of the last bin. */
  const firstRank = new Uint32Array(bins + 1);
  /** The index in `collected` of each bin's first element; -1 if the bin is not collected. */
  const place = new Int32Array(bins);
  /** The index in `collected` of each bin's next element, while elements are collected. */
  const next = new Int32Array(bins);
  const collectedKeys = new Uint32Array(n);
  const collected = new Uint32Array(n);

  return (keys, ranks) => {
    firstRank.fill(0);
    for (let i = 0; i < n; i++) firstRank[keys[i] >>> shift]++;
    let before = 0;
    for (let bin = 0; bin <= bins; bin++) {
      const count = firstRank[bin];
      firstRank[bin] = before;
      before += count;
    }

    place.fill(-1);
    let end = 0;
    for (let i = 0; i < ranks.length; i++) {
      const bin = binOfRank(firstRank, ranks[i]);
      if (place[bin] >= 0) continue;
      place[bin] = end;
      end += firstRank[bin + 1] - firstRank[bin];
    }

    next.set(place);
    for (let i = 0; i < n; i++) {
      const key = keys[i];
      const bin = key >>> shift;
      const at = next[bin];
      if (at < 0) continue;
      next[bin] = at + 1;
      collectedKeys[at] = key;
      collected[at] = i;
    }

    // Each collected bin is contiguous; it is sorted when one of its ranks is first read.
    for (let i = 0; i < ranks.length; i++) {
      const bin = binOfRank(firstRank, ranks[i]);
      const start = place[bin];
      const stop = next[bin];
      if (stop > start) {
        sortByInsertion(collectedKeys, collected, start, stop);
        next[bin] = start; // marks the bin as sorted
      }
      ranks[i] = collected[start + ranks[i] - firstRank[bin]];
    }
  };
}

/** Finds the last bin whose first rank is at most the given one. (An empty bin has the next bin's.) */
function binOfRank(firstRank: Uint32Array, rank: number): number {
  let low = 0;
  let high = firstRank.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (firstRank[middle] <= rank) low = middle;
    else high = middle;
  }
  return low;
}

/** Sorts the elements start to stop - 1 by key, stably. */
function sortByInsertion(
  keys: Uint32Array,
  values: Uint32Array,
  start: number,
  stop: number,
): void {
  for (let i = start + 1; i < stop; i++) {
    const key = keys[i];
    const value = values[i];
    let hole = i;
    while (hole > start && keys[hole - 1] > key) {
      keys[hole] = keys[hole - 1];
      values[hole] = values[hole - 1];
      hole--;
    }
    keys[hole] = key;
    values[hole] = value;
  }
}

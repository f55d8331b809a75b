/**
 * Finds elements by their rank among n keys, as a stable sort would find them
 * but without sorting more than it must.
 *
 * The keys are counted in bins by their top bits. Sums over the bins before
 * tell in which bin a rank lies; only the few bins that hold a wanted rank are
 * collected and sorted. Random keys fill the bins evenly, with about 16 each:
 * 100 ranks among 60,000 keys mean sorting 100 times 16 elements.
 */

/** Average number of keys in a bin: few enough to sort by insertion, so many that there are few bins. */
const KEYS_PER_BIN = 16;

/**
 * Makes a function that finds the positions of the elements with given ranks in
 * a stable sort by keys: rank 0 is the smallest key, and of equal keys the one
 * at the lower position has the lower rank. The function allocates nothing.
 *
 * @param n How many keys there are
 * @returns A function of `keys` (n of them, any) and `ranks` (0 to n - 1, in any order) that overwrites each rank by the element's position
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
  /** Of each bin: the rank of its first element; one more entry ends the last bin. */
  const firstRank = new Uint32Array(bins + 1);
  /** Of each bin: where in `collected` its elements begin, or -1 if none of them is wanted. */
  const place = new Int32Array(bins);
  /** While elements are collected: where the bin's next one goes. */
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

    // The collected bins lie one behind the other, in the order in which they were first asked for.
    for (let i = 0; i < ranks.length; i++) {
      const bin = binOfRank(firstRank, ranks[i]);
      const start = place[bin];
      const stop = next[bin];
      if (stop > start) {
        sortByInsertion(collectedKeys, collected, start, stop);
        next[bin] = start; // sorted
      }
      ranks[i] = collected[start + ranks[i] - firstRank[bin]];
    }
  };
}

/** The last bin whose first element's rank is not above the given one: by bisection, as empty bins share their rank with the next. */
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

/** Sorts elements start to stop - 1 by key; stable, as elements pass only larger keys. */
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

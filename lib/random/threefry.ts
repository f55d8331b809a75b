/**
 * Draws JAX's random bits: creates and splits keys, and computes the threefry-2x32 block function,
 * which turns a key and a counter into 64 pseudorandom bits.
 *
 * Sources: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011), and
 * https://github.com/jax-ml/jax/blob/main/jax/_src/prng.py.
 */

/** A random key of two 32-bit words. Every draw from the same key gives the same numbers. */
export type Key = Uint32Array<ArrayBuffer>;

/**
 * How the counters of the blocks are assigned to the numbers drawn. It decides which numbers a key
 * gives.
 * - `legacy`: JAX's only layout before 0.5, and the notebook's
 * - `partitionable`: JAX's default since 0.5
 */
export type ThreefryLayout = "legacy" | "partitionable";

/** Options of the functions that draw random numbers. */
export interface ThreefryOptions {
  /** Which random numbers a key produces. @default "legacy" */
  threefry?: ThreefryLayout;
}

/**
 * Creates the key of a seed: `[0, seed]`, as JAX does for 32-bit seeds.
 *
 * @param seed A whole number from 0 to 2^32 - 1
 * @returns A key
 * @throws {RangeError} If the seed is anything else
 *
 * @example
 * ```ts
 * import { prngKey } from "./threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(prngKey(298504), Uint32Array.of(0, 298504));
 * ```
 */
export function prngKey(seed: number): Key {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(
      `Cannot create a key as the seed must be a whole number from 0 to 4294967295: ` +
        `current value is ${seed}`,
    );
  }
  return Uint32Array.of(0, seed);
}

/**
 * Splits a key into new keys, as `jax.random.split` does. Their numbers are statistically independent
 * of each other's and of the old key's.
 *
 * @param key A key; do not draw from it again
 * @param count How many keys to create
 * @param options The layout
 * @returns `count` keys
 * @throws {RangeError} If `count` is not a whole number of at least 0
 *
 * @example
 * ```ts
 * import { prngKey, split } from "./threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(split(prngKey(0)), [
 *   Uint32Array.of(4146024105, 967050713),
 *   Uint32Array.of(2718843009, 1272950319),
 * ]);
 * assertEquals(split(prngKey(0), 2, { threefry: "partitionable" }), [
 *   Uint32Array.of(1797259609, 2579123966),
 *   Uint32Array.of(928981903, 3453687069),
 * ]);
 * ```
 */
export function split(key: Key, count = 2, options: ThreefryOptions = {}): Key[] {
  const words = new Uint32Array(2 * checkedCount(count, "split a key"));
  fillKeys(key, words, options.threefry);
  const keys: Key[] = [];
  for (let i = 0; i < words.length; i += 2) keys.push(words.slice(i, i + 2));
  return keys;
}

/**
 * Fills an array with the keys that `split` returns, two words each. It does not allocate, since
 * allocating an array for a key takes ten times as long as computing the key.
 *
 * @param key The first two elements are the key; may be `words` itself
 * @param words The array to fill, two elements per key
 * @param layout Which random numbers a key produces
 */
export function fillKeys(key: Key, words: Uint32Array, layout: ThreefryLayout = "legacy"): void {
  THREEFRY_LAYOUTS[layout].fillKeys(key, words);
}

/**
 * Draws random 32-bit words, as `jax.random.bits` does.
 *
 * @param key A key
 * @param count How many words
 * @param options The layout
 * @returns `count` words
 * @throws {RangeError} If `count` is not a whole number of at least 0
 *
 * @example
 * ```ts
 * import { prngKey, randomBits } from "./threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomBits(prngKey(1701), 3), Uint32Array.of(56197195, 4200222568, 961309823));
 * ```
 */
export function randomBits(
  key: Key,
  count: number,
  options: ThreefryOptions = {},
): Uint32Array<ArrayBuffer> {
  const bits = new Uint32Array(checkedCount(count, "draw random bits"));
  fillBits(key, bits, options.threefry);
  return bits;
}

/**
 * Fills an array with the words that `randomBits` returns for its length, without allocating.
 *
 * @param key A key
 * @param bits The array to fill
 * @param layout Which random numbers a key produces
 */
export function fillBits(key: Key, bits: Uint32Array, layout: ThreefryLayout = "legacy"): void {
  THREEFRY_LAYOUTS[layout].fillBits(key, bits);
}

/** What a layout does. */
interface LayoutRule {
  /** Its number in shaders/rows/choose_rows.wgsl and lib/engine/cpu/assembly/keys.ts. */
  code: number;
  /** See the function `fillKeys`. */
  fillKeys(key: Key, words: Uint32Array): void;
  /** See the function `fillBits`. */
  fillBits(key: Key, bits: Uint32Array): void;
}

/** The layouts by name. */
export const THREEFRY_LAYOUTS: Readonly<Record<ThreefryLayout, LayoutRule>> = {
  legacy: { code: 0, fillKeys: fillLegacy, fillBits: fillLegacy },
  partitionable: {
    code: 1,
    fillKeys: (key, words) => fillBlocks(key, 0, 0, 0, words.length / 2, words, 1, 2),
    fillBits(key, bits) {
      for (let start = 0; start < bits.length; start += CHUNK) {
        const blocks = Math.min(CHUNK, bits.length - start);
        fillBlocks(key, 0, 0, start, blocks, chunk, CHUNK, 1);
        for (let i = 0; i < blocks; i++) bits[start + i] = chunk[i] ^ chunk[CHUNK + i];
      }
    },
  },
};

/** Splits the counters 0 to count - 1 in halves: block i has the counter (i, half + i). */
function fillLegacy(key: Key, bits: Uint32Array): void {
  const count = bits.length;
  const half = (count + 1) >> 1;
  const pairs = count >> 1;
  fillBlocks(key, 0, 1, half, pairs, bits, half, 1);
  if (pairs < half) {
    fillBlocks(key, pairs, 0, 0, 1, chunk, 1, 1);
    bits[pairs] = chunk[0];
  }
}

/**
 * Computes one threefry-2x32 block of 20 rounds.
 *
 * @param key A key
 * @param x0 The counter's first word
 * @param x1 The counter's second word
 * @returns The block's two words
 */
export function threefry2x32(key: Key, x0: number, x1: number): Key {
  const words = new Uint32Array(2);
  fillBlocks(key, x0, 0, x1, 1, words, 1, 1);
  return words;
}

/** Number of blocks computed at a time in the partitionable layout, which combines a block's words. */
const CHUNK = 1024;
const chunk = new Uint32Array(2 * CHUNK);

/**
 * Computes `blocks` blocks. Block i has the counter (x0 + i * step0, x1 + i). Its words are written
 * to out[i * stride] and out[second + i * stride].
 *
 * A block has 20 rounds, each an addition, a rotation and an exclusive or. After every fourth round,
 * words of the key are added. The rounds are unrolled and use signed 32-bit integers: this takes 8 ns
 * per block, compared with 12 ns for a function per block.
 */
function fillBlocks(
  key: Key,
  x0: number,
  step0: number,
  x1: number,
  blocks: number,
  out: Uint32Array,
  second: number,
  stride: number,
): void {
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  let first0 = (x0 + k0) | 0;
  let first1 = (x1 + k1) | 0;
  const end = blocks * stride;
  for (let at = 0; at < end; at += stride) {
    let a = first0;
    let b = first1;
    first0 = (first0 + step0) | 0;
    first1 = (first1 + 1) | 0;

    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k1) | 0;
    b = (b + k2 + 1) | 0;

    a = (a + b) | 0;
    b = ((b << 17) | (b >>> 15)) ^ a;
    a = (a + b) | 0;
    b = ((b << 29) | (b >>> 3)) ^ a;
    a = (a + b) | 0;
    b = ((b << 16) | (b >>> 16)) ^ a;
    a = (a + b) | 0;
    b = ((b << 24) | (b >>> 8)) ^ a;
    a = (a + k2) | 0;
    b = (b + k0 + 2) | 0;

    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k0) | 0;
    b = (b + k1 + 3) | 0;

    a = (a + b) | 0;
    b = ((b << 17) | (b >>> 15)) ^ a;
    a = (a + b) | 0;
    b = ((b << 29) | (b >>> 3)) ^ a;
    a = (a + b) | 0;
    b = ((b << 16) | (b >>> 16)) ^ a;
    a = (a + b) | 0;
    b = ((b << 24) | (b >>> 8)) ^ a;
    a = (a + k1) | 0;
    b = (b + k2 + 4) | 0;

    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    out[at] = a + k2;
    out[second + at] = b + k0 + 5;
  }
}

/** Throws if a count is not a whole number of at least 0. */
function checkedCount(count: number, action: string): number {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(
      `Cannot ${action} as the count must be a whole number of at least 0: ` +
        `current value is ${count}`,
    );
  }
  return count;
}

/** Draws from JAX's distributions: a key gives the same numbers as in JAX. */
import { erfInv } from "./erf_inv.ts";
import { fillRoundKeys, sortingRounds } from "./sorting_rounds.ts";
import { sortByKeys } from "./stable_sort.ts";
import { fillBits, type Key, randomBits, type ThreefryOptions } from "./threefry.ts";

/** How many numbers to draw: a count, or the sizes of an array, whose product is the count. */
export type Shape = number | readonly number[];

/** The range of `uniform`. */
export interface UniformOptions extends ThreefryOptions {
  /** Inclusive lower bound. @default 0 */
  minval?: number;
  /**
   * Upper bound, exclusive except for rounding. If it is below `minval`, all numbers are `minval`,
   * as in JAX.
   * @default 1
   */
  maxval?: number;
}

/**
 * Draws numbers uniformly from `minval` to `maxval`, as `jax.random.uniform` does.
 *
 * @param key A key
 * @param shape How many numbers
 * @param options The range, rounded to float32, and the layout
 * @returns All numbers in one array, row-major
 * @throws {RangeError} If the number of elements is not a whole number of at least 0
 *
 * @example
 * ```ts
 * import { uniform } from "./distributions.ts";
 * import { prngKey } from "./threefry.ts";
 * import { assert } from "@std/assert";
 *
 * const angles = uniform(prngKey(0), 1000, { minval: -180, maxval: 180 });
 * assert(angles.every((angle) => -180 <= angle && angle <= 180));
 * ```
 */
export function uniform(
  key: Key,
  shape: Shape,
  { minval = 0, maxval = 1, threefry }: UniformOptions = {},
): Float32Array<ArrayBuffer> {
  const bits = randomBits(key, elements(shape), { threefry });
  const low = Math.fround(minval);
  const range = Math.fround(Math.fround(maxval) - low);
  // 23 random bits become the fraction of a float32 from 1 to 2, from which 1 is subtracted below.
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] >>> 9) | 0x3f800000;
  const numbers = new Float32Array(bits.buffer);
  for (let i = 0; i < numbers.length; i++) {
    // XLA fuses the multiply-add. The product is exact in float64, so this also rounds only once.
    numbers[i] = Math.max(low, Math.fround((numbers[i] - 1) * range + low));
  }
  return numbers;
}

const SQRT2 = Math.fround(Math.SQRT2);
/** The smallest float32 above -1, since the inverse error function of -1 is infinite. */
const ABOVE_MINUS_1 = -1 + 2 ** -24;

/**
 * Draws from the normal distribution with mean 0 and variance 1, as `jax.random.normal` does: applies
 * the inverse error function to uniform numbers. All possible outputs equal those of JAX 0.10.2 on a
 * CPU to the bit.
 *
 * @param key A key
 * @param shape How many numbers
 * @param options The layout
 * @returns All numbers in one array, row-major
 * @throws {RangeError} If the number of elements is not a whole number of at least 0
 *
 * @example
 * ```ts
 * import { normal } from "./distributions.ts";
 * import { prngKey } from "./threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(normal(prngKey(0), 1)[0], Math.fround(-0.20584226));
 * assertEquals(normal(prngKey(0), [50, 784]).length, 39200);
 * ```
 */
export function normal(
  key: Key,
  shape: Shape,
  { threefry }: ThreefryOptions = {},
): Float32Array<ArrayBuffer> {
  const numbers = uniform(key, shape, { minval: ABOVE_MINUS_1, maxval: 1, threefry });
  for (let i = 0; i < numbers.length; i++) numbers[i] = SQRT2 * erfInv(numbers[i]);
  return numbers;
}

/**
 * Returns the numbers 0 to n - 1 in random order, as `jax.random.permutation` does.
 *
 * @param key A key
 * @param n How many numbers
 * @param options The layout
 * @returns n numbers
 * @throws {RangeError} If `n` is not a whole number of at least 0
 *
 * @example
 * ```ts
 * import { permutation } from "./distributions.ts";
 * import { prngKey } from "./threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(permutation(prngKey(3), 5).sort(), Uint32Array.of(0, 1, 2, 3, 4));
 * ```
 */
export function permutation(
  key: Key,
  n: number,
  { threefry = "legacy" }: ThreefryOptions = {},
): Uint32Array<ArrayBuffer> {
  if (!Number.isInteger(n) || n < 0) {
    throw new RangeError(
      `Cannot draw rows as their number must be a whole number of at least 0: ` +
        `current value is ${n}`,
    );
  }
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const bits = new Uint32Array(n);
  const keys = new Uint32Array(2 * sortingRounds(n));
  fillRoundKeys(key, keys, threefry);
  for (let at = keys.length - 2; at >= 0; at -= 2) {
    fillBits(keys.subarray(at, at + 2), bits, threefry);
    sortByKeys(bits, order);
  }
  return order;
}

/**
 * Samples k of the numbers 0 to n - 1 without replacement, as
 * `jax.random.choice(key, n, (k,), replace=False)` does: the first k of `permutation(key, n)`.
 *
 * @param key A key
 * @param n How many numbers there are
 * @param k How many to sample, at most n
 * @param options The layout
 * @returns k numbers, in the order of the permutation
 * @throws {RangeError} If `n` and `k` are not whole numbers with 0 <= k <= n
 *
 * @example
 * ```ts
 * import { choice, permutation } from "./distributions.ts";
 * import { prngKey } from "./threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const key = prngKey(3);
 * assertEquals(choice(key, 1000, 3), permutation(key, 1000).slice(0, 3));
 * ```
 */
export function choice(
  key: Key,
  n: number,
  k: number,
  options: ThreefryOptions = {},
): Uint32Array<ArrayBuffer> {
  if (!Number.isInteger(k) || k < 0 || k > n) {
    throw new RangeError(
      `Cannot draw rows without replacement as their number must be a whole number from 0 to ${n}: ` +
        `current value is ${k}`,
    );
  }
  return permutation(key, n, options).slice(0, k);
}

/** Returns the number of elements of a shape; `randomBits` checks that it is valid. */
function elements(shape: Shape): number {
  return typeof shape === "number" ? shape : shape.reduce((product, size) => product * size, 1);
}

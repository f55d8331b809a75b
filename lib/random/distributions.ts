/** JAX's distributions: the same key gives the same numbers as in JAX. */
import { erfInv } from "./erf_inv.ts";
import { createRowSelector } from "./row_selector.ts";
import { type Key, randomBits, type ThreefryOptions } from "./threefry.ts";

/** How many numbers to draw: a count, or an array of sizes, which are multiplied. */
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
 * @param options The range, in float32, and the layout
 * @returns Flat, row-major
 * @throws RangeError if the number of elements is not a whole number of at least 0
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
  { minval = 0, maxval = 1, layout }: UniformOptions = {},
): Float32Array<ArrayBuffer> {
  const bits = randomBits(key, elements(shape), { layout });
  const low = Math.fround(minval);
  const range = Math.fround(Math.fround(maxval) - low);
  // 23 random bits become the fraction of a float32 between 1 and 2; then 1 is subtracted.
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] >>> 9) | 0x3f800000;
  const numbers = new Float32Array(bits.buffer);
  for (let i = 0; i < numbers.length; i++) {
    // XLA fuses the multiply-add. In float64 the product is exact, so here too there is one rounding.
    numbers[i] = Math.max(low, Math.fround((numbers[i] - 1) * range + low));
  }
  return numbers;
}

const SQRT2 = Math.fround(Math.SQRT2);
/** The smallest float32 above -1; a uniform number of -1 would become an infinite normal one. */
const ABOVE_MINUS_1 = -1 + 2 ** -24;

/**
 * Draws from the normal distribution with mean 0 and variance 1, as
 * `jax.random.normal` does: the inverse error function of uniform numbers.
 * All possible outputs were compared with JAX 0.10.2 on a CPU and are equal to
 * the bit.
 *
 * @param key A key
 * @param shape How many numbers
 * @param options The layout
 * @returns Flat, row-major
 * @throws RangeError if the number of elements is not a whole number of at least 0
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
  { layout }: ThreefryOptions = {},
): Float32Array<ArrayBuffer> {
  const numbers = uniform(key, shape, { minval: ABOVE_MINUS_1, maxval: 1, layout });
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
 * @throws RangeError if `n` is not a whole number of at least 0
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
  options: ThreefryOptions = {},
): Uint32Array<ArrayBuffer> {
  return choice(key, n, n, options);
}

/**
 * Samples k of the numbers 0 to n - 1 without replacement, as
 * `jax.random.choice(key, n, (k,), replace=False)` does: the first k of `permutation(key, n)`.
 *
 * @param key A key
 * @param n How many numbers there are
 * @param k How many to sample, at most n; if k is much smaller than n, nothing is shuffled
 * @param options The layout
 * @returns k numbers, in the order of the permutation
 * @throws RangeError if `n` and `k` are not whole numbers with 0 <= k <= n
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
  { layout }: ThreefryOptions = {},
): Uint32Array<ArrayBuffer> {
  const selectRows = createRowSelector(n, k, layout);
  const rows = new Uint32Array(k);
  selectRows(key, rows);
  return rows;
}

/** The number of elements of a shape; `randomBits` checks that it is valid. */
function elements(shape: Shape): number {
  return typeof shape === "number" ? shape : shape.reduce((product, size) => product * size, 1);
}

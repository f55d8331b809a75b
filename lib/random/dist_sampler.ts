/** Draws the notebook's random numbers from one seed, in sequence. */
import { choice, normal, permutation } from "./distributions.ts";
import {
  fillKeys,
  type Key,
  prngKey,
  type ThreefryLayout,
  type ThreefryOptions,
} from "./threefry.ts";

/** An array or typed array with one element per row. */
export interface RowArray {
  /** The number of elements. */
  readonly length: number;
  /** Returns a new array of the same kind. */
  slice(start: number, end: number): ArrayLike<unknown>;
}

/**
 * The notebook's only source of randomness. It holds one key. Each draw replaces the key by the
 * first key of its split and uses the new key. A draw therefore depends on the seed and on the
 * number of earlier draws, not on their kind.
 *
 * @example
 * ```ts
 * import { DistSampler } from "./dist_sampler.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const sampler = new DistSampler(298504);
 * assertEquals(sampler.normal(50, 784).length, 39200);
 *
 * const images = ["zero", "one", "two"];
 * const labels = Uint8Array.of(0, 1, 2);
 * const [image, label] = sampler.randomRows(1, images, labels);
 * assertEquals(image[0], images[label[0]]);
 * ```
 */
export class DistSampler {
  /** Which random numbers a key produces. */
  readonly threefry: ThreefryLayout;
  /** The current key, then the unused second key of the last split. */
  readonly #words = new Uint32Array(4);

  /**
   * Creates a sampler at the start of a seed's draws.
   *
   * @param seed A whole number from 0 to 2^32 - 1
   * @param options The layout
   * @throws {RangeError} If the seed is anything else
   */
  constructor(seed: number, { threefry = "legacy" }: ThreefryOptions = {}) {
    this.#words.set(prngKey(seed));
    this.threefry = threefry;
  }

  /**
   * Creates a sampler that continues where another one stopped.
   *
   * @param key The other sampler's `key`
   * @param options The other sampler's layout
   * @returns A new sampler, which continues with the same draws
   *
   * @example
   * ```ts
   * import { DistSampler } from "./dist_sampler.ts";
   * import { assertEquals } from "@std/assert";
   *
   * const sampler = new DistSampler(7);
   * sampler.nextKey();
   * const resumed = DistSampler.fromKey(sampler.key);
   * assertEquals(resumed.choice(100, 3), sampler.choice(100, 3));
   * ```
   */
  static fromKey(key: Key, options: ThreefryOptions = {}): DistSampler {
    const sampler = new DistSampler(0, options);
    sampler.#words.set(key);
    return sampler;
  }

  /** The key of the last draw, or the seed's key before the first draw. It is the sampler's whole state. */
  get key(): Key {
    return this.#words.slice(0, 2);
  }

  /** Advances to the key of the next draw and returns it, for a draw by other code. */
  nextKey(): Key {
    fillKeys(this.#words, this.#words, this.threefry);
    return this.key;
  }

  /**
   * Draws normally distributed numbers with mean 0 and variance 1.
   *
   * @param shape The sizes of the array
   * @returns All numbers in one array, row-major
   * @throws {RangeError} If the product of the sizes is not a whole number of at least 0
   */
  normal(...shape: number[]): Float32Array<ArrayBuffer> {
    return normal(this.nextKey(), shape, this);
  }

  /**
   * Samples k of the numbers 0 to n - 1 without replacement.
   *
   * @param n How many numbers there are
   * @param k How many to sample
   * @returns k numbers
   * @throws {RangeError} If `n` and `k` are not whole numbers with 0 <= k <= n
   */
  choice(n: number, k: number): Uint32Array<ArrayBuffer> {
    return choice(this.nextKey(), n, k, this);
  }

  /**
   * Samples k rows without replacement, and returns those rows of each array.
   *
   * @param k How many rows
   * @param arrays Arrays or typed arrays of the same length, one element per row
   * @returns For each array, an array of the same kind with k rows
   * @throws {RangeError} If the lengths differ or are below k
   */
  randomRows<Arrays extends readonly RowArray[]>(
    k: number,
    ...arrays: Arrays
  ): { [I in keyof Arrays]: ReturnType<Arrays[I]["slice"]> } {
    const lengths = arrays.map(({ length }) => length);
    if (lengths.some((length) => length !== lengths[0])) {
      throw new RangeError(
        `Cannot draw the same rows of several arrays as their lengths must be equal: ` +
          `current values are ${lengths.join(", ")}`,
      );
    }
    const rows = this.choice(lengths[0] ?? 0, k);
    return arrays.map((array) => pick(array, rows)) as {
      [I in keyof Arrays]: ReturnType<Arrays[I]["slice"]>;
    };
  }

  /**
   * Returns the elements in random order. Does not change the array.
   *
   * @param array An array or typed array
   * @returns A new array of the same kind
   */
  shuffle<Elements extends RowArray>(array: Elements): ReturnType<Elements["slice"]> {
    return pick(array, permutation(this.nextKey(), array.length, this));
  }
}

/** Returns the elements at these indices, in an array of the same kind. */
function pick<Elements extends RowArray>(
  array: Elements,
  indices: Uint32Array,
): ReturnType<Elements["slice"]> {
  const source = array as unknown as ArrayLike<unknown>;
  const picked = array.slice(0, indices.length) as unknown[];
  for (let i = 0; i < indices.length; i++) picked[i] = source[indices[i]];
  return picked as ReturnType<Elements["slice"]>;
}

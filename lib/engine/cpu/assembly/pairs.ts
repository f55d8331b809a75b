/**
 * Lists of nonzero numbers, for the sparse products: pairs {f32 value, u32 16 * index}.
 * sparse_product.ts multiplies 16 * index by the number of vectors in a line of its matrix to get
 * the line's offset.
 */
import { VECTOR } from "./memory";

/**
 * Appends the pairs of consecutive nonzero numbers, and returns the address after the last one. It
 * makes a mask with one bit for each number and visits only the bits that are set.
 *
 * @param values Address of the first number
 * @param index The index of the first number
 * @param vectors The number of vectors, at most 16
 * @param pairs Address of the first new pair
 */
export function appendPairs(values: usize, index: u32, vectors: u32, pairs: usize): usize {
  let mask: u64 = 0;
  for (let v: u32 = 0; v < vectors; v++) {
    const nonzero = f32x4.ne(v128.load(values + v * VECTOR), f32x4.splat(0));
    mask |= <u64> i32x4.bitmask(nonzero) << (4 * v);
  }
  // mask & (mask - 1) clears the lowest bit.
  for (; mask != 0; mask &= mask - 1) {
    const i = <u32> ctz(mask);
    store<u32>(pairs, load<u32>(values + 4 * i));
    store<u32>(pairs, (index + i) << 4, 4);
    pairs += 8;
  }
  return pairs;
}

/**
 * The sparse backward product: dot products of a row's deltas with some lines of a matrix, w, which
 * has a line of units for each input. It computes the derivatives of a row's nonzero inputs only;
 * behind relu the others are 0.
 *
 *   d           [ 13 vectors ]   in registers
 *
 *   pair 0      [ line    17 ]   multiplied, summed: added to dx[17]
 *   pair 1      [ line    20 ]                       added to dx[20]
 *   ...
 */
import { multiplyAdd } from "./arithmetic";

/**
 * dx[i] += d (4 width) . matrix[i], for the inputs i of some pairs {f32 value, u32 16 * i}; the
 * values are not read. matrix is (inputs, 4 width).
 *
 * All of d stays in registers. Vectors with even and odd numbers have a sum each, because one
 * multiply-add takes four cycles until the next can use its result: two sums are 1.4 times as fast
 * as one.
 *
 * @param width The number of vectors in d and in a line: 13, 8 or 4
 * @param pair Address of the first pair
 * @param end Address after the last pair
 * @param matrix Address of line 0
 * @param d Address of d
 * @param dx Address of dx[0]
 */
export function sparseDots(
  width: u32,
  pair: usize,
  end: usize,
  matrix: usize,
  d: usize,
  dx: usize,
): void {
  if (width == 13) dots(13, pair, end, matrix, d, dx);
  else if (width == 8) dots(8, pair, end, matrix, d, dx);
  else dots(4, pair, end, matrix, d, dx);
}

// Inlined three times, as in sparse_product.ts.
// @ts-ignore: decorator
@inline
function dots(width: u32, pair: usize, end: usize, matrix: usize, d: usize, dx: usize): void {
  const d0 = v128.load(d);
  const d1 = v128.load(d, 16);
  const d2 = v128.load(d, 32);
  const d3 = v128.load(d, 48);
  let d4 = d0, d5 = d0, d6 = d0, d7 = d0, d8 = d0, d9 = d0, d10 = d0, d11 = d0, d12 = d0;
  if (width > 4) {
    d4 = v128.load(d, 64);
    d5 = v128.load(d, 80);
    d6 = v128.load(d, 96);
    d7 = v128.load(d, 112);
  }
  if (width > 8) {
    d8 = v128.load(d, 128);
    d9 = v128.load(d, 144);
    d10 = v128.load(d, 160);
    d11 = v128.load(d, 176);
    d12 = v128.load(d, 192);
  }
  for (; pair < end; pair += 8) {
    const index = load<u32>(pair, 4);
    const line = matrix + index * width;
    let even = f32x4.mul(d0, v128.load(line));
    let odd = f32x4.mul(d1, v128.load(line, 16));
    even = multiplyAdd(d2, v128.load(line, 32), even);
    odd = multiplyAdd(d3, v128.load(line, 48), odd);
    if (width > 4) {
      even = multiplyAdd(d4, v128.load(line, 64), even);
      odd = multiplyAdd(d5, v128.load(line, 80), odd);
      even = multiplyAdd(d6, v128.load(line, 96), even);
      odd = multiplyAdd(d7, v128.load(line, 112), odd);
    }
    if (width > 8) {
      even = multiplyAdd(d8, v128.load(line, 128), even);
      odd = multiplyAdd(d9, v128.load(line, 144), odd);
      even = multiplyAdd(d10, v128.load(line, 160), even);
      odd = multiplyAdd(d11, v128.load(line, 176), odd);
      even = multiplyAdd(d12, v128.load(line, 192), even);
    }
    const to = dx + (index >> 2);
    const sum = f32x4.add(even, odd);
    const halves = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
    const dot = f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
    store<f32>(to, load<f32>(to) + dot);
  }
}

/**
 * The sparse product: a sum of a matrix's lines, each multiplied by a number. The matrix is w in the
 * forward pass (a line per input), w in the backward pass (a line per unit), and the deltas for w's
 * gradient (a line per row).
 *
 *   pair 0  value  x  line 17   [ 13 vectors ]   loaded, multiplied
 *   pair 1  value  x  line 20   [ 13 vectors ]
 *   ...                         [ 13 vectors ]   = sums, in registers
 *
 * No time is spent on zeros: four in five of MNIST's pixels, and, behind relu, from half of a
 * layer's outputs at first to four in five of them after an epoch or two.
 */
import { multiplyAdd } from "./arithmetic";

/**
 * sums (4 width) += sum over pairs {f32 value, u32 16 * line} of value * matrix[line], with matrix
 * (lines, 4 width).
 *
 * All sums stay in registers. V8 has 15 vector registers: 13 for the sums, one for the value, one
 * for the loaded numbers.
 *
 * @param width The number of vectors in a line: 13, 8 or 4
 * @param pair Address of the first pair
 * @param end Address after the last pair
 * @param matrix Address of line 0
 * @param sums Address of the sums
 * @param isFirst Whether the sums start at 0
 */
export function sparseProduct(
  width: u32,
  pair: usize,
  end: usize,
  matrix: usize,
  sums: usize,
  isFirst: bool,
): void {
  if (width == 13) sparseSums(13, pair, end, matrix, sums, isFirst);
  else if (width == 8) sparseSums(8, pair, end, matrix, sums, isFirst);
  else sparseSums(4, pair, end, matrix, sums, isFirst);
}

// Inlined three times, each time with a constant width, for which the compiler removes the unused
// branches.
// @ts-ignore: decorator
@inline
function sparseSums(
  width: u32,
  pair: usize,
  end: usize,
  matrix: usize,
  sums: usize,
  isFirst: bool,
): void {
  let s0 = f32x4.splat(0);
  let s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0;
  let s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0, s12 = s0;
  if (!isFirst) {
    s0 = v128.load(sums);
    s1 = v128.load(sums, 16);
    s2 = v128.load(sums, 32);
    s3 = v128.load(sums, 48);
    if (width > 4) {
      s4 = v128.load(sums, 64);
      s5 = v128.load(sums, 80);
      s6 = v128.load(sums, 96);
      s7 = v128.load(sums, 112);
    }
    if (width > 8) {
      s8 = v128.load(sums, 128);
      s9 = v128.load(sums, 144);
      s10 = v128.load(sums, 160);
      s11 = v128.load(sums, 176);
      s12 = v128.load(sums, 192);
    }
  }
  // Two pairs in each turn: 7% faster than one.
  for (; pair + 8 < end; pair += 16) {
    let value = v128.load32_splat(pair);
    let line = matrix + load<u32>(pair, 4) * width;
    s0 = multiplyAdd(value, v128.load(line), s0);
    s1 = multiplyAdd(value, v128.load(line, 16), s1);
    s2 = multiplyAdd(value, v128.load(line, 32), s2);
    s3 = multiplyAdd(value, v128.load(line, 48), s3);
    if (width > 4) {
      s4 = multiplyAdd(value, v128.load(line, 64), s4);
      s5 = multiplyAdd(value, v128.load(line, 80), s5);
      s6 = multiplyAdd(value, v128.load(line, 96), s6);
      s7 = multiplyAdd(value, v128.load(line, 112), s7);
    }
    if (width > 8) {
      s8 = multiplyAdd(value, v128.load(line, 128), s8);
      s9 = multiplyAdd(value, v128.load(line, 144), s9);
      s10 = multiplyAdd(value, v128.load(line, 160), s10);
      s11 = multiplyAdd(value, v128.load(line, 176), s11);
      s12 = multiplyAdd(value, v128.load(line, 192), s12);
    }
    value = v128.load32_splat(pair, 8);
    line = matrix + load<u32>(pair, 12) * width;
    s0 = multiplyAdd(value, v128.load(line), s0);
    s1 = multiplyAdd(value, v128.load(line, 16), s1);
    s2 = multiplyAdd(value, v128.load(line, 32), s2);
    s3 = multiplyAdd(value, v128.load(line, 48), s3);
    if (width > 4) {
      s4 = multiplyAdd(value, v128.load(line, 64), s4);
      s5 = multiplyAdd(value, v128.load(line, 80), s5);
      s6 = multiplyAdd(value, v128.load(line, 96), s6);
      s7 = multiplyAdd(value, v128.load(line, 112), s7);
    }
    if (width > 8) {
      s8 = multiplyAdd(value, v128.load(line, 128), s8);
      s9 = multiplyAdd(value, v128.load(line, 144), s9);
      s10 = multiplyAdd(value, v128.load(line, 160), s10);
      s11 = multiplyAdd(value, v128.load(line, 176), s11);
      s12 = multiplyAdd(value, v128.load(line, 192), s12);
    }
  }
  if (pair < end) {
    const value = v128.load32_splat(pair);
    const line = matrix + load<u32>(pair, 4) * width;
    s0 = multiplyAdd(value, v128.load(line), s0);
    s1 = multiplyAdd(value, v128.load(line, 16), s1);
    s2 = multiplyAdd(value, v128.load(line, 32), s2);
    s3 = multiplyAdd(value, v128.load(line, 48), s3);
    if (width > 4) {
      s4 = multiplyAdd(value, v128.load(line, 64), s4);
      s5 = multiplyAdd(value, v128.load(line, 80), s5);
      s6 = multiplyAdd(value, v128.load(line, 96), s6);
      s7 = multiplyAdd(value, v128.load(line, 112), s7);
    }
    if (width > 8) {
      s8 = multiplyAdd(value, v128.load(line, 128), s8);
      s9 = multiplyAdd(value, v128.load(line, 144), s9);
      s10 = multiplyAdd(value, v128.load(line, 160), s10);
      s11 = multiplyAdd(value, v128.load(line, 176), s11);
      s12 = multiplyAdd(value, v128.load(line, 192), s12);
    }
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  if (width > 4) {
    v128.store(sums, s4, 64);
    v128.store(sums, s5, 80);
    v128.store(sums, s6, 96);
    v128.store(sums, s7, 112);
  }
  if (width > 8) {
    v128.store(sums, s8, 128);
    v128.store(sums, s9, 144);
    v128.store(sums, s10, 160);
    v128.store(sums, s11, 176);
    v128.store(sums, s12, 192);
  }
}

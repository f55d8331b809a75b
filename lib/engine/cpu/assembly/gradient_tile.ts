/**
 * The tile of the dense layers' gradients: 4 inputs times 8 units, summed over the rows of the batch.
 *
 *   row of x         row of d
 *   ... [ q ] ...    ... [ left  right ] ...
 *
 *   input 0 of q    [ s00 ] [ s01 ]   += number 0 of q, in all four places, x left and right
 *   input 1 of q    [ s10 ] [ s11 ]
 *   input 2 of q    [ s20 ] [ s21 ]
 *   input 3 of q    [ s30 ] [ s31 ]
 *
 * The sums stay in registers (see tile.ts), with 3 loads for 8 multiply-adds.
 */
import { multiplyAdd } from "./arithmetic";

/**
 * Computes sums (4, 8) = x^T (4, B) d (B, 8).
 *
 * @param x Address of the first row's four inputs
 * @param xStride Bytes from one row of x to the next
 * @param d Address of the first row's eight deltas
 * @param stride Bytes from one row of d to the next
 * @param rows B
 * @param sums Address of the result, input by input
 */
export function gradientTile(
  x: usize,
  xStride: usize,
  d: usize,
  stride: usize,
  rows: u32,
  sums: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00;
  let s10 = s00, s11 = s00;
  let s20 = s00, s21 = s00;
  let s30 = s00, s31 = s00;
  for (const end = d + rows * stride; d < end; d += stride) {
    const q = v128.load(x);
    const left = v128.load(d);
    const right = v128.load(d, 16);
    let value = v128.shuffle<f32>(q, q, 0, 0, 0, 0);
    s00 = multiplyAdd(value, left, s00);
    s01 = multiplyAdd(value, right, s01);
    value = v128.shuffle<f32>(q, q, 1, 1, 1, 1);
    s10 = multiplyAdd(value, left, s10);
    s11 = multiplyAdd(value, right, s11);
    value = v128.shuffle<f32>(q, q, 2, 2, 2, 2);
    s20 = multiplyAdd(value, left, s20);
    s21 = multiplyAdd(value, right, s21);
    value = v128.shuffle<f32>(q, q, 3, 3, 3, 3);
    s30 = multiplyAdd(value, left, s30);
    s31 = multiplyAdd(value, right, s31);
    x += xStride;
  }
  v128.store(sums, s00);
  v128.store(sums, s01, 16);
  v128.store(sums, s10, 32);
  v128.store(sums, s11, 48);
  v128.store(sums, s20, 64);
  v128.store(sums, s21, 80);
  v128.store(sums, s30, 96);
  v128.store(sums, s31, 112);
}

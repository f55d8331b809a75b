/**
 * The matrix product of the dense layers: the forward pass, the backward pass and the gradients all
 * use it.
 */
import { multiplyAdd } from "./arithmetic";

/**
 * Computes one tile of a matrix product: sums (4, 8) = a (4, K) b (K, 8).
 *
 * The tile's 32 sums are 8 vectors. That is enough to keep two multiply-add units busy, and few
 * enough to stay in V8's 15 vector registers, together with the loaded numbers.
 *
 * @param a Address of a[0][0]
 * @param aRow Bytes from one row of a to the next
 * @param aStep Bytes from one column of a to the next
 * @param b Address of b[0][0]; the 8 numbers of a row are consecutive
 * @param bStep Bytes from one row of b to the next
 * @param K The inner dimension
 * @param sums Address of the result, row by row
 */
export function tile(
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  K: u32,
  sums: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00;
  let s10 = s00, s11 = s00;
  let s20 = s00, s21 = s00;
  let s30 = s00, s31 = s00;
  let a1 = a + aRow, a2 = a + 2 * aRow, a3 = a + 3 * aRow;
  const end = b + K * bStep;
  for (; b < end; b += bStep) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    let value = v128.load32_splat(a);
    s00 = multiplyAdd(value, left, s00);
    s01 = multiplyAdd(value, right, s01);
    value = v128.load32_splat(a1);
    s10 = multiplyAdd(value, left, s10);
    s11 = multiplyAdd(value, right, s11);
    value = v128.load32_splat(a2);
    s20 = multiplyAdd(value, left, s20);
    s21 = multiplyAdd(value, right, s21);
    value = v128.load32_splat(a3);
    s30 = multiplyAdd(value, left, s30);
    s31 = multiplyAdd(value, right, s31);
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
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

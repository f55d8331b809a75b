/**
 * The head's deltas d3 (B, C): the derivatives of the batch's mean loss with respect to z3 (B, C),
 * where the outputs x3 are tanh(z3) for the notebook's head and z3 for the softmax head. With p =
 * softmax(x3), y the one-hot label, c the label, and `weight` = 1 / (number of rows in the batch):
 *
 *   softmax head:    d3_i = (p_i - y_i) weight
 *   notebook's head: d3_i = (g_i - p_i S) (1 - x3_i^2) weight
 *                    where g_c = -1, g_i = p_i / (1 - p_i) for i != c, and S = sum of g
 *
 * (lib/net/heads.ts derives them, and has the heads' numbers.) Four classes are computed at a time.
 * Rows are independent, so threads take different rows.
 */
import { exp, largestOf, sumOf } from "./arithmetic";
import { block } from "./block";
import { HEAD, mark } from "./clock";
import { layer } from "./layer";
import {
  blockRowNumbers,
  classes,
  head,
  labels,
  VECTOR,
  vectorsOf,
} from "./memory";

const NOTEBOOK: u32 = 0;
const SOFTMAX: u32 = 1;

/** Computes d3 of rows `from` to `to - 1` from x3. */
export function outputDeltas(from: u32, to: u32): void {
  mark(HEAD);
  const last = layer(3);
  const vectors = vectorsOf(classes);
  const one = f32x4.splat(1);
  const weight = f32x4.splat(block().weight);
  for (let row = from; row < to; row++) {
    const x = last.out + row * last.stride;
    const d = last.d + row * last.stride;
    const label: i32 = load<u8>(labels + load<u32>(blockRowNumbers + 4 * row));

    // Softmax. Subtracting the largest output keeps exp from overflowing.
    let largest4 = f32x4.splat(-Infinity);
    for (let v: u32 = 0; v < vectors; v++) {
      const outside = isOutside(v);
      largest4 = f32x4.max(
        largest4,
        v128.bitselect(f32x4.splat(-Infinity), v128.load(x + v * VECTOR), outside),
      );
    }
    const largest = f32x4.splat(largestOf(largest4));
    let total = f32x4.splat(0);
    for (let v: u32 = 0; v < vectors; v++) {
      const power = v128.andnot(exp(f32x4.sub(v128.load(x + v * VECTOR), largest)), isOutside(v));
      v128.store(d + v * VECTOR, power);
      total = f32x4.add(total, power);
    }
    const sum = f32x4.splat(sumOf(total));

    if (head == SOFTMAX) {
      for (let v: u32 = 0; v < vectors; v++) {
        const p = f32x4.div(v128.load(d + v * VECTOR), sum);
        const y = v128.and(one, isClass(v, label));
        v128.store(d + v * VECTOR, f32x4.mul(f32x4.sub(p, y), weight));
      }
      continue;
    }
    let g = f32x4.splat(0);
    for (let v: u32 = 0; v < vectors; v++) {
      const p = f32x4.div(v128.load(d + v * VECTOR), sum);
      v128.store(d + v * VECTOR, p);
      g = f32x4.add(g, v128.andnot(f32x4.div(p, f32x4.sub(one, p)), isClass(v, label)));
    }
    const S = f32x4.splat(sumOf(g) - 1);
    for (let v: u32 = 0; v < vectors; v++) {
      const p = v128.load(d + v * VECTOR);
      const output = v128.load(x + v * VECTOR);
      const g_i = v128.bitselect(
        f32x4.splat(-1),
        f32x4.div(p, f32x4.sub(one, p)),
        isClass(v, label),
      );
      const slope = f32x4.mul(f32x4.sub(one, f32x4.mul(output, output)), weight);
      const delta = f32x4.mul(f32x4.sub(g_i, f32x4.mul(p, S)), slope);
      v128.store(d + v * VECTOR, v128.andnot(delta, isOutside(v)));
    }
  }
}

/** Returns the class numbers of vector v. */
// @ts-ignore: decorator
@inline
function classesOf(v: u32): v128 {
  return i32x4.add(i32x4.splat(4 * v), i32x4(0, 1, 2, 3));
}

/** Returns a mask: all ones for the padding after the last class. */
// @ts-ignore: decorator
@inline
function isOutside(v: u32): v128 {
  return i32x4.ge_s(classesOf(v), i32x4.splat(classes));
}

/** Returns a mask: all ones for class c. */
// @ts-ignore: decorator
@inline
function isClass(v: u32, c: i32): v128 {
  return i32x4.eq(classesOf(v), i32x4.splat(c));
}

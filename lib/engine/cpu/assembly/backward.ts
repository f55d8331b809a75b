/**
 * The backward pass: the deltas of the hidden layers, which are the derivatives of the batch's mean
 * loss with respect to z1 (B, H1) and z2 (B, H2), the arguments of the activation f. Products are
 * of whole batches:
 *
 *   d2 (B, H2) = d3 (B, C) w2 (C, H2) * f'(z2)
 *   d1 (B, H1) = d2 (B, H2) w1 (H2, H1) * f'(z1)
 *
 * Rows are independent, so threads take different rows.
 */
import { timesDerivative } from "./activation";
import {
  activation,
  blockRowNumbers,
  blockRows,
  classes,
  d1,
  d2,
  d3,
  LINE,
  panelWidth,
  scaledD1,
  scales,
  stride1,
  stride2,
  stride3,
  stripsOf,
  sums,
  units1,
  units2,
  VECTOR,
  vectorsOf,
  w1Backward,
  w2Backward,
  x1,
  x2,
} from "./memory";
import { tile } from "./tile";

/** Computes d2, d1 and scaledD1 of rows `from` to `to - 1` from d3; `from` is a multiple of 4. */
export function backward(from: u32, to: u32): void {
  denseBackward(d3, stride3, classes, w2Backward, x2, d2, stride2, units2, from, to);
  denseBackward(d2, stride2, units2, w1Backward, x1, d1, stride1, units1, from, to);
  for (let row = from; row < to; row++) scaleDeltas(row);
}

/**
 * dIn (B, I) = dOut (B, O) w (O, I) * f'(z) for rows `from` to `to - 1`, where x (B, I) = f(z) are
 * the layer's inputs.
 *
 * A tile is 4 rows by 8 inputs. The outer loop is over strips of 8 inputs, so that a strip's
 * weights stay in the cache for all rows.
 *
 * @param wBackward The weights in strips of 8 inputs, each (O rounded up to 8, 8)
 */
function denseBackward(
  dOut: usize,
  outStride: usize,
  O: u32,
  wBackward: usize,
  x: usize,
  dIn: usize,
  inStride: usize,
  I: u32,
  from: u32,
  to: u32,
): void {
  const products = sums();
  const strips = stripsOf(I);
  const stripBytes = stripsOf(O) * 8 * LINE;
  for (let strip: u32 = 0; strip < strips; strip++) {
    for (let row = from; row < to; row += 4) {
      tile(dOut + row * outStride, outStride, 4, wBackward + strip * stripBytes, LINE, O, products);
      let at = row * inStride + strip * LINE;
      for (let line = products; line < products + 4 * LINE; line += LINE) {
        v128.store(dIn + at, timesDerivative(activation, v128.load(line), v128.load(x + at)));
        v128.store(dIn + at, timesDerivative(activation, v128.load(line, 16), v128.load(x + at, 16)), 16);
        at += inStride;
      }
    }
  }
}

/**
 * Stores a row's d1 times the row's scale in `scaledD1`, panel by panel as w0 is stored. The inputs
 * are bytes times the row's scale; with the scale in the deltas, w0's gradient is a sum of bytes
 * times scaledD1.
 */
function scaleDeltas(row: u32): void {
  const scale = v128.load32_splat(scales + 4 * load<u32>(blockRowNumbers + 4 * row));
  const vectors = vectorsOf(units1);
  let d = d1 + row * stride1;
  let width: u32 = 0;
  for (let v: u32 = 0; v < vectors; v += width) {
    width = panelWidth(vectors - v);
    const bytes = width * VECTOR;
    const panel = scaledD1 + v * blockRows * VECTOR + row * bytes;
    for (let at: usize = 0; at < bytes; at += VECTOR) {
      v128.store(panel + at, f32x4.mul(scale, v128.load(d)));
      d += VECTOR;
    }
  }
}

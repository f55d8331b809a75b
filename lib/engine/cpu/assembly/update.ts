/**
 * The gradients and the update. The deltas d are derivatives of the batch's mean loss, so these
 * sums are averages:
 *
 *   dw0 (H1, D)  = d1^T (H1, B) x0 (B, D), where x0 = scale * byte: a sparse sum of scaledD1 * byte
 *   dw1 (H2, H1) = d2^T (H2, B) x1 (B, H1)
 *   dw2 (C, H2)  = d3^T (C, B) x2 (B, H2)
 *   db0, db1 and db2 are the sums of d1, d2 and d3 over the rows
 *
 * The work is divided by parameters: a chunk computes the gradient of some parameters over all
 * rows, a few numbers at a time, and updates them at once, while they are in the cache. No gradient
 * array is needed, and threads never write the same number.
 */
import { block } from "./block";
import {
  b0,
  b1,
  b2,
  blockRows,
  classes,
  d1,
  d2,
  d3,
  inputs,
  LINE,
  linesOf,
  optimizer,
  panelWidth,
  rowPairsStart,
  scaledD1,
  stride1,
  stride2,
  stride3,
  stripsOf,
  sums,
  units1,
  units2,
  VECTOR,
  vectorsOf,
  w0,
  w1,
  w1Backward,
  w2,
  w2Backward,
  x1,
  x2,
} from "./memory";
import { applyGradient } from "./optimizer";
import { sparseProduct } from "./sparse_product";
import { tile } from "./tile";

/** The number of pixels in a chunk of w0. */
const CHUNK_PIXELS: u32 = 56;

/**
 * Returns the number of chunks: one for the biases, then strips of w2, strips of w1, and pixels of
 * w0's panels.
 */
export function updateChunks(): u32 {
  return 1 + stripsOf(classes) + stripsOf(units2) + panelCount() * pixelChunks();
}

/** Updates the parameters of a chunk. */
export function update(chunk: u32): void {
  if (chunk == 0) {
    updateBias(b0, d1, stride1, units1);
    updateBias(b1, d2, stride2, units2);
    updateBias(b2, d3, stride3, classes);
    return;
  }
  chunk -= 1;
  if (chunk < stripsOf(classes)) {
    updateStrip(chunk, w2, w2Backward, x2, stride2, units2, d3, stride3, classes);
    return;
  }
  chunk -= stripsOf(classes);
  if (chunk < stripsOf(units2)) {
    updateStrip(chunk, w1, w1Backward, x1, stride1, units1, d2, stride2, units2);
    return;
  }
  chunk -= stripsOf(units2);
  const from = chunk % pixelChunks() * CHUNK_PIXELS;
  updatePixels(chunk / pixelChunks(), from, min(from + CHUNK_PIXELS, inputs));
}

// @ts-ignore: decorator
@inline
function pixelChunks(): u32 {
  return (inputs + CHUNK_PIXELS - 1) / CHUNK_PIXELS;
}

/** Returns the number of panels of w0. */
function panelCount(): u32 {
  const vectors = vectorsOf(units1);
  let count: u32 = 0;
  for (let v: u32 = 0; v < vectors; v += panelWidth(vectors - v)) count++;
  return count;
}

/** Updates the weights of a panel's units for pixels `from` to `to - 1`. */
function updatePixels(panel: u32, from: u32, to: u32): void {
  const vectors = vectorsOf(units1);
  let v: u32 = 0;
  for (; panel > 0; panel--) v += panelWidth(vectors - v);
  const width = panelWidth(vectors - v);
  const bytes = width * VECTOR;
  const deltas = scaledD1 + v * blockRows * VECTOR;
  const gradient = sums();
  const step = block();
  // SGD leaves weights with gradient 0 unchanged; momentum and Adam do not.
  const skipsZeros = optimizer == 0 && step.isFirst && step.isLast;
  for (let pixel = from; pixel < to; pixel++) {
    const start = load<u32>(rowPairsStart + 4 * pixel);
    const end = load<u32>(rowPairsStart + 4 * pixel, 4);
    if (skipsZeros && start == end) continue;
    sparseProduct(width, start, end, deltas, gradient);
    applyGradient(w0 + v * inputs * VECTOR + pixel * bytes, gradient, bytes);
  }
}

/**
 * Updates the weights w (8, I) of a strip of 8 units, with the gradient d^T (8, B) x (B, I), four
 * inputs at a time, and copies them to `wBackward`.
 *
 * @param d The deltas (B, O) of the layer's units
 * @param x The layer's inputs (B, I)
 */
function updateStrip(
  strip: u32,
  w: usize,
  wBackward: usize,
  x: usize,
  xStride: usize,
  I: u32,
  d: usize,
  dStride: usize,
  O: u32,
): void {
  const rows = block().count;
  const gradient = sums();
  const outputs = stripsOf(O) * 8;
  const isLast = block().isLast;
  for (let i: u32 = 0; i < I; i += 4) {
    tile(x + 4 * i, 4, xStride, d + strip * LINE, dStride, rows, gradient);
    const weights = w + (strip * linesOf(I) + i) * LINE;
    applyGradient(weights, gradient, 4 * LINE);
    if (!isLast) continue;
    // The copy is in strips of 8 inputs, a line per unit. These four inputs are one half of the
    // lines of strip i / 8.
    const lines = wBackward + ((i >> 3) * outputs + 8 * strip) * LINE + (i & 4) * 4;
    transpose4x4(weights, lines);
    transpose4x4(weights + VECTOR, lines + 4 * LINE);
  }
}

/** Copies 4 x 4 numbers transposed; lines are `LINE` bytes apart in both places. */
function transpose4x4(source: usize, target: usize): void {
  const r0 = v128.load(source);
  const r1 = v128.load(source + LINE);
  const r2 = v128.load(source + 2 * LINE);
  const r3 = v128.load(source + 3 * LINE);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(target + LINE, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(target + 2 * LINE, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(target + 3 * LINE, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** Updates the biases of a layer; their gradient is the sum of d (B, units) over the rows. */
function updateBias(bias: usize, d: usize, stride: usize, units: u32): void {
  const rows = block().count;
  const gradient = sums();
  for (let v: u32 = 0; v < vectorsOf(units); v++) {
    let total = f32x4.splat(0);
    let at = d + v * VECTOR;
    for (let row: u32 = 0; row < rows; row++) {
      total = f32x4.add(total, v128.load(at));
      at += stride;
    }
    v128.store(gradient, total);
    applyGradient(bias + v * VECTOR, gradient, VECTOR);
  }
}

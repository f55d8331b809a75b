/**
 * The gradients and the update. The deltas d are derivatives of the batch's mean loss, so these
 * sums are averages:
 *
 *   dw0 (H1, D)  = d1^T (H1, B) x0 (B, D), where x0 = scale * byte: the scale is in `panels`
 *   dw1 (H2, H1) = d2^T (H2, B) x1 (B, H1)
 *   dw2 (C, H2)  = d3^T (C, B) x2 (B, H2)
 *   db0, db1 and db2 are the sums of d1, d2 and d3 over the rows
 *
 * The work is divided by parameters: a chunk computes the gradient of some parameters over all
 * rows, a few numbers at a time, and updates them at once, while they are in the cache. No gradient
 * array is needed, and threads never write the same number.
 */
import { block } from "./block";
import { BIASES, mark, UPDATE } from "./clock";
import { gradientTile } from "./gradient_tile";
import { Layer, layer } from "./layer";
import {
  blockRows,
  LINE,
  linesOf,
  optimizer,
  panelWidth,
  stripsOf,
  sums,
  VECTOR,
  vectorsOf,
} from "./memory";
import { applyGradient } from "./optimizer";
import { sparseProduct } from "./sparse_product";

/** The number of vectors of inputs in a chunk of a sparse layer: 52 inputs, as many as a panel has. */
const CHUNK_VECTORS: u32 = 13;

/** Returns the number of chunks: one for the biases, then those of w2, w1 and w0. */
export function updateChunks(): u32 {
  return 1 + weightChunks(layer(3)) + weightChunks(layer(2)) + weightChunks(layer(1));
}

/** Updates the parameters of a chunk. */
export function update(chunk: u32): void {
  if (chunk == 0) {
    mark(BIASES);
    for (let number: u32 = 1; number <= 3; number++) updateBias(layer(number));
    return;
  }
  chunk--;
  let number: u32 = 3;
  while (chunk >= weightChunks(layer(number))) {
    chunk -= weightChunks(layer(number));
    number--;
  }
  mark(UPDATE + number - 1);
  const self = layer(number);
  if (!self.isSparse) updateStrip(self, chunk);
  else updatePanel(self, chunk / inputChunks(self), chunk % inputChunks(self));
}

/** Returns a layer's number of chunks: strips, or panels divided by inputs. */
function weightChunks(self: Layer): u32 {
  return self.isSparse ? panelCount(self) * inputChunks(self) : stripsOf(self.units);
}

// @ts-ignore: decorator
@inline
function inputChunks(self: Layer): u32 {
  return (vectorsOf(self.inputs) + CHUNK_VECTORS - 1) / CHUNK_VECTORS;
}

/** Returns the number of panels of a sparse layer's units. */
function panelCount(self: Layer): u32 {
  const vectors = vectorsOf(self.units);
  let count: u32 = 0;
  for (let v: u32 = 0; v < vectors; v += panelWidth(vectors - v)) count++;
  return count;
}

/** Updates the weights of a panel's units for the inputs of a chunk. */
function updatePanel(self: Layer, panel: u32, chunk: u32): void {
  const vectors = vectorsOf(self.units);
  let v: u32 = 0;
  for (; panel > 0; panel--) v += panelWidth(vectors - v);
  const width = panelWidth(vectors - v);
  const bytes = width * VECTOR;
  const weights = self.w + v * linesOf(self.inputs) * VECTOR;
  const deltas = self.panels + v * blockRows * VECTOR;
  const gradient = sums();
  const step = block();
  const from = chunk * CHUNK_VECTORS * 4;
  const to = min(from + CHUNK_VECTORS * 4, self.inputs);
  // SGD leaves weights with gradient 0 unchanged; momentum and Adam do not.
  const skipsZeros = optimizer == 0 && step.isFirst && step.isLast;
  for (let input = from; input < to; input++) {
    const start = load<u32>(self.columnStart + 4 * input);
    const end = load<u32>(self.columnStart + 4 * input, 4);
    if (skipsZeros && start == end) continue;
    sparseProduct(width, start, end, deltas, gradient, true);
    applyGradient(weights + input * bytes, gradient, bytes);
  }
}

/**
 * Updates the weights of a strip of 8 units, with the gradient d^T (8, B) x (B, I), four inputs at a
 * time, and copies them to `wBackward`.
 */
function updateStrip(self: Layer, strip: u32): void {
  const rows = block().count;
  const gradient = sums();
  const isLast = block().isLast;
  const deltas = self.d + strip * LINE;
  const weights = self.w + strip * linesOf(self.inputs) * LINE;
  for (let i: u32 = 0; i < self.inputs; i += 4) {
    gradientTile(self.x + 4 * i, self.xStride, deltas, self.stride, rows, gradient);
    const lines = weights + i * LINE;
    applyGradient(lines, gradient, 4 * LINE);
    if (!isLast) continue;
    // The copy is in strips of 8 inputs, a line per unit. These four inputs are one half of the
    // lines of strip i / 8.
    const firstLine = (i >> 3) * stripsOf(self.units) * 8 + 8 * strip;
    const copy = self.wBackward + firstLine * LINE + (i & 4) * 4;
    transpose4x4(lines, LINE, copy, LINE);
    transpose4x4(lines + VECTOR, LINE, copy + 4 * LINE, LINE);
  }
}

/** Copies 4 x 4 numbers transposed, from lines at one distance to lines at another. */
function transpose4x4(source: usize, sourceStep: usize, target: usize, targetStep: usize): void {
  const r0 = v128.load(source);
  const r1 = v128.load(source + sourceStep);
  const r2 = v128.load(source + 2 * sourceStep);
  const r3 = v128.load(source + 3 * sourceStep);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(target + targetStep, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(target + 2 * targetStep, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(target + 3 * targetStep, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** Updates the biases of a layer; their gradient is the sum of d (B, O) over the rows. */
function updateBias(self: Layer): void {
  const rows = block().count;
  const gradient = sums();
  for (let v: u32 = 0; v < vectorsOf(self.units); v++) {
    let total = f32x4.splat(0);
    let at = self.d + v * VECTOR;
    for (let row: u32 = 0; row < rows; row++) {
      total = f32x4.add(total, v128.load(at));
      at += self.stride;
    }
    v128.store(gradient, total);
    applyGradient(self.bias + v * VECTOR, gradient, VECTOR);
  }
}

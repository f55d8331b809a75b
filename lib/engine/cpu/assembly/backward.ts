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
import { BACKWARD, mark } from "./clock";
import { Layer, layer } from "./layer";
import {
  activation,
  blockRowNumbers,
  blockRows,
  LINE,
  linesOf,
  panelWidth,
  scales,
  stripsOf,
  sums,
  VECTOR,
  vectorsOf,
} from "./memory";
import { sparseDots } from "./sparse_dots";
import { tile } from "./tile";

/** Computes d2 of rows `from` to `to - 1` from d3; `from` is a multiple of 4. */
export function backwardToLayer2(from: u32, to: u32): void {
  mark(BACKWARD + 1);
  denseBackward(layer(3), from, to);
  if (!layer(2).isSparse) return;
  for (let row = from; row < to; row++) copyToPanels(layer(2), f32x4.splat(1), row);
}

/** Computes d1 of rows `from` to `to - 1` from d2, also times the rows' scales, in panels. */
export function backwardToLayer1(from: u32, to: u32): void {
  mark(BACKWARD);
  if (layer(2).isSparse) sparseBackward(layer(2), from, to);
  else denseBackward(layer(2), from, to);
  for (let row = from; row < to; row++) {
    // The inputs are bytes times the row's scale; with the scale in the deltas, w0's gradient is a
    // sum of bytes times deltas.
    const scale = v128.load32_splat(scales + 4 * load<u32>(blockRowNumbers + 4 * row));
    copyToPanels(layer(1), scale, row);
  }
}

/**
 * dx = d w * f'(z) for rows `from` to `to - 1`, where the layer's inputs are x = f(z), as a dot
 * product for each nonzero input of each row. f is relu: f'(z) is 1 for these inputs, and 0 for the
 * others. The loops are those of forward.ts: panels of units, sections of inputs, rows.
 */
function sparseBackward(self: Layer, from: u32, to: u32): void {
  const vectors = vectorsOf(self.units);
  const lines = linesOf(self.inputs);
  memory.fill(self.dx + from * self.xStride, 0, (to - from) * self.xStride);
  let width: u32 = 0;
  for (let v: u32 = 0; v < vectors; v += width) {
    width = panelWidth(vectors - v);
    const weights = self.w + v * lines * VECTOR;
    for (let section: u32 = 0; section < self.sections; section++) {
      for (let row = from; row < to; row++) {
        const end = self.endOf(row, section);
        const pairs = section == 0 ? self.pairsOf(row) : load<u32>(end - 4);
        const d = self.d + row * self.stride + v * VECTOR;
        sparseDots(width, pairs, load<u32>(end), weights, d, self.dx + row * self.xStride);
      }
    }
  }
}

/**
 * dx = d w * f'(z) for rows `from` to `to - 1`, where the layer's inputs are x = f(z), in tiles of 4
 * rows by 8 inputs. The outer loop is over strips of 8 inputs, so that a strip's weights stay in the
 * cache for all rows.
 */
function denseBackward(self: Layer, from: u32, to: u32): void {
  const f = activation;
  const products = sums();
  const strips = stripsOf(self.inputs);
  const stripBytes = stripsOf(self.units) * 8 * LINE;
  const stride = self.xStride;
  for (let strip: u32 = 0; strip < strips; strip++) {
    const weights = self.wBackward + strip * stripBytes;
    for (let row = from; row < to; row += 4) {
      tile(self.d + row * self.stride, self.stride, weights, self.units, products);
      let x = self.x + row * stride + strip * LINE;
      let dx = self.dx + row * stride + strip * LINE;
      for (let line = products; line < products + 4 * LINE; line += LINE) {
        v128.store(dx, timesDerivative(f, v128.load(line), v128.load(x)));
        v128.store(dx, timesDerivative(f, v128.load(line, 16), v128.load(x, 16)), 16);
        x += stride;
        dx += stride;
      }
    }
  }
}

/** Copies a row's d times a number to `panels`, for the gradient of w. */
function copyToPanels(self: Layer, scale: v128, row: u32): void {
  const vectors = vectorsOf(self.units);
  let d = self.d + row * self.stride;
  let width: u32 = 0;
  for (let v: u32 = 0; v < vectors; v += width) {
    width = panelWidth(vectors - v);
    const bytes = width * VECTOR;
    const panel = self.panels + v * blockRows * VECTOR + row * bytes;
    for (let at: usize = 0; at < bytes; at += VECTOR) {
      v128.store(panel + at, f32x4.mul(scale, v128.load(d)));
      d += VECTOR;
    }
  }
}

/**
 * The forward pass. With ^T for transposed, f for the activation function of the hidden layers, and
 * f3 for that of the outputs:
 *
 *   x1 (B, H1) = f(x0 (B, D) w0^T (D, H1) + b0 (H1))
 *   x2 (B, H2) = f(x1 w1^T (H1, H2) + b1 (H2))
 *   x3 (B, C)  = f3(x2 w2^T (H2, C) + b2 (C))
 *
 * Rows are independent, so threads take different rows.
 */
import { activate } from "./activation";
import { multiplyAdd } from "./arithmetic";
import { FORWARD, mark } from "./clock";
import { Layer, layer } from "./layer";
import {
  activation,
  blockRowNumbers,
  LINE,
  linesOf,
  outputActivation,
  panelWidth,
  scales,
  SECTION_VECTORS,
  stripsOf,
  sums,
  VECTOR,
  vectorsOf,
} from "./memory";
import { appendPairs } from "./pairs";
import { sparseProduct } from "./sparse_product";
import { tile } from "./tile";

/**
 * Computes x1, x2 and x3 of rows `from` to `to - 1`. `from` is a multiple of 4. Tiles have 4 rows,
 * so up to 3 rows after the last are computed too; the arrays have room for them, and nothing reads
 * them.
 */
export function forward(from: u32, to: u32): void {
  const next = layer(2);
  mark(FORWARD);
  sparseForward(layer(1), true, from, to);
  mark(FORWARD + 1);
  if (next.isSparse) sparseForward(next, false, from, to);
  else denseForward(next, activation, from, to);
  mark(FORWARD + 2);
  denseForward(layer(3), outputActivation, from, to);
}

/**
 * out = f(scale * x w^T + bias) for rows `from` to `to - 1`, as a sum over the nonzero inputs of
 * each row. If the next layer is sparse, it also lists the nonzero outputs for it.
 *
 *            inputs         units
 *   rows     of x           of out         The loops, from the outermost: panels of units, sections
 *          [ s | s | s ]   [ p | p ]       of inputs, rows. So the part of w that is one panel wide
 *          [ s | s | s ]   [ p | p ]       and one section long stays in the first cache for all rows.
 *
 * @param isScaled Whether inputs are pixels, bytes: then `scale` is the row's, applied once to the
 *   sum. Otherwise it is 1
 */
function sparseForward(self: Layer, isScaled: bool, from: u32, to: u32): void {
  const isListed = isScaled && layer(2).isSparse;
  const vectors = vectorsOf(self.units);
  const lines = linesOf(self.inputs);
  let width: u32 = 0;
  for (let v: u32 = 0; v < vectors; v += width) {
    width = panelWidth(vectors - v);
    const weights = self.w + v * lines * VECTOR;
    const outputs = self.out + v * VECTOR;
    for (let section: u32 = 0; section < self.sections; section++) {
      for (let row = from; row < to; row++) {
        const end = self.endOf(row, section);
        const pairs = section == 0 ? self.pairsOf(row) : load<u32>(end - 4);
        const out = outputs + row * self.stride;
        sparseProduct(width, pairs, load<u32>(end), weights, out, section == 0);
      }
    }
    for (let row = from; row < to; row++) {
      const scale = isScaled
        ? v128.load32_splat(scales + 4 * load<u32>(blockRowNumbers + 4 * row))
        : f32x4.splat(1);
      const bias = self.bias + v * VECTOR;
      const out = outputs + row * self.stride;
      for (let at: usize = 0; at < width * VECTOR; at += VECTOR) {
        const z = multiplyAdd(scale, v128.load(out + at), v128.load(bias + at));
        v128.store(out + at, activate(activation, z));
      }
      if (isListed) listOutputs(out, row, v, width);
    }
  }
}

/** Appends the nonzero outputs of layer 1 in a panel to the row's pairs of layer 2. */
function listOutputs(out: usize, row: u32, v: u32, width: u32): void {
  const next = layer(2);
  // No panel before this one is narrower than 13 vectors, so the panel before it ends at v.
  const pairs = v == 0 ? next.pairsOf(row) : load<u32>(next.endOf(row, (v - 1) / SECTION_VECTORS));
  store<u32>(next.endOf(row, v / SECTION_VECTORS), appendPairs(out, 4 * v, width, pairs));
}

/**
 * out = f(x w^T + bias) for rows `from` to `to - 1`, in tiles of 4 rows by 8 units.
 *
 * The outer loop is over strips of 8 units, so that a strip's weights stay in the cache for all
 * rows.
 */
function denseForward(self: Layer, f: u32, from: u32, to: u32): void {
  const products = sums();
  const strips = stripsOf(self.units);
  const stripBytes = linesOf(self.inputs) * LINE;
  const stride = self.stride;
  for (let strip: u32 = 0; strip < strips; strip++) {
    const weights = self.w + strip * stripBytes;
    const left = v128.load(self.bias + strip * LINE);
    const right = v128.load(self.bias + strip * LINE, 16);
    for (let row = from; row < to; row += 4) {
      const x = self.x + row * self.xStride;
      tile(x, self.xStride, weights, self.inputs, products);
      let at = self.out + row * stride + strip * LINE;
      for (let line = products; line < products + 4 * LINE; line += LINE) {
        const z0 = f32x4.add(v128.load(line), left);
        const z1 = f32x4.add(v128.load(line, 16), right);
        v128.store(at, activate(f, z0));
        v128.store(at, activate(f, z1), 16);
        at += stride;
      }
    }
  }
}

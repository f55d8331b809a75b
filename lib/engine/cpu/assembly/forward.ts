/**
 * The forward pass. With ^T for transposed, and f for the activation function of the hidden layers, and f3 for
 * that of the outputs:
 *
 *   x1 (B, H1) = f(x0 (B, D) w0^T (D, H1) + b0 (H1))
 *   x2 (B, H2) = f(x1 w1^T (H1, H2) + b1 (H2))
 *   x3 (B, C)  = f3(x2 w2^T (H2, C) + b2 (C))
 *
 * Layer 1 multiplies only the nonzero pixels of x0, row by row (sparse_product.ts). Layers 2 and 3
 * are dense products of 4 rows by 8 units at a time (tile.ts). Rows are independent, so threads
 * take different rows.
 */
import { activate } from "./activation";
import { multiplyAdd } from "./arithmetic";
import {
  activation,
  b0,
  b1,
  b2,
  blockRowNumbers,
  classes,
  inputs,
  LINE,
  linesOf,
  outputActivation,
  panelWidth,
  pixelPairs,
  pixelPairsEnd,
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
  w0,
  w1,
  w2,
  x1,
  x2,
  x3,
} from "./memory";
import { sparseProduct } from "./sparse_product";
import { tile } from "./tile";

/**
 * Computes x1, x2 and x3 of rows `from` to `to - 1`. `from` is a multiple of 4. Tiles have 4 rows,
 * so up to 3 rows after the last are computed too; the arrays have room for them, and nothing reads
 * them.
 */
export function forward(from: u32, to: u32): void {
  for (let row = from; row < to; row++) firstLayer(row);
  denseForward(x1, stride1, units1, w1, b1, x2, stride2, units2, from, to, activation);
  denseForward(x2, stride2, units2, w2, b2, x3, stride3, classes, from, to, outputActivation);
}

/**
 * x1 of a row = f(scale * (sum over its nonzero pixels of byte * w0[pixel]) + b0), panel by panel
 * of w0. The pixels are bytes, so the row's scale is applied once, to the sum.
 */
function firstLayer(row: u32): void {
  const pair = pixelPairs + row * inputs * 8;
  const end = load<u32>(pixelPairsEnd + 4 * row);
  const scale = v128.load32_splat(scales + 4 * load<u32>(blockRowNumbers + 4 * row));
  const products = sums();
  const vectors = vectorsOf(units1);
  let out = x1 + row * stride1;
  let bias = b0;
  let width: u32 = 0;
  for (let v: u32 = 0; v < vectors; v += width) {
    width = panelWidth(vectors - v);
    sparseProduct(width, pair, end, w0 + v * inputs * VECTOR, products);
    for (let at: usize = 0; at < width * VECTOR; at += VECTOR) {
      const z = multiplyAdd(scale, v128.load(products + at), v128.load(bias));
      v128.store(out, activate(activation, z));
      out += VECTOR;
      bias += VECTOR;
    }
  }
}

/**
 * out (B, O) = f(x (B, I) w^T (I, O) + bias (O)) for rows `from` to `to - 1`.
 *
 * The outer loop is over strips of 8 units, so that a strip's weights stay in the cache for all
 * rows.
 *
 * @param w The weights in strips of 8 units, each (I rounded up to 4, 8)
 */
function denseForward(
  x: usize,
  xStride: usize,
  I: u32,
  w: usize,
  bias: usize,
  out: usize,
  outStride: usize,
  O: u32,
  from: u32,
  to: u32,
  f: u32,
): void {
  const products = sums();
  const strips = stripsOf(O);
  for (let strip: u32 = 0; strip < strips; strip++) {
    const weights = w + strip * linesOf(I) * LINE;
    const left = v128.load(bias + strip * LINE);
    const right = v128.load(bias + strip * LINE, 16);
    for (let row = from; row < to; row += 4) {
      tile(x + row * xStride, xStride, 4, weights, LINE, I, products);
      let at = out + row * outStride + strip * LINE;
      for (let line = products; line < products + 4 * LINE; line += LINE) {
        const z0 = f32x4.add(v128.load(line), left);
        const z1 = f32x4.add(v128.load(line, 16), right);
        v128.store(at, activate(f, z0));
        v128.store(at, activate(f, z1), 16);
        at += outStride;
      }
    }
  }
}

/** The layers' outputs: x1 = f(w0 x0 + b0), x2 = f(w1 x1 + b1), and x3 = w2 x2 + b2, with the notebook's head its tanh. */
import { activate } from "./activation";
import { multiplyAdd, tanh } from "./arithmetic";
import {
  b0,
  b1,
  b2,
  blockRowNumbers,
  classes,
  inputs,
  isNotebookHead,
  LINE,
  linesOf,
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

/** Fills x1, x2 and x3 of rows `from` to `to - 1`; `from` is a multiple of 4, and whole fours are computed. */
export function forward(from: u32, to: u32): void {
  for (let row = from; row < to; row++) firstLayer(row);
  denseLayer(x1, stride1, units1, w1, b1, x2, stride2, units2, from, to, HIDDEN);
  const last = isNotebookHead ? TANH : NONE;
  denseLayer(x2, stride2, units2, w2, b2, x3, stride3, classes, from, to, last);
}

/** x1 of a row: pixels are bytes, so that the row's scale multiplies the sum. */
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
      v128.store(out, activate(z));
      out += VECTOR;
      bias += VECTOR;
    }
  }
}

/** What a dense layer applies to its sums: the hidden layers' activation, tanh, or nothing. */
const HIDDEN: u32 = 0;
const TANH: u32 = 1;
const NONE: u32 = 2;

/**
 * out (B, O) = f(x (B, I) w' (I, O) + bias (O)) for rows `from` to `to - 1`.
 *
 * Strip by strip of 8 outputs, so that a strip's weights serve all the rows while they are in the cache.
 */
function denseLayer(
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
        v128.store(at, f == HIDDEN ? activate(z0) : f == TANH ? tanh(z0) : z0);
        v128.store(at, f == HIDDEN ? activate(z1) : f == TANH ? tanh(z1) : z1, 16);
        at += outStride;
      }
    }
  }
}

/** The hidden layers' derivatives: d2 = (w2' d3) f'(x2), d1 = (w1' d2) f'(x1). */
import { timesSlope } from "./activation";
import {
  back1,
  back2,
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
  x1,
  x2,
} from "./memory";
import { tile } from "./tile";

/** Fills d2, d1 and scaledD1 of rows `from` to `to - 1` from d3; `from` is a multiple of 4. */
export function backward(from: u32, to: u32): void {
  throughLayer(d3, stride3, classes, back2, x2, d2, stride2, units2, from, to);
  throughLayer(d2, stride2, units2, back1, x1, d1, stride1, units1, from, to);
  for (let row = from; row < to; row++) scaleDeltas(row);
}

/** dIn (B, I) = dOut (B, O) w (O, I), times the slope at the layer's inputs x (B, I). */
function throughLayer(
  dOut: usize,
  outStride: usize,
  O: u32,
  back: usize,
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
      tile(dOut + row * outStride, outStride, 4, back + strip * stripBytes, LINE, O, products);
      let at = row * inStride + strip * LINE;
      for (let line = products; line < products + 4 * LINE; line += LINE) {
        v128.store(dIn + at, timesSlope(v128.load(line), v128.load(x + at)));
        v128.store(dIn + at, timesSlope(v128.load(line, 16), v128.load(x + at, 16)), 16);
        at += inStride;
      }
    }
  }
}

/** A row's d1 times its scale, once more in panels: what w0's gradient sums up by pixel. */
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

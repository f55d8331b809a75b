/**
 * The block's nonzero pixels sorted by pixel, for w0's gradient:
 *
 *   pixelPairs, by row:   {f32 byte, u32 16 * pixel}
 *   rowPairs, by pixel:   {f32 byte, u32 16 * row}
 *
 * This is the transpose of a sparse matrix (B, D), by a counting sort. One thread does it all.
 */
import { block } from "./block";
import { inputs, pixelPairs, pixelPairsEnd, rowPairs, rowPairsStart } from "./memory";

/**
 * Fills rowPairs and rowPairsStart. The rows of a pixel are in ascending order, so sums over them
 * have a fixed order.
 */
export function transposeInputs(): void {
  const count = block().count;
  // Count the pairs of pixel i at index i + 2. After the prefix sums, index i + 1 holds the start
  // of pixel i. Filling advances it to the start of pixel i + 1, as it should be.
  memory.fill(rowPairsStart, 0, 4 * (inputs + 2));
  for (let row: u32 = 0; row < count; row++) {
    const end = load<u32>(pixelPairsEnd + 4 * row);
    for (let pair = pixelPairs + row * inputs * 8; pair < end; pair += 8) {
      const counter = rowPairsStart + (load<u32>(pair, 4) >> 2);
      store<u32>(counter, load<u32>(counter, 8) + 8, 8);
    }
  }
  let at = <u32> rowPairs;
  for (let pixel: u32 = 0; pixel < inputs + 2; pixel++) {
    at += load<u32>(rowPairsStart + 4 * pixel);
    store<u32>(rowPairsStart + 4 * pixel, at);
  }
  for (let row: u32 = 0; row < count; row++) {
    const end = load<u32>(pixelPairsEnd + 4 * row);
    for (let pair = pixelPairs + row * inputs * 8; pair < end; pair += 8) {
      const next = rowPairsStart + (load<u32>(pair, 4) >> 2);
      const target = load<u32>(next, 4);
      store<u32>(next, target + 8, 4);
      store<u32>(target, load<u32>(pair));
      store<u32>(target, row << 4, 4);
    }
  }
}

/** The block's inputs pixel by pixel, which w0's gradient needs: a counting sort. */
import { block } from "./block";
import { inputs, pixelPairs, pixelPairsEnd, rowPairs, rowPairsStart } from "./memory";

/** Fills rowPairs and rowPairsStart; each pixel's rows are in ascending order. */
export function transposeInputs(): void {
  const count = block().count;
  // Counted one place further up, so that the sums below are where each pixel's pairs begin; and once
  // more, as filling moves each start to the next pixel's.
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
      const place = load<u32>(next, 4);
      store<u32>(next, place + 8, 4);
      store<u32>(place, load<u32>(pair));
      store<u32>(place, row << 4, 4);
    }
  }
}

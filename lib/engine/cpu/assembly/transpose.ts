/**
 * The nonzero inputs of a sparse layer sorted by input, for the gradient of its weights:
 *
 *   pairs, by row:      {f32 value, u32 16 * input}
 *   columns, by input:  {f32 value, u32 16 * row}
 *
 * This is the transpose of a sparse matrix (B, I), by a counting sort. One thread does it all.
 */
import { block } from "./block";
import { mark, TRANSPOSE } from "./clock";
import { Layer } from "./layer";

/**
 * Fills the layer's `columns` and `columnStart`. The rows of an input are in ascending order, so
 * sums over them have a fixed order.
 */
export function transposeInputs(self: Layer): void {
  mark(TRANSPOSE);
  const count = block().count;
  const inputs = self.inputs;
  const starts = self.columnStart;
  // Count the pairs of input i at index i + 2. After the prefix sums, index i + 1 holds the start
  // of input i. Filling advances it to the start of input i + 1, as it should be.
  memory.fill(starts, 0, 4 * (inputs + 2));
  for (let row: u32 = 0; row < count; row++) {
    const end = load<u32>(self.endOf(row, self.sections - 1));
    for (let pair = self.pairsOf(row); pair < end; pair += 8) {
      const counter = starts + (load<u32>(pair, 4) >> 2);
      store<u32>(counter, load<u32>(counter, 8) + 8, 8);
    }
  }
  let at = <u32> self.columns;
  for (let input: u32 = 0; input < inputs + 2; input++) {
    at += load<u32>(starts + 4 * input);
    store<u32>(starts + 4 * input, at);
  }
  for (let row: u32 = 0; row < count; row++) {
    const end = load<u32>(self.endOf(row, self.sections - 1));
    for (let pair = self.pairsOf(row); pair < end; pair += 8) {
      const next = starts + (load<u32>(pair, 4) >> 2);
      const target = load<u32>(next, 4);
      store<u32>(next, target + 8, 4);
      store<u32>(target, load<u32>(pair));
      store<u32>(target, row << 4, 4);
    }
  }
}

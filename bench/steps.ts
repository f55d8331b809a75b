/** Steps to be timed. */
import type { Step } from "../lib/engine/engine.ts";
import { prngKey, split } from "../lib/random/threefry.ts";
import { NOTEBOOK } from "../lib/training/options.ts";

/** Steps that each draw anew from all rows, as the notebook's do, at its learning rate. */
export function stepsOf(count: number, batchSize: number = NOTEBOOK.batchSize): Step[] {
  const { learningRate } = NOTEBOOK;
  return split(prngKey(42), count).map((key) => ({ key, from: 0, count: batchSize, learningRate }));
}

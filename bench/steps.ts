/** The training steps that benchmarks run. */
import type { Step } from "../lib/engine/engine.ts";
import { prngKey, split } from "../lib/random/threefry.ts";
import { NOTEBOOK } from "../lib/training/options.ts";

/**
 * Creates steps that each sample from all training rows, like the notebook's, with its learning
 * rate.
 */
export function stepsOf(count: number, batchSize: number = NOTEBOOK.batchSize): Step[] {
  const { learningRate } = NOTEBOOK;
  return split(prngKey(42), count).map((key) => ({ key, from: 0, count: batchSize, learningRate }));
}

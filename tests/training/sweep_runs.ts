/** A small data set and short runs for the tests of sweeps. */
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";

export const DATA = syntheticDigits({ trainRows: 120, testRows: 30 });

/** Options of a run of twenty steps. */
const SHORT_RUN = {
  iterations: 20,
  batchSize: 10,
  evalEvery: 10,
  evalSize: 20,
  hidden: [6, 5],
} as const;

/** Options with which the loss becomes infinite. */
export const DIVERGING = { head: "softmax", activation: "relu", learningRate: 1e30 } as const;

/** Returns all options of a run of twenty steps, with some replaced. */
export function shortRun(options: Partial<TrainingOptions> = {}): TrainingOptions {
  return resolveOptions({ ...SHORT_RUN, ...options });
}

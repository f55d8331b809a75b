/** Plans a whole run in advance: the random key, learning rate and rows of each step. */
import type { Step } from "../engine/engine.ts";
import { DistSampler } from "../random/dist_sampler.ts";
import type { Key } from "../random/threefry.ts";
import type { TrainingOptions } from "./options.ts";
import { SCHEDULES } from "./schedules.ts";

/** The work of one iteration. */
export interface PlannedIteration {
  /** The number of the iteration; 0 is before the first step. */
  iteration: number;
  /** The step to take; none at iteration 0. */
  step?: Step;
  /** The key that samples the rows of the evaluation after that step, if there is one. */
  evaluation?: Key;
  /** The sampler's key after this iteration. */
  key: Key;
}

/**
 * Plans a run after the parameters are drawn. Draws keys in the notebook's order:
 * one for the initial evaluation, then one for each step's rows, and after every
 * `evalEvery`-th step one for its evaluation. With `epochs`, draws one key at the
 * start of each epoch instead of one per step.
 *
 * @param options The run's options; all randomness comes from `key`
 * @param trainRows The number of rows to train on
 * @param key The sampler's key after the parameters were drawn
 * @returns Iteration 0, then an endless sequence of steps; a run stops after `totalIterations` of
 *   them
 */
export function* planRun(
  options: TrainingOptions,
  trainRows: number,
  key: Key,
): Generator<PlannedIteration, never> {
  const sampler = DistSampler.fromKey(key, { threefry: options.threefry });
  const batches = Math.ceil(trainRows / options.batchSize);
  const iterations = totalIterations(options, trainRows);
  yield { iteration: 0, evaluation: sampler.nextKey(), key: sampler.key };

  let rowsKey = key;
  for (let iteration = 1;; iteration++) {
    const batch = options.epochs > 0 ? (iteration - 1) % batches : 0;
    if (batch === 0) rowsKey = sampler.nextKey();
    const from = batch * options.batchSize;
    // The last batch of an epoch is smaller if the batch size does not divide the rows.
    const count = Math.min(options.batchSize, trainRows - from);
    const learningRate = SCHEDULES[options.schedule].rate(iteration, options, iterations);
    const step = { key: rowsKey, from, count, learningRate };
    const evaluation = iteration % options.evalEvery === 0 ? sampler.nextKey() : undefined;
    yield { iteration, step, evaluation, key: sampler.key };
  }
}

/**
 * Returns the number of steps of a run.
 *
 * @param trainRows The number of rows to train on
 */
export function totalIterations(
  { epochs, iterations, batchSize }: TrainingOptions,
  trainRows: number,
): number {
  return epochs > 0 ? epochs * Math.ceil(trainRows / batchSize) : iterations;
}

/**
 * Makes a run's random draws before its first step, and plans all of it in advance: the random key,
 * learning rate and rows of each step.
 */
import type { Dataset, Split } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import type { Step } from "../engine/engine.ts";
import type { Sizes } from "../net/architecture.ts";
import { drawParameters } from "../net/initialize.ts";
import { DistSampler } from "../random/dist_sampler.ts";
import type { Key } from "../random/threefry.ts";
import type { TrainingOptions } from "./options.ts";
import { SCHEDULES } from "./schedules.ts";

/** The starting point of a run. */
export interface RunStart {
  /** The training, validation and test rows. */
  split: Split;
  /** The position among the training rows of the row that is shown as a spot check. */
  sample: number;
  /** The initial parameters, flat, in the layout of `parameterRanges`. */
  parameters: Float32Array;
  /** The sampler's key after these draws. */
  key: Key;
}

/**
 * Draws the split, the sample and the parameters, in the notebook's order.
 *
 * @param data The data set, of which only the numbers of rows matter if a split was published
 * @param options The run's options; all draws depend on `seed`
 * @returns The draws; the same for the same options and data
 */
export function drawStart(
  data: Dataset,
  { seed, threefry, split: kind, validation, initialization }: TrainingOptions,
  architecture: Sizes,
): RunStart {
  const sampler = new DistSampler(seed, { threefry });
  const split = splitDataset(data, sampler, { kind, validation });
  const sample = sampler.choice(split.train.length, 1)[0];
  const parameters = drawParameters(architecture, initialization, sampler);
  return { split, sample, parameters, key: sampler.key };
}

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

/** Makes a run's random draws before its first step. */
import type { Dataset, Split } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import type { Sizes } from "../net/architecture.ts";
import { drawParameters } from "../net/initialize.ts";
import { DistSampler } from "../random/dist_sampler.ts";
import type { Key } from "../random/threefry.ts";
import type { TrainingOptions } from "./options.ts";

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

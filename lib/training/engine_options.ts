/** What a run's options ask of an engine. */
import type { Dataset } from "../data/dataset.ts";
import type { EngineOptions, EngineState } from "../engine/engine.ts";
import { stateBefore } from "../engine/state.ts";
import { parameterCount } from "../net/architecture.ts";
import { drawParameters } from "../net/initialize.ts";
import { OPTIMIZERS } from "../net/optimizers.ts";
import { DistSampler } from "../random/dist_sampler.ts";
import type { Key } from "../random/threefry.ts";
import { AUGMENTATIONS } from "./augmentations.ts";
import { OptionError, type TrainingOptions } from "./options.ts";

/**
 * The CPU engine's memory, at most 4 GiB, holds the parameters, their gradients and two moments; few
 * GPUs bind a larger buffer than 1 GiB.
 */
const MOST_PARAMETERS = 2 ** 28;

/**
 * Returns the options with which to create an engine for a run.
 *
 * @param options The run's options
 * @param shape The data's image sizes and number of classes
 * @returns The net, its optimizer, and how rows are sampled, for `createEngine`
 * @throws {OptionError} If the net has more parameters than any engine can hold
 */
export function engineOptions(
  options: TrainingOptions,
  { width, height, classes }: Pick<Dataset, "width" | "height" | "classes">,
): EngineOptions {
  const { hidden, activation, head, optimizer, batchSize, scale, threefry } = options;
  const architecture = { inputs: width * height, hidden, classes, activation, head };
  // Checked before the parameters are drawn, which would take minutes.
  const count = parameterCount(architecture);
  if (count > MOST_PARAMETERS) {
    const rule = `so few that the net has at most ${MOST_PARAMETERS} parameters, not ${count}`;
    throw new OptionError("hidden", rule, hidden);
  }
  return {
    architecture,
    optimizer: OPTIMIZERS[optimizer].defaults,
    batchSize,
    scale,
    augment: AUGMENTATIONS[options.augment].of(options),
    threefry,
  };
}

/**
 * Draws the state with which to start an engine, to train without `train()`.
 *
 * @param options The run's options
 * @param shape The data's image sizes and number of classes
 * @param key The key of the parameters
 * @returns Drawn parameters, and moments of 0
 *
 * @example
 * ```ts
 * import { initialState } from "./engine_options.ts";
 * import { NOTEBOOK } from "./options.ts";
 * import { prngKey } from "../random/threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { parameters } = initialState(NOTEBOOK, { width: 28, height: 28, classes: 10 }, prngKey(1));
 * assertEquals(parameters.length, 45_360);
 * ```
 */
export function initialState(
  options: TrainingOptions,
  shape: Pick<Dataset, "width" | "height" | "classes">,
  key: Key,
): EngineState {
  const { architecture, optimizer } = engineOptions(options, shape);
  const sampler = DistSampler.fromKey(key, options);
  return stateBefore(optimizer, drawParameters(architecture, options.initialization, sampler));
}

/**
 * Trains a three-layer net on MNIST with hand-written WebGPU shaders (or, without an adapter, on
 * the processor), drawing the same random numbers as JAX.
 *
 * ```ts ignore
 * for await (const event of train({ data: await loadMnist(), iterations: 500 })) {
 *   console.log(event);
 * }
 * ```
 *
 * @module
 */

// Random numbers, under JAX's names.
export {
  type Key,
  prngKey,
  randomBits,
  split,
  type ThreefryLayout,
  type ThreefryOptions,
} from "./lib/random/threefry.ts";
export {
  choice,
  normal,
  permutation,
  type Shape,
  uniform,
  type UniformOptions,
} from "./lib/random/distributions.ts";
export { DistSampler, type RowArray } from "./lib/random/dist_sampler.ts";

// Data.
export type { Dataset, PixelScale, Split } from "./lib/data/dataset.ts";
export { DataError, DataUnavailableError } from "./lib/data/errors.ts";
export { loadMnist } from "./lib/data/mnist.ts";
export type { LoadOptions } from "./lib/data/idx_source.ts";
export type { DownloadOptions, DownloadProgress } from "./lib/data/download.ts";
export { splitDataset, type SplitKind, type SplitOptions } from "./lib/data/split.ts";

// Nets and the devices that train them.
export type {
  Activation,
  Architecture,
  Head,
  ParameterName,
  Parameters,
} from "./lib/net/architecture.ts";
export type { Model } from "./lib/net/model.ts";
export type { Optimizer } from "./lib/net/optimizer.ts";
export {
  createEngine,
  type CreateEngineOptions,
  type DeviceListing,
  listDevices,
} from "./lib/engine/create.ts";
export type * from "./lib/engine/engine.ts";

// Training, and using what was trained.
export {
  type Initialization,
  NOTEBOOK,
  OptionError,
  type Schedule,
  type TrainingOptions,
} from "./lib/training/options.ts";
export { type Preset, PRESETS } from "./lib/training/presets.ts";
export type * from "./lib/training/events.ts";
export { DivergedError, engineOptions, train, type TrainingRun } from "./lib/training/train.ts";
export { evaluate, type EvaluationReport } from "./lib/training/evaluate.ts";
export { predict, type Predictions } from "./lib/training/predict.ts";
export { loadParameters, saveParameters } from "./lib/model/files.ts";
export type { RunRecord } from "./lib/model/metadata.ts";
export type { RunResult, SavedModel } from "./lib/model/saved_model.ts";

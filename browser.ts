/**
 * The library for browsers: all of `mod.ts` except what reads or writes files.
 *
 * ```ts ignore
 * for await (const event of train({ data: await fetchMnist("mnist/"), iterations: 500 })) {
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
export type { Dataset, DatasetSource, PixelScale, Split } from "./lib/data/dataset.ts";
export type { DatasetRecord } from "./lib/data/record.ts";
export { DataError, DataUnavailableError } from "./lib/data/errors.ts";
export { fetchMnist, type FetchMnistOptions } from "./lib/data/fetch_mnist.ts";
export { syntheticDigits, type SyntheticOptions } from "./lib/data/synthetic.ts";
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
export type { Initialization } from "./lib/net/initialize.ts";
export type { Model } from "./lib/net/model.ts";
export type { Optimizer } from "./lib/net/optimizer.ts";
export {
  createEngine,
  type CreateEngineOptions,
  type DeviceListing,
  listDevices,
} from "./lib/engine/create.ts";
export type * from "./lib/engine/engine.ts";
export type { Distortion } from "./lib/engine/distortion.ts";

// Training, and using what was trained.
export {
  type AugmentationKind,
  NOTEBOOK,
  OptionError,
  resolveOptions,
  type Schedule,
  type TrainingOptions,
} from "./lib/training/options.ts";
export { type Preset, PRESETS } from "./lib/training/presets.ts";
export type * from "./lib/training/events.ts";
export { DivergedError, engineOptions, train, type TrainingRun } from "./lib/training/train.ts";
export {
  type EngineMaker,
  type Score,
  sweep,
  type SweepEvent,
  type SweepPlan,
  type SweepProgress,
  type SweptResult,
  type SweptRun,
  type SweptRuns,
} from "./lib/training/sweep.ts";
export { evaluate, type EvaluationReport } from "./lib/training/evaluate.ts";
export {
  type ForwardPass,
  forwardPass,
  predict,
  type Predictions,
} from "./lib/training/predict.ts";
export { loadParameters } from "./lib/model/load_parameters.ts";
export { MissingSettingsError, type NetSettings } from "./lib/model/foreign_model.ts";
export { ModelError } from "./lib/model/errors.ts";
export {
  type Checkpoint,
  type CurvePoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from "./lib/model/checkpoint.ts";
export { encodeModel } from "./lib/model/saved_model.ts";
export { encodeOnnx } from "./lib/model/onnx.ts";
export type { RunRecord } from "./lib/model/metadata.ts";
export type { RunResult, SavedModel } from "./lib/model/saved_model.ts";

// Pictures.
export { inkToDigit } from "./lib/image/ink_to_digit.ts";
export { imageToDigit } from "./lib/image/image_to_digit.ts";
export type { Plane } from "./lib/image/plane.ts";

/**
 * The library for browsers: everything in `mod.ts` except what reads or writes files.
 * `deno task build` bundles it as `browser.js`.
 *
 * ```ts ignore
 * import { fetchMnist, train } from "./browser.js";
 *
 * for await (const event of train({ data: await fetchMnist("mnist/"), iterations: 500 })) {
 *   console.log(event);
 * }
 * ```
 *
 * @module
 */

// Training.
export { type RunControl, train, type TrainArguments, trainModel } from "./lib/training/train.ts";
export { engineOptions, initialState } from "./lib/training/engine_options.ts";
export { DivergedError } from "./lib/training/trainer.ts";
export type * from "./lib/training/events.ts";
export {
  NOTEBOOK,
  OptionError,
  resolveOptions,
  type TrainingOptions,
  type Validated,
} from "./lib/training/options.ts";
export type {
  OptionEntry,
  OptionGroup,
  OptionName,
  OptionTable,
  OptionValues,
  Rule,
} from "./lib/training/option_table.ts";
export type { AugmentationKind } from "./lib/training/augmentations.ts";
export type { Schedule } from "./lib/training/schedules.ts";
export { type Preset, PRESETS } from "./lib/training/presets.ts";
export {
  type EngineMaker,
  EngineRunner,
  runAll,
  type RunAllPlan,
  type Runner,
  type SweepEvent,
  type SweepProgress,
  type SweepRun,
} from "./lib/training/run_all.ts";
export type { MetricName, Metrics } from "./lib/training/metrics.ts";
export type { RunState } from "./lib/training/trainer.ts";

// Data sets.
export type {
  Dataset,
  DatasetSource,
  NoticeOptions,
  PixelRecord,
  PixelScale,
  Split,
} from "./lib/data/dataset.ts";
export { fetchMnist, type FetchMnistOptions } from "./lib/data/fetch_mnist.ts";
export { syntheticDigits, type SyntheticOptions } from "./lib/data/synthetic.ts";
export { splitDataset, type SplitKind, type SplitOptions } from "./lib/data/split.ts";
export type { DownloadOptions, DownloadProgress } from "./lib/data/download.ts";
export type { DatasetRecord } from "./lib/data/record.ts";
export { DataError, DataUnavailableError } from "./lib/data/errors.ts";

// Trained nets: evaluation, prediction and files.
export { evaluate, type EvaluationReport } from "./lib/training/evaluate.ts";
export {
  type ForwardPass,
  forwardPass,
  predict,
  type Predictions,
} from "./lib/training/predict.ts";
export type { Activation, ForeignActivation } from "./lib/net/activations.ts";
export type { Head } from "./lib/net/heads.ts";
export type {
  Architecture,
  Model,
  ModelArchitecture,
  NetParameters,
  ParameterName,
} from "./lib/net/architecture.ts";
export { loadModel } from "./lib/model/load_model.ts";
export type { Pixels } from "./lib/model/fold_pixels.ts";
export {
  MissingSettingsError,
  type NetSettings,
  type RequiredSetting,
} from "./lib/model/foreign_model.ts";
export { decodeModel, encodeModel, type SavedModel } from "./lib/model/saved_model.ts";
export type { CurvePoint, RunRecord, RunResult } from "./lib/training/record.ts";
export { encodeOnnx } from "./lib/model/onnx.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./lib/model/checkpoint.ts";
export { ModelError } from "./lib/model/errors.ts";

// Pictures of digits.
export { imageToDigit } from "./lib/image/image_to_digit.ts";
export { inkToDigit } from "./lib/image/ink_to_digit.ts";
export type { Plane } from "./lib/image/plane.ts";

// Engines: training step by step, on a GPU or a CPU.
export {
  createEngine,
  type CreateEngineOptions,
  type DeviceChoice,
  type DeviceListing,
  listDevices,
} from "./lib/engine/create.ts";
export type { Trial } from "./lib/engine/trial.ts";
export { NoAdapterError } from "./lib/engine/webgpu/device.ts";
export type * from "./lib/engine/engine.ts";
export type { Evaluation } from "./lib/net/evaluation.ts";
export type { Distortion } from "./lib/engine/distortion.ts";
export type { Optimizer } from "./lib/net/optimizers.ts";
export type { Initialization } from "./lib/net/initialize.ts";

// JAX's random numbers, under JAX's names.
export { DistSampler, type RowArray } from "./lib/random/dist_sampler.ts";
export {
  choice,
  normal,
  permutation,
  type Shape,
  uniform,
  type UniformOptions,
} from "./lib/random/distributions.ts";
export {
  type Key,
  prngKey,
  randomBits,
  split,
  type ThreefryLayout,
  type ThreefryOptions,
} from "./lib/random/threefry.ts";

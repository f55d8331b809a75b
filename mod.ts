/**
 * Trains a three-layer net on MNIST with hand-written WebGPU shaders or, without a GPU, on the CPU.
 * Draws the same random numbers as JAX, so it repeats the published notebook's run from its seed.
 *
 * `train` returns a stream of events. `loadMnist` loads the data, `loadModel` and `predict` use
 * a trained net, and `createEngine` trains without `train`.
 *
 * @example Train on synthetic digits, which need no download
 * ```ts
 * import { PRESETS, syntheticDigits, train } from "./mod.ts";
 * import { assert } from "@std/assert";
 *
 * const data = syntheticDigits({ trainRows: 2000, testRows: 1000 });
 * for await (const event of train({ data, ...PRESETS.accurate, epochs: 3, backend: "cpu" })) {
 *   if (event.type === "finished") assert(event.accuracy > 0.7);
 * }
 * ```
 *
 * @example Train on MNIST as the notebook does
 * ```ts ignore
 * import { loadMnist, train } from "./mod.ts";
 *
 * for await (const event of train({ data: await loadMnist(), iterations: 500 })) {
 *   console.log(event);
 * }
 * ```
 *
 * @module
 */

// Everything that needs no files.
export * from "./browser.ts";

// Data sets in files.
export { loadFashionMnist, loadMnist, type LoadOptions } from "./lib/data/idx_source.ts";
export type { FinishOptions } from "./lib/data/raw.ts";
export type { PixelOptions } from "./lib/data/pixels.ts";
export { type IdxFolderOptions, readIdxFolder } from "./lib/data/idx_folder.ts";
export {
  type Checksums,
  IDX_FILE_NAMES,
  type IdxDatasetOptions,
  type IdxFileName,
} from "./lib/data/idx_dataset.ts";

// Model files.
export { saveCheckpoint } from "./lib/model/save_checkpoint.ts";
export { saveModel } from "./lib/model/save_model.ts";

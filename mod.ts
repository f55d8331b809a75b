/**
 * Trains a three-layer net on MNIST with hand-written WebGPU shaders (or, without a GPU, on the
 * CPU), drawing the same random numbers as JAX.
 *
 * ```ts ignore
 * for await (const event of train({ data: await loadMnist(), iterations: 500 })) {
 *   console.log(event);
 * }
 * ```
 *
 * @module
 */

// Everything that needs no files.
export * from "./browser.ts";

// Files.
export { loadMnist } from "./lib/data/load_mnist.ts";
export { loadFashionMnist } from "./lib/data/load_fashion_mnist.ts";
export { type IdxFolderOptions, readIdxFolder } from "./lib/data/idx_folder.ts";
export {
  type Checksums,
  IDX_FILE_NAMES,
  type IdxDatasetOptions,
  type IdxFileName,
} from "./lib/data/idx_dataset.ts";
export type { LoadOptions } from "./lib/data/idx_source.ts";
export { saveParameters } from "./lib/model/save_parameters.ts";

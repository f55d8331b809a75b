/** The digits of the benchmarks: MNIST if it is available, otherwise synthetic ones. */
import type { Dataset } from "../lib/data/dataset.ts";
import { encodeIdx } from "../lib/data/idx.ts";
import { IDX_FILE_NAMES } from "../lib/data/idx_dataset.ts";
import { hasIdxFiles, readIdxFolder } from "../lib/data/idx_folder.ts";
import { MNIST } from "../lib/data/published.ts";
import { syntheticDigits } from "../lib/data/synthetic.ts";

/** The folder in which `deno task train` stores downloads. */
const CACHE = "data/mnist";

/** The folder of MNIST's files: MNIST_DIR, or else the cache if it holds them, or else undefined. */
export function mnistFolder(): string | undefined {
  return Deno.env.get("MNIST_DIR") || (hasIdxFiles(CACHE) ? CACHE : undefined);
}

/**
 * Opens MNIST if there is a folder of it, otherwise synthetic digits of the same shape and number.
 * Downloads nothing.
 *
 * @throws {DataError} If the folder's files are corrupt or incomplete
 */
export function openDigits(): Dataset {
  const folder = mnistFolder();
  return folder === undefined ? syntheticDigits() : readIdxFolder(folder, MNIST);
}

/** Writes digits as plain IDX files, which every contestant can read. */
export function writeIdxFolder(directory: string, data: Dataset): void {
  const { width, height, images, labels, trainRows } = data;
  const pixels = width * height;
  const testRows = labels.length - trainRows;
  const [trainImages, trainLabels, testImages, testLabels] = IDX_FILE_NAMES.map((name) =>
    `${directory}/${name}`
  );
  const write = (path: string, shape: number[], items: Uint8Array) =>
    Deno.writeFileSync(path, encodeIdx(shape, items));
  write(trainImages, [trainRows, height, width], images.subarray(0, trainRows * pixels));
  write(trainLabels, [trainRows], labels.subarray(0, trainRows));
  write(testImages, [testRows, height, width], images.subarray(trainRows * pixels));
  write(testLabels, [testRows], labels.subarray(trainRows));
}

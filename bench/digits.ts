/** The data set of the benchmarks: MNIST if its files are there, otherwise synthetic digits. */
import type { Dataset } from "../lib/data/dataset.ts";
import { encodeIdx } from "../lib/data/idx.ts";
import { IDX_FILE_NAMES } from "../lib/data/idx_dataset.ts";
import { hasIdxFiles, readIdxFolder } from "../lib/data/idx_folder.ts";
import { MNIST } from "../lib/data/published.ts";
import { syntheticDigits } from "../lib/data/synthetic.ts";

/** The folder in which `deno task train` stores downloads. */
const CACHE = "data/mnist";

/**
 * Returns the folder of MNIST's files: MNIST_DIR, otherwise the cache if it holds the files,
 * otherwise undefined.
 */
export function mnistFolder(): string | undefined {
  return Deno.env.get("MNIST_DIR") || (hasIdxFiles(CACHE) ? CACHE : undefined);
}

/**
 * Reads MNIST if its files are there, otherwise makes as many synthetic digits of the same size.
 * Downloads nothing.
 *
 * @throws {DataError} If the folder's files are corrupt or incomplete
 */
export function openDigits(): Dataset {
  const folder = mnistFolder();
  return folder === undefined ? syntheticDigits() : readIdxFolder(folder, MNIST);
}

/** Writes a data set as uncompressed IDX files, which every implementation can read. */
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

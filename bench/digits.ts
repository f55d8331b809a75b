/** The data sets of the benchmarks: MNIST if its files are there, otherwise synthetic digits; tiny images. */
import type { Dataset } from "../lib/data/dataset.ts";
import { encodeIdxFiles } from "../lib/data/idx_dataset.ts";
import { readIdxFolder } from "../lib/data/idx_folder.ts";
import { locateIdxFiles } from "../lib/data/idx_locate.ts";
import { MNIST } from "../lib/data/published.ts";
import { syntheticDigits } from "../lib/data/synthetic.ts";

/**
 * Returns the folder of MNIST's files: MNIST_DIR, otherwise the cache if it holds the files,
 * otherwise undefined.
 *
 * @param variable The value of MNIST_DIR
 * @param cache The folder in which `deno task train` stores downloads
 */
export function mnistFolder(
  variable = Deno.env.get("MNIST_DIR"),
  cache = "data/mnist",
): string | undefined {
  return variable || (locateIdxFiles(cache).length > 0 ? cache : undefined);
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
  for (const [name, bytes] of encodeIdxFiles(data)) {
    Deno.writeFileSync(`${directory}/${name}`, bytes);
  }
}

/**
 * Returns 60,000 images of 2 x 2 pixels in two classes, with which sampling rows takes almost all of a
 * step's time.
 */
export function tinyDataset(): Dataset {
  const rows = 60_000;
  return {
    name: "four pixels",
    width: 2,
    height: 2,
    classes: 2,
    images: new Uint8Array(rows * 4).map((_, i) => i * 7919 >>> 3),
    labels: new Uint8Array(rows).map((_, row) => row % 2),
    trainRows: rows,
  };
}

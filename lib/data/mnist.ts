/** MNIST: where it is, and what its files must be. */
import type { Dataset } from "./dataset.ts";
import { type Checksums, readIdxFolder } from "./idx_folder.ts";

/** SHA-256 of the four decompressed files. */
export const MNIST_CHECKSUMS: Checksums = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/** Where `loadMnist` looks. */
export interface LoadMnistOptions {
  /** @default "./data/mnist" */
  directory?: string;
}

/**
 * MNIST's 70,000 rows, 60,000 of them for training, in the order of the
 * original files, whose checksums are checked.
 *
 * @param options Where the files are
 * @returns The data set
 * @throws {DataError} If a file is missing, damaged or not MNIST's
 */
// deno-lint-ignore require-await
export async function loadMnist(
  { directory = "./data/mnist" }: LoadMnistOptions = {},
): Promise<Dataset> {
  return readIdxFolder(directory, { name: "mnist", classes: 10, checksums: MNIST_CHECKSUMS });
}

/** MNIST: where it is, and what its files must be. */
import type { Dataset } from "./dataset.ts";
import { type IdxSource, loadIdxSource, type LoadOptions } from "./idx_source.ts";

/** Its four files, known to the byte, and two public copies. */
export const MNIST: IdxSource = {
  name: "mnist",
  classes: 10,
  checksums: {
    kind: "sha256",
    files: {
      "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
  },
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
};

/**
 * MNIST's 70,000 images of 28 x 28 bytes, 60,000 of them for training, in the
 * order of the original files. They are read from a folder, gzipped or not;
 * what is not there is downloaded into it. Their checksums are checked always.
 *
 * @param options Where the files are kept: in `./data/mnist` unless told otherwise
 * @returns The data set
 * @throws {DataUnavailableError} If the files are not there and cannot be downloaded
 *
 * @example
 * ```ts ignore
 * import { loadMnist } from "./mnist.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels, trainRows } = await loadMnist();
 * assertEquals([labels.length, trainRows, labels[0]], [70000, 60000, 5]);
 * ```
 */
export async function loadMnist(options: LoadOptions = {}): Promise<Dataset> {
  return await loadIdxSource(MNIST, options);
}

/** MNIST from the cache, else from a mirror. */
import type { Dataset } from "./dataset.ts";
import { loadIdxSource, type LoadOptions } from "./idx_source.ts";
import { MNIST } from "./mnist.ts";

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
 * import { loadMnist } from "./load_mnist.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels, trainRows } = await loadMnist();
 * assertEquals([labels.length, trainRows, labels[0]], [70000, 60000, 5]);
 * ```
 */
export async function loadMnist(options: LoadOptions = {}): Promise<Dataset> {
  return await loadIdxSource(MNIST, options);
}

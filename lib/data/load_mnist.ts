/** Loads MNIST and Fashion-MNIST from the cache, or from a mirror. */
import type { Dataset } from "./dataset.ts";
import { loadIdxSource, type LoadOptions } from "./idx_source.ts";
import { FASHION, MNIST } from "./published.ts";

/**
 * Loads MNIST's 70,000 images of 28 x 28 bytes, 60,000 of them for training, in the order of the
 * original files. Reads them from a folder, gzipped or not, and downloads missing files into it.
 * Always verifies the checksums. Requires Deno's file system: in a browser, use `fetchMnist`.
 *
 * @param options Where the files are stored; `./data/mnist` by default
 * @returns The data set
 * @throws {DataUnavailableError} If the files are missing and cannot be downloaded, or in a browser
 * @throws {DataError} If a file is corrupt and cannot be downloaded again
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

/**
 * Loads Fashion-MNIST's 70,000 images of 28 x 28 bytes, 60,000 of them for training, in ten classes
 * of clothing with their `classNames`. Reads them from a folder and downloads missing files into it.
 * Verifies the checksums of compressed files; the authors publish none of decompressed ones.
 * Requires Deno's file system.
 *
 * Source: https://github.com/zalandoresearch/fashion-mnist
 *
 * @param options Where the files are stored; `./data/fashion` by default
 * @returns The data set
 * @throws {DataUnavailableError} If the files are missing and cannot be downloaded, or in a browser
 * @throws {DataError} If a file is corrupt and cannot be downloaded again
 *
 * @example
 * ```ts ignore
 * import { loadFashionMnist } from "./load_mnist.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels, classNames } = await loadFashionMnist();
 * assertEquals([labels.length, classNames?.[9]], [70000, "Ankle boot"]);
 * ```
 */
export async function loadFashionMnist(options: LoadOptions = {}): Promise<Dataset> {
  return await loadIdxSource(FASHION, options);
}

/** Fashion-MNIST from the cache, else from a mirror. */
import type { Dataset } from "./dataset.ts";
import { loadIdxSource, type LoadOptions } from "./idx_source.ts";
import { FASHION } from "./published.ts";

/**
 * Fashion-MNIST's 70,000 images of 28 x 28 bytes, 60,000 of them for training, in ten classes of
 * clothing, which `classNames` names. They are read from a folder; files that are missing there are
 * downloaded into it.
 *
 * Source: https://github.com/zalandoresearch/fashion-mnist
 *
 * @param options Where the files are kept: in `./data/fashion` by default
 * @returns The data set
 * @throws {DataUnavailableError} If the files are not there and cannot be downloaded, or in a web page
 *
 * @example
 * ```ts ignore
 * import { loadFashionMnist } from "./load_fashion_mnist.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels, classNames } = await loadFashionMnist();
 * assertEquals([labels.length, classNames?.[9]], [70000, "Ankle boot"]);
 * ```
 */
export async function loadFashionMnist(options: LoadOptions = {}): Promise<Dataset> {
  return await loadIdxSource(FASHION, options);
}

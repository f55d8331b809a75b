/** Transposes images that are stored column by column, as EMNIST's are. */
import type { Dataset } from "./dataset.ts";

/**
 * Swaps the rows and columns of each image.
 *
 * @param data The data set
 * @returns A new data set with the same labels, and width and height exchanged
 *
 * @example
 * ```ts
 * import { transposeImages } from "./transpose.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { images, width, height } = transposeImages({
 *   name: "one", width: 3, height: 2, classes: 1, trainRows: 1,
 *   images: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint8Array.of(0),
 * });
 * assertEquals([width, height, images], [2, 3, Uint8Array.of(1, 4, 2, 5, 3, 6)]);
 * ```
 */
export function transposeImages(data: Dataset): Dataset {
  const { width, height, images } = data;
  const transposed = new Uint8Array(images.length);
  const pixels = width * height;
  for (let first = 0; first < images.length; first += pixels) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        transposed[first + x * height + y] = images[first + y * width + x];
      }
    }
  }
  return { ...data, width: height, height: width, images: transposed };
}

/** What a row of bytes is multiplied with to become the net's input. */
import type { Dataset, PixelScale } from "./dataset.ts";

/**
 * The factor of each row: 1 over its L2 norm (the square root of the sum of
 * its squared bytes, which is an integer and so exact), or 1/255 throughout.
 *
 * @param data The data set, of which all rows are looked at
 * @param scale `l2` or `unit`
 * @returns Shape (rows); 0 for a row that is all zeros under `l2`, so that it stays zero
 *
 * @example
 * ```ts
 * import { rowScales } from "./normalise.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = {
 *   name: "two rows", width: 2, height: 1, classes: 2, trainRows: 1,
 *   images: Uint8Array.of(3, 4, 0, 0), labels: Uint8Array.of(1, 0),
 * };
 * assertEquals(rowScales(data, "l2"), Float32Array.of(1 / 5, 0));
 * assertEquals(rowScales(data, "unit"), Float32Array.of(1 / 255, 1 / 255));
 * ```
 */
export function rowScales(data: Dataset, scale: PixelScale): Float32Array<ArrayBuffer> {
  const rows = data.labels.length;
  if (scale === "unit") return new Float32Array(rows).fill(1 / 255);
  const { images } = data;
  const pixels = data.width * data.height;
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    const end = (row + 1) * pixels;
    for (let i = row * pixels; i < end; i++) squares += images[i] * images[i];
    scales[row] = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  }
  return scales;
}

/** Arranges rows of own data: the sides of their images, and which rows are for training. */
import type { RowUse } from "./csv_columns.ts";
import type { RawDataset, RawPart } from "./raw.ts";
import { readError } from "./raw.ts";

/**
 * Returns the sides of images.
 *
 * @param path The file, for messages
 * @param kind As in `RawDataset`
 * @param pixels Pixels per image
 * @param given The width that the user gives
 * @returns Width and height; square unless the width is given
 * @throws {DataError} If the pixels do not form a rectangle, or are several colors
 */
export function sideOf(
  path: string,
  kind: string,
  pixels: number,
  given?: number,
): { width: number; height: number } {
  const width = given ?? Math.sqrt(pixels);
  const height = pixels / width;
  for (const colors of [3, 4]) {
    const side = Math.sqrt(pixels / colors);
    if (!Number.isInteger(side) || side < 8) continue;
    if (!Number.isInteger(width) || width === side || height === side) {
      throw readError(
        path,
        kind,
        `its ${pixels} pixels per row seem to be ${colors} colors of ${side} x ${side}: convert ` +
          `the images to gray first`,
      );
    }
  }
  if (Number.isInteger(width) && Number.isInteger(height)) return { width, height };
  throw readError(
    path,
    kind,
    given === undefined
      ? `its ${pixels} pixels per row do not form a square: give \`width\``
      : `its ${pixels} pixels per row must be a multiple of the width: current value is ${given}`,
  );
}

/**
 * Says which rows are for training and which for testing.
 *
 * @param path The file, for messages
 * @param kind As in `RawDataset`
 * @param parts The rows of one file, or of a training and a test file
 * @param uses What each row of the first file is for, if it says so; only for a single file
 * @returns The rows, ordered as training, validation and test rows. If nothing says which rows are
 *   for testing, floor(6n/7) of n rows are training rows
 * @throws {DataError} If no row would be for training, or none for testing
 */
export function partition(
  path: string,
  kind: string,
  parts: readonly RawPart[],
  uses?: readonly RowUse[],
): Pick<RawDataset, "parts" | "trainRows" | "publishedSplit" | "validationRows"> {
  const rows = parts[0].labels.length;
  if (parts.length > 1) return { parts, trainRows: rows };
  const counts = { train: 0, validation: 0, test: 0 };
  for (const use of uses ?? []) counts[use]++;
  // Without test rows, the file says only which rows are for training; the validation rows test.
  if (uses && counts.train > 0 && counts.validation + counts.test > 0) {
    const order: RowUse[] = ["train", "validation", "test"];
    const sorted = [...uses.keys()].sort((a, b) =>
      order.indexOf(uses[a]) - order.indexOf(uses[b]) || a - b
    );
    const { train, validation, test } = counts;
    return {
      parts: [reordered(parts[0], sorted)],
      trainRows: test > 0 ? train + validation : train,
      ...test > 0 && validation > 0 && { validationRows: validation },
    };
  }
  const trainRows = Math.floor(6 * rows / 7);
  if (trainRows === 0) throw readError(path, kind, "it must have at least two rows: it has one");
  return { parts, trainRows, publishedSplit: false };
}

/** Returns rows in another order. */
function reordered(part: RawPart, order: readonly number[]): RawPart {
  const { pixels, labels, placeOf, placeOfLabel } = part;
  const width = pixels.length / labels.length;
  const moved = pixels.slice();
  order.forEach((row, i) => moved.set(pixels.subarray(row * width, (row + 1) * width), i * width));
  return {
    ...part,
    pixels: moved,
    labels: labels instanceof Uint8Array
      ? Uint8Array.from(order, (row) => labels[row])
      : order.map((row) => labels[row]),
    placeOf: placeOf &&
      ((index) => placeOf(order[Math.floor(index / width)] * width + index % width)),
    placeOfLabel: placeOfLabel && ((row) => placeOfLabel(order[row])),
  };
}

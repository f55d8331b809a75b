/** Arranges rows of own data: the sides of their images, and which rows are for training. */
import type { RowUse } from "./csv_columns.ts";
import type { RawDataset, RawPart } from "./raw.ts";
import { readError } from "./raw.ts";

/**
 * Returns the sides of images.
 *
 * @param path The file, for messages
 * @param kind As in `RawDataset`
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

/** The rows of own data by their use; only the training rows are needed. */
export type PartsByUse = { train: RawPart } & { [Use in RowUse]?: RawPart };

/**
 * Arranges rows by their use: training, validation, then test rows.
 *
 * @param path The file, for messages
 * @param kind As in `RawDataset`
 * @returns The rows in order. Validation rows without test rows are used for testing. If nothing
 *   says which rows are for testing, floor(6n/7) of n rows are training rows
 * @throws {DataError} If there is only one row
 */
export function arranged(
  path: string,
  kind: string | undefined,
  { train, validation, test = validation }: PartsByUse,
): Pick<
  RawDataset,
  "parts" | "trainRows" | "publishedSplit" | "validationRows" | "hasNamedTest"
> {
  const rows = train.labels.length;
  if (test === undefined) {
    const trainRows = Math.floor(6 * rows / 7);
    if (trainRows === 0) throw readError(path, kind, "it must have at least two rows: it has one");
    return { parts: [train], trainRows, publishedSplit: false };
  }
  if (validation === undefined || validation === test) {
    return { parts: [train, test], trainRows: rows, hasNamedTest: true };
  }
  const validationRows = validation.labels.length;
  return {
    parts: [train, validation, test],
    trainRows: rows + validationRows,
    validationRows,
    hasNamedTest: true,
  };
}

/**
 * Divides the rows of a file.
 *
 * @returns The rows by use; all are training rows if none is
 */
export function dividedByUse(part: RawPart, uses: readonly RowUse[]): PartsByUse {
  const groups = Map.groupBy(uses.keys(), (row) => uses[row]);
  if (!groups.has("train")) return { train: part };
  const entries = [...groups].map(([use, rows]) => [use, selected(part, rows)]);
  return Object.fromEntries(entries);
}

/** Returns some of a file's rows. */
function selected(part: RawPart, rows: readonly number[]): RawPart {
  const { pixels, labels, placeOf, placeOfLabel } = part;
  const width = pixels.length / labels.length;
  const some = new (pixels instanceof Uint8Array ? Uint8Array : Float32Array)(rows.length * width);
  rows.forEach((row, i) => some.set(pixels.subarray(row * width, (row + 1) * width), i * width));
  return {
    ...part,
    pixels: some,
    labels: labels instanceof Uint8Array
      ? Uint8Array.from(rows, (row) => labels[row])
      : rows.map((row) => labels[row]),
    placeOf: placeOf &&
      ((index) => placeOf(rows[Math.floor(index / width)] * width + index % width)),
    placeOfLabel: placeOfLabel && ((row) => placeOfLabel(rows[row])),
  };
}

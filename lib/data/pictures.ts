/** Reads folders of PNG and JPEG pictures as a data set. */
import { listed, printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";
import { keptRows } from "./picture_cache.ts";
import {
  type LabeledPicture,
  layoutOf,
  type PictureOptions,
  picturesBelow,
} from "./picture_folder.ts";
import { type PictureRows, readPictures, sizeOfPictures } from "./picture_rows.ts";
import type { RawDataset } from "./raw.ts";
import { arranged, dividedByUse } from "./rows.ts";

/** Number of unreadable pictures, and of classes, that a message names. */
const NAMED = 10;

/**
 * Reads a folder of pictures. Classes are the folders' names: numbers, or words in alphabetical
 * order. Pictures become gray by their luma, and rows of one size: the most common one if it is at
 * most 64 x 64, otherwise 28 x 28. Pictures of another size are scaled by area averaging.
 *
 * @returns The rows; a class's pictures are in the order of their names
 * @throws {DataError} If no picture can be read, or one cannot with `strict`
 */
export async function readRawPictures(
  folder: string,
  options: PictureOptions = {},
): Promise<RawDataset> {
  const { onNotice = () => {}, asPhoto = false } = options;
  const layout = layoutOf(folder);
  if (!layout) throw new DataError(`Cannot find pictures in folders for each class in ${folder}`);
  const all = [...layout].flatMap(([use, root]) =>
    picturesBelow(folder, root).map((picture) => ({ ...picture, use }))
  );
  const size = sizeOfPictures(folder, all, asPhoto);
  const form = { ...size, asPhoto };
  const decode = () => readPictures(folder, all, form, options);
  const { pixels, failures, scaled } = await keptRows(folder, all, form, decode, options);
  const read = readable(folder, all, failures, options);
  if (asPhoto) {
    onNotice(`${folder}: the digit in each picture is found, as in photographs`);
  } else if (scaled > 0) {
    onNotice(
      `${folder}: ${scaled} of the ${all.length} pictures are scaled to ` +
        `${size.width} x ${size.height} pixels; \`asPhoto\` finds the digit in each instead`,
    );
  }
  const names = [...new Set(all.map(({ label }) => label))].sort();
  if (names.some((name) => isNaN(Number(name)))) {
    onNotice(`${folder}: its classes are, in this order, ${listed(names, NAMED)}`);
  }
  if (!read.some(({ use }) => use === "train")) {
    throw new DataError(`Cannot read ${folder} as it has no training pictures`);
  }
  const part = {
    path: folder,
    pixels,
    labels: read.map(({ label }) => label),
    placeOfLabel: (row: number) => `the folder of ${printable(read[row].path, 100)}`,
  };
  const parts = dividedByUse(part, read.map(({ use }) => use));
  return { name: folder, kind: "as pictures", ...size, ...arranged(folder, "as pictures", parts) };
}

/**
 * Reports the pictures that cannot be read, and returns the others.
 *
 * @param failures The numbers of the unreadable ones, and why
 * @throws {DataError} With `strict`, or if no picture can be read
 */
export function readable<Picture extends LabeledPicture>(
  folder: string,
  all: readonly Picture[],
  failures: PictureRows["failures"],
  { onNotice, strict }: Pick<PictureOptions, "onNotice" | "strict">,
): readonly Picture[] {
  if (failures.length === 0) return all;
  const reasons = failures.map(([i, reason]) =>
    `${printable(all[i].path, 100)} (${printable(reason, 120)})`
  );
  const message = `${failures.length} of the ${all.length} pictures cannot be read` +
    `${strict ? "" : " and are left out"}: ${reasons.slice(0, NAMED).join("; ")}` +
    (failures.length > NAMED ? "..." : "");
  if (strict || failures.length === all.length) {
    throw new DataError(`Cannot read ${folder} as pictures: ${message}`);
  }
  onNotice?.(`${folder}: ${message}`);
  const failed = new Set(failures.map(([i]) => i));
  return all.filter((_, i) => !failed.has(i));
}

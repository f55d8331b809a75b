/**
 * Combines four opened IDX files into one Dataset. Accesses no files itself, so browsers can use
 * it.
 */
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { checkLabels } from "./idx.ts";

/** MNIST's file names, which other data sets in its format share. */
export const IDX_FILE_NAMES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** One of the four file names. */
export type IdxFileName = typeof IDX_FILE_NAMES[number];

/** The checksums of the four files. */
export interface Checksums {
  /** SHA-256 of the decompressed file, or MD5 of the `.gz` file, which must then be kept compressed. */
  kind: "sha256" | "md5-of-gz";
  /** The checksums in hexadecimal. */
  files: Readonly<Record<IdxFileName, string>>;
  /** SHA-256 of another data set's decompressed files, to reject them if `kind` covers only `.gz` files. */
  others?: readonly string[];
}

/** What is known about the four files in advance. */
export interface IdxDatasetOptions {
  /** The data set's name; chosen by the caller if omitted. */
  name?: string;
  /** Number of classes; the largest label plus 1 if omitted. */
  classes?: number;
  /** The names of the classes. */
  classNames?: readonly string[];
  /** The checksums; if omitted, only the headers are checked. */
  checksums?: Checksums;
}

/** An opened file whose header is checked, but whose items are not read yet. */
export interface IdxFile {
  /** The file's path, for error messages. */
  path: string;
  /** `[rows]` or `[rows, height, width]`. */
  shape: number[];
  /** Reads all items into `items`. */
  read(items: Uint8Array): void;
  /** Throws a DataError if the file's checksum, computed from the items just read, is wrong. */
  verify?(items: Uint8Array): void;
}

/**
 * Combines the files' items. The rows of the training files come first, in order; their count
 * becomes `trainRows`.
 *
 * @param files In the order of `IDX_FILE_NAMES`
 * @param options What is known about them, and the data set's name
 * @returns The data set
 * @throws {DataError} If a file is corrupt or does not match another
 */
export function joinIdxFiles(
  [trainImages, trainLabels, testImages, testLabels]: readonly IdxFile[],
  options: Omit<IdxDatasetOptions, "checksums"> & { name: string },
): Dataset {
  checkSameRows(trainImages, trainLabels);
  checkSameRows(testImages, testLabels);
  const [trainRows, height, width] = trainImages.shape;
  const [testRows, ...testSize] = testImages.shape;
  if (testSize[0] !== height || testSize[1] !== width) {
    throw new DataError(
      `Cannot use ${testImages.path} as test images must be ${height} x ${width} like the train ` +
        `images: current value is ${testSize.join(" x ")}`,
    );
  }

  const labels = new Uint8Array(trainRows + testRows);
  const images = new Uint8Array(labels.length * height * width);
  const trainPixels = trainRows * height * width;
  const places: [IdxFile, Uint8Array][] = [
    [trainLabels, labels.subarray(0, trainRows)],
    [testLabels, labels.subarray(trainRows)],
    [trainImages, images.subarray(0, trainPixels)],
    [testImages, images.subarray(trainPixels)],
  ];
  const { name, classes, classNames } = options;
  for (const [file, items] of places) {
    file.read(items);
    if (file.shape.length === 1 && classes !== undefined) checkLabels(items, classes, file.path);
    file.verify?.(items);
  }
  return {
    name,
    width,
    height,
    classes: classes ?? Math.max(...new Set(labels)) + 1,
    ...classNames && { classNames },
    images,
    labels,
    trainRows,
  };
}

function checkSameRows(images: IdxFile, labels: IdxFile): void {
  if (images.shape[0] !== labels.shape[0]) {
    throw new DataError(
      `Cannot pair ${images.path} with ${labels.path} as they must have the same number of rows: ` +
        `current values are ${images.shape[0]} and ${labels.shape[0]}`,
    );
  }
}

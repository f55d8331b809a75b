/**
 * Four opened IDX files become one Dataset, wherever they were opened. Touches no files itself, so
 * that browsers can use it.
 */
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { checkLabels } from "./idx.ts";

/** MNIST's names for its files, which other data sets in its format have kept. */
export const IDX_FILE_NAMES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** One of the four. */
export type IdxFileName = typeof IDX_FILE_NAMES[number];

/** What the four files must hash to. */
export interface Checksums {
  /** SHA-256 of the file decompressed, or MD5 of the file as `.gz`, which it must then stay. */
  kind: "sha256" | "md5-of-gz";
  /** In hex. */
  files: Readonly<Record<IdxFileName, string>>;
  /** SHA-256 of decompressed files that are of another data set, where `kind` can only tell packed ones. */
  others?: readonly string[];
}

/** What is known beforehand of the four files. */
export interface IdxDatasetOptions {
  /** The data set's name; without it, what the caller calls it by default. */
  name?: string;
  /** How many labels there are; without it, one more than the largest found. */
  classes?: number;
  /** What the labels stand for. */
  classNames?: readonly string[];
  /** Without them the files are taken as they are, if their headers hold. */
  checksums?: Checksums;
}

/** One opened file: its header is checked, its items are still to be copied to where they belong. */
export interface IdxFile {
  /** For errors. */
  path: string;
  /** `[rows]` or `[rows, height, width]`. */
  shape: number[];
  /** Fills `items`, of the shape's length. */
  read(items: Uint8Array): void;
  /** Throws a DataError if the file, with the items just read, has the wrong checksum. */
  verify?(items: Uint8Array): void;
}

/**
 * Puts the files' items together. The rows of the train files come first, in order; their count
 * becomes `trainRows`.
 *
 * @param files In the order of `IDX_FILE_NAMES`
 * @param options What is known of them, and the data set's name
 * @returns The data set
 * @throws {DataError} If a file is corrupt or disagrees with another
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

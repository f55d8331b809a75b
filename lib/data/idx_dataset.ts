/**
 * Combines four opened IDX files into one Dataset. It accesses no files itself and so also works in
 * browsers.
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
  /** SHA-256 of the decompressed file, or MD5 of the `.gz` file. */
  kind: "sha256" | "md5-of-gz";
  /** The checksums in hexadecimal. */
  files: Readonly<Record<IdxFileName, string>>;
  /**
   * SHA-256 sums of another data set's decompressed files. They are needed to reject such files if
   * `kind` applies only to compressed ones.
   */
  others?: readonly string[];
}

/** The expected contents of the four files. */
export interface IdxDatasetOptions {
  /**
   * The data set's name.
   * @default the folder
   */
  name?: string;
  /**
   * Number of classes.
   * @default the largest label plus 1
   */
  classes?: number;
  /** The names of the classes. */
  classNames?: readonly string[];
  /** The checksums; if omitted, only the headers are checked. */
  checksums?: Checksums;
}

/** An opened file: its header is checked, its items are not read yet. */
export interface IdxFile {
  /** The file's path, for error messages. */
  path: string;
  /** `[rows]` or `[rows, height, width]`. */
  shape: number[];
  /** Reads all items into `items`. */
  read(items: Uint8Array): void;
  /** Throws a DataError if the file's checksum is wrong; `items` are those that `read` gave. */
  verify?(items: Uint8Array): void;
}

/**
 * Combines the files' items. The rows of the training files come first, in order; their count
 * becomes `trainRows`.
 *
 * @param files In the order of `IDX_FILE_NAMES`
 * @param options The data set's name and classes
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
      `Cannot use ${testImages.path} as the test images must be ${height} x ${width} like the ` +
        `training images: current value is ${testSize.join(" x ")}`,
    );
  }

  const labels = new Uint8Array(trainRows + testRows);
  const images = new Uint8Array(labels.length * height * width);
  const trainPixels = trainRows * height * width;
  const targets: [IdxFile, Uint8Array][] = [
    [trainLabels, labels.subarray(0, trainRows)],
    [testLabels, labels.subarray(trainRows)],
    [trainImages, images.subarray(0, trainPixels)],
    [testImages, images.subarray(trainPixels)],
  ];
  const { name, classes, classNames } = options;
  for (const [file, items] of targets) {
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

/**
 * Combines four opened IDX files into one Dataset. It accesses no files itself and so also works in
 * browsers.
 */
import { DataError } from "./errors.ts";
import {
  checkLabels,
  decodeIdx,
  encodeIdx,
  type IdxFileInfo,
  type IdxHeader,
  type IdxKind,
  isPlainIdx,
  parseIdxHeader,
} from "./idx.ts";
import type { Dataset } from "./dataset.ts";
import type { RawDataset } from "./raw.ts";

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
  /** Whether the items are bytes; other images need an array of floats. */
  isBytes: boolean;
  /** Reads all items into `items`, and returns the decompressed file in pieces. */
  read(items: Uint8Array | Float32Array): readonly Uint8Array[];
  /** Throws a DataError if the checksum of the file, as `read` returned it, is wrong. */
  verify?(contents: readonly Uint8Array[]): void;
}

/**
 * Opens a file in memory.
 *
 * @param bytes The file, decompressed
 * @param info Its name, and what it must hold
 * @throws {DataError} If its header is wrong
 */
export function openIdxBytes(bytes: Uint8Array, info: IdxFileInfo): IdxFile {
  const header = parseIdxHeader(bytes, { ...info, fileLength: bytes.length });
  return {
    path: info.file,
    shape: header.shape,
    isBytes: isByteFile(header, info),
    read(items) {
      decodeIdx(bytes.subarray(header.headerLength), header, items, info.file);
      return [bytes];
    },
  };
}

/** Whether a file's items are bytes, as all labels are. */
export function isByteFile(header: IdxHeader, { kind }: IdxFileInfo): boolean {
  return kind === "labels" || isPlainIdx(header);
}

/** Says which of the four a file is by its name. */
export function kindOfName(name: IdxFileName): IdxKind {
  return name.includes("images") ? "images" : "labels";
}

/**
 * Encodes a data set as four files.
 *
 * @returns The files by name, in the order of `IDX_FILE_NAMES`
 */
export function encodeIdxFiles(
  { images, labels, trainRows, width, height }: Pick<
    Dataset,
    "images" | "labels" | "trainRows" | "width" | "height"
  >,
): Map<IdxFileName, Uint8Array<ArrayBuffer>> {
  return new Map(IDX_FILE_NAMES.map((name) => {
    const [from, to] = name.startsWith("train") ? [0, trainRows] : [trainRows, labels.length];
    const pixels = width * height;
    const file = kindOfName(name) === "images"
      ? encodeIdx([to - from, height, width], images.subarray(from * pixels, to * pixels))
      : encodeIdx([to - from], labels.subarray(from, to));
    return [name, file];
  }));
}

/**
 * Combines the files' items. The rows of the training files come first, in order; their count
 * becomes `trainRows`.
 *
 * @param files In the order of `IDX_FILE_NAMES`
 * @param options The data set's name and classes
 * @throws {DataError} If a file is corrupt or does not match another
 */
export function joinIdxFiles(
  [trainImages, trainLabels, testImages, testLabels]: readonly IdxFile[],
  options: Omit<IdxDatasetOptions, "checksums"> & { name: string },
): RawDataset {
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
  const Pixels = trainImages.isBytes && testImages.isBytes ? Uint8Array : Float32Array;
  const pixels = new Pixels(labels.length * height * width);
  const trainPixels = trainRows * height * width;
  const targets: [IdxFile, Uint8Array | Float32Array][] = [
    [trainLabels, labels.subarray(0, trainRows)],
    [testLabels, labels.subarray(trainRows)],
    [trainImages, pixels.subarray(0, trainPixels)],
    [testImages, pixels.subarray(trainPixels)],
  ];
  const { name, classes, classNames } = options;
  for (const [file, items] of targets) {
    const contents = file.read(items);
    if (items instanceof Uint8Array && file.shape.length === 1 && classes !== undefined) {
      checkLabels(items, classes, file.path);
    }
    file.verify?.(contents);
  }
  return {
    name,
    width,
    height,
    classes,
    classNames,
    parts: [{ path: name, pixels, labels }],
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

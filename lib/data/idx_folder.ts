/** A folder of four IDX files, gzipped or not, as one Dataset. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { checkLabels, type IdxDimensions, idxHeaderLength, parseIdxHeader } from "./idx.ts";

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
}

/** What is known beforehand of the files in a folder. */
export interface IdxFolderOptions {
  /** The data set's name; without it, the folder's path. */
  name?: string;
  /** How many labels there are; without it, one more than the largest found. */
  classes?: number;
  /** What the labels stand for. */
  classNames?: readonly string[];
  /** Without them the files are taken as they are, if their headers hold. */
  checksums?: Checksums;
}

/** One opened file: its header is checked, its items are still to be copied to where they belong. */
interface IdxFile {
  name: IdxFileName;
  path: string;
  /** `[rows]` or `[rows, height, width]`. */
  shape: number[];
  /** Fills `items`, of the shape's length. */
  read(items: Uint8Array): void;
  /** In hex, given the items just read. */
  checksum(kind: Checksums["kind"], items: Uint8Array): string;
}

/**
 * Reads the four files of an IDX data set. The rows of the train files come
 * first, in order; their count becomes `trainRows`.
 *
 * @param directory Holds the four files under MNIST's names, each with or without `.gz`
 * @param options What is known of them
 * @returns The data set
 * @throws {DataError} If a file is missing, damaged, disagrees with another, or has the wrong checksum
 *
 * @example
 * ```ts
 * import { readIdxFolder } from "./idx_folder.ts";
 * import { encodeIdx } from "./idx.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * for (const part of ["train", "t10k"]) {
 *   const images = encodeIdx([2, 1, 1], Uint8Array.of(255, 0));
 *   await Deno.writeFile(`${folder}/${part}-images-idx3-ubyte`, images);
 *   const labels = encodeIdx([2], Uint8Array.of(1, 0));
 *   await Deno.writeFile(`${folder}/${part}-labels-idx1-ubyte`, labels);
 * }
 * const { labels, trainRows } = readIdxFolder(folder);
 * assertEquals([labels, trainRows], [Uint8Array.of(1, 0, 1, 0), 2]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function readIdxFolder(directory: string, options: IdxFolderOptions = {}): Dataset {
  const [trainImages, trainLabels, testImages, testLabels] = IDX_FILE_NAMES.map((name) =>
    openIdx(directory, name, options.checksums)
  );
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
  for (const [file, items] of places) readChecked(file, items, options);

  const { name = directory, classes = Math.max(...new Set(labels)) + 1, classNames } = options;
  return {
    name,
    width,
    height,
    classes,
    ...classNames && { classNames },
    images,
    labels,
    trainRows,
  };
}

/**
 * Whether one file of a folder is there, is what its name says, and has its checksum.
 *
 * @param directory The folder
 * @param name The file, which may end in `.gz`
 * @param checksums What it must hash to
 */
export function isIdxFileWhole(
  directory: string,
  name: IdxFileName,
  checksums: Checksums,
): boolean {
  try {
    const file = openIdx(directory, name, checksums);
    const items = new Uint8Array(file.shape.reduce((product, size) => product * size, 1));
    readChecked(file, items, { checksums });
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

/** Whether all four files of a folder are there, gzipped or not, whatever is in them. */
export function hasIdxFiles(directory: string): boolean {
  return IDX_FILE_NAMES.every((name) => findFile(directory, [name, `${name}.gz`]) !== undefined);
}

function openIdx(directory: string, name: IdxFileName, checksums?: Checksums): IdxFile {
  const names = checksums?.kind === "md5-of-gz" ? [`${name}.gz`] : [name, `${name}.gz`];
  const path = findFile(directory, names);
  if (path === undefined) {
    throw new DataError(`There is no ${names.join(" or ")} in ${directory}`);
  }
  const dimensions = name.includes("idx3") ? 3 : 1;
  const opened = path.endsWith(".gz") ? openGzipped(path, dimensions) : openPlain(path, dimensions);
  return { name, path, ...opened };
}

/** The path of the first of these that is there. */
function findFile(directory: string, names: readonly string[]): string | undefined {
  return names.map((name) => `${directory}/${name}`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

function openGzipped(path: string, dimensions: IdxDimensions): Omit<IdxFile, "name" | "path"> {
  const compressed = Deno.readFileSync(path);
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(compressed);
  } catch (error) {
    throw new DataError(
      `Cannot decompress ${path} (${(error as Error).message}): ` +
        `it is damaged or not whole, put the original in its place`,
    );
  }
  return {
    shape: parseIdxHeader(bytes, { file: path, fileLength: bytes.length, dimensions }),
    read: (items) => items.set(bytes.subarray(idxHeaderLength(dimensions))),
    checksum: (kind) =>
      kind === "sha256"
        ? createHash("sha256").update(bytes).digest("hex")
        : createHash("md5").update(compressed).digest("hex"),
  };
}

/** Reads straight into place: a fifth of the time of reading the whole file and copying. */
function openPlain(path: string, dimensions: IdxDimensions): Omit<IdxFile, "name" | "path"> {
  const header = new Uint8Array(idxHeaderLength(dimensions));
  using file = Deno.openSync(path);
  const start = header.subarray(0, readFully(file, header));
  const fileLength = file.statSync().size;
  return {
    shape: parseIdxHeader(start, { file: path, fileLength, dimensions }),
    read(items) {
      using file = Deno.openSync(path);
      file.seekSync(header.length, Deno.SeekMode.Start);
      if (readFully(file, items) < items.length) {
        throw new DataError(`Cannot read ${path} as it became shorter meanwhile`);
      }
    },
    checksum: (kind, items) =>
      createHash(kind === "sha256" ? "sha256" : "md5").update(header).update(items).digest("hex"),
  };
}

/** Returns how many bytes there were to fill `target` with. */
function readFully(file: Deno.FsFile, target: Uint8Array): number {
  let length = 0;
  while (length < target.length) {
    const count = file.readSync(target.subarray(length));
    if (count === null) break;
    length += count;
  }
  return length;
}

/** Reads a file's items and checks them against what is known of them. */
function readChecked(
  file: IdxFile,
  items: Uint8Array,
  { name, classes, checksums }: IdxFolderOptions,
): void {
  file.read(items);
  if (file.shape.length === 1 && classes !== undefined) checkLabels(items, classes, file.path);
  if (checksums === undefined) return;
  const expected = checksums.files[file.name];
  const found = file.checksum(checksums.kind, items);
  if (found !== expected) {
    throw new DataError(
      `Cannot use ${file.path} as ${name}'s ${file.name} as its ${checksums.kind} must be ` +
        `${expected}: current value is ${found}; put the original in its place`,
    );
  }
}

function checkSameRows(images: IdxFile, labels: IdxFile): void {
  if (images.shape[0] !== labels.shape[0]) {
    throw new DataError(
      `Cannot pair ${images.path} with ${labels.path} as they must have the same number of rows: ` +
        `current values are ${images.shape[0]} and ${labels.shape[0]}`,
    );
  }
}

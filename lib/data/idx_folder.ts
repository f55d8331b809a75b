/** A folder of four IDX files, gzipped or not, as one Dataset. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { checkLabels, type IdxDimensions, idxHeaderLength, parseIdxHeader } from "./idx.ts";

/** MNIST's names for its files, which other data sets in its format have kept. */
export type IdxFileName =
  | "train-images-idx3-ubyte"
  | "train-labels-idx1-ubyte"
  | "t10k-images-idx3-ubyte"
  | "t10k-labels-idx1-ubyte";

/** SHA-256 of the decompressed files, in hex. */
export type Checksums = Readonly<Record<IdxFileName, string>>;

/** What is known beforehand of the files in a folder. */
export interface IdxFolderOptions {
  /** The data set's name; without it, the folder's path. */
  name?: string;
  /** Without it, one more than the largest label. */
  classes?: number;
  /** Without them the files are taken as they are, if their headers hold. */
  checksums?: Checksums;
}

/** One opened file: its header is checked, its items are still to be copied to where they belong. */
interface IdxFile {
  path: string;
  shape: number[];
  /** Fills `target` with the file's items; returns the SHA-256 of the whole decompressed file. */
  read(target: Uint8Array<ArrayBuffer>): string;
}

/**
 * Reads the four files of an IDX data set. The rows of the train files come
 * first, in order; their count becomes `trainRows`.
 *
 * @param directory Holds the four files under MNIST's names, each with or without `.gz`
 * @param options What is known of them
 * @returns The data set
 * @throws {DataError} If a file is missing, damaged, disagrees with another, or has the wrong checksum
 */
export function readIdxFolder(directory: string, options: IdxFolderOptions = {}): Dataset {
  const trainImages = openIdx(directory, "train-images-idx3-ubyte");
  const trainLabels = openIdx(directory, "train-labels-idx1-ubyte");
  const testImages = openIdx(directory, "t10k-images-idx3-ubyte");
  const testLabels = openIdx(directory, "t10k-labels-idx1-ubyte");
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
  const images = new Uint8Array((trainRows + testRows) * height * width);
  const labels = new Uint8Array(trainRows + testRows);
  const parts = [
    [trainLabels, "train-labels-idx1-ubyte", labels.subarray(0, trainRows)],
    [testLabels, "t10k-labels-idx1-ubyte", labels.subarray(trainRows)],
    [trainImages, "train-images-idx3-ubyte", images.subarray(0, trainRows * height * width)],
    [testImages, "t10k-images-idx3-ubyte", images.subarray(trainRows * height * width)],
  ] as const;
  for (const [file, name, target] of parts) {
    const sha256 = file.read(target);
    if (options.classes !== undefined && target.buffer === labels.buffer) {
      checkLabels(target, options.classes, file.path);
    }
    if (options.checksums && options.checksums[name] !== sha256) {
      throw new DataError(
        `Cannot use ${file.path} as ${options.name}'s ${name} as its SHA-256 must be ` +
          `${options.checksums[name]}: current value is ${sha256}; ` +
          `the file is damaged or another's, put the original in its place`,
      );
    }
  }
  const classes = options.classes ?? labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  return {
    name: options.name ?? directory,
    width,
    height,
    classes,
    images,
    labels,
    trainRows,
  };
}

/** Whether a folder holds all four files, each with or without `.gz`. */
export function hasIdxFiles(directory: string): boolean {
  const names: IdxFileName[] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ];
  return names.every((name) => findFile(directory, name) !== undefined);
}

function findFile(directory: string, name: IdxFileName): string | undefined {
  return [`${directory}/${name}`, `${directory}/${name}.gz`].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

function openIdx(directory: string, name: IdxFileName): IdxFile {
  const path = findFile(directory, name);
  if (path === undefined) {
    throw new DataError(
      `Cannot read ${directory} as a folder of IDX files: ${name} (or ${name}.gz) is not in it`,
    );
  }
  const dimensions = name.includes("idx3") ? 3 : 1;
  return path.endsWith(".gz") ? openGzipped(path, dimensions) : openPlain(path, dimensions);
}

function openGzipped(path: string, dimensions: IdxDimensions): IdxFile {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(Deno.readFileSync(path));
  } catch (error) {
    throw new DataError(
      `Cannot decompress ${path}: ${(error as Error).message}; ` +
        `the file is damaged or not whole, put the original in its place`,
    );
  }
  const shape = parseIdxHeader(bytes, { file: path, fileLength: bytes.length, dimensions });
  return {
    path,
    shape,
    read(target) {
      target.set(bytes.subarray(idxHeaderLength(dimensions)));
      return createHash("sha256").update(bytes).digest("hex");
    },
  };
}

/** Reads straight into place: a fifth of the time of reading the whole file and copying. */
function openPlain(path: string, dimensions: IdxDimensions): IdxFile {
  const header = new Uint8Array(idxHeaderLength(dimensions));
  using file = Deno.openSync(path);
  const fileLength = file.statSync().size;
  const start = header.subarray(0, readFully(file, header));
  const shape = parseIdxHeader(start, { file: path, fileLength, dimensions });
  return {
    path,
    shape,
    read(target) {
      using file = Deno.openSync(path);
      file.seekSync(header.length, Deno.SeekMode.Start);
      if (readFully(file, target) < target.length) {
        throw new DataError(`Cannot read ${path}: it became shorter while it was being read`);
      }
      return createHash("sha256").update(header).update(target).digest("hex");
    },
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

function checkSameRows(images: IdxFile, labels: IdxFile): void {
  if (images.shape[0] !== labels.shape[0]) {
    throw new DataError(
      `Cannot pair ${images.path} with ${labels.path} as they must have the same number of rows: ` +
        `current values are ${images.shape[0]} and ${labels.shape[0]}`,
    );
  }
}

/** Reads a folder of four IDX files, gzipped or not, as one Dataset. */
import { KIND_BYTES } from "../files/kinds.ts";
import { printable } from "../files/printable.ts";
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";
import {
  decodeIdx,
  IDX_HEADER_BYTES,
  type IdxFileInfo,
  isPlainIdx,
  parseIdxHeader,
} from "./idx.ts";
import {
  type Checksums,
  IDX_FILE_NAMES,
  type IdxDatasetOptions,
  type IdxFile,
  type IdxFileName,
  isByteFile,
  joinIdxFiles,
  kindOfName,
  openIdxBytes,
} from "./idx_dataset.ts";
import { finishDataset, type FinishOptions, type RawDataset, readMappingBeside } from "./raw.ts";
import { describeFolder, type IdxLocation, locateIdxFiles, ownPaths } from "./idx_locate.ts";
import { createHash } from "../files/node.ts";
import { gunzipStart, gunzipSync, GzipError, isGzip } from "../files/gzip.ts";

/** The expected contents of the files of a folder. */
export interface IdxFolderOptions extends IdxDatasetOptions, FinishOptions {
  /** Contents of files, which are used instead of those in the folder. */
  contents?: ReadonlyMap<IdxFileName, Uint8Array>;
  /** Called with a message for the user about what was assumed, or could not be verified. */
  onNotice?: (line: string) => void;
}

/** Maximum decompressed size of a gzipped file: ten times the largest data set of digits. */
const MAX_BYTES = 2 ** 30;

/**
 * Reads the four files of an IDX data set: images and labels for training and for testing. The rows
 * of the training files come first, in order; their number becomes `trainRows`. Recognizes the file
 * names of MNIST, Kaggle, torchvision and EMNIST, in the folder or up to three levels below it.
 *
 * @param directory The folder
 * @param options The expected name, classes and checksums
 * @returns The data set, with images of any size
 * @throws {DataError} If a file is missing, is corrupt, does not match another, or has the wrong
 *   checksum; or if the folder holds several data sets
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
  return finishDataset(readRawIdxFolder(directory, options), options);
}

/** Like `readIdxFolder`, but returns labels and pixels as they are stored. */
export function readRawIdxFolder(directory: string, options: IdxFolderOptions = {}): RawDataset {
  const locations = options.contents ? [ownNames(directory)] : locateIdxFiles(directory);
  if (locations.length > 1 && options.checksums === undefined) {
    const names = locations.map(({ name }) => printable(name, 200)).join(", ");
    throw new DataError(
      `Cannot read ${directory} as it holds several data sets: name one of ${names}`,
    );
  }
  if (locations.length === 0) {
    const missing = IDX_FILE_NAMES.find((name) => ownPaths(directory, name).length === 0);
    throw new DataError(
      `There is no ${missing} or ${missing}.gz in ${directory}${describeFolder(directory)}`,
    );
  }
  // Report each message once, not once per file.
  const reported = new Set<string>();
  const onNotice = (line: string) => {
    if (!reported.has(line)) options.onNotice?.(line);
    reported.add(line);
  };
  const read = (location: IdxLocation) =>
    readIdxFiles(location, directory, { ...options, onNotice });
  return firstIntact(locations, read);
}

/** Returns the paths of files with MNIST's own names, whether they exist or not. */
function ownNames(directory: string): IdxLocation {
  const pathsOf = (name: IdxFileName) => {
    const paths = ownPaths(directory, name);
    return paths.length > 0 ? paths : [`${directory}/${name}`];
  };
  return { name: directory, files: new Map(IDX_FILE_NAMES.map((name) => [name, pathsOf(name)])) };
}

/**
 * Whether a file has one of EMNIST's names.
 *
 * @param path The file's path
 * @returns True for `emnist-digits-train-images-idx3-ubyte.gz` and the like
 */
export function isEmnist(path: string): boolean {
  return /(^|[/\\])emnist(?![a-z])[^/\\]*$/i.test(path);
}

/** Reads the first intact candidate; if all are corrupt, throws the error of the first. */
function firstIntact<From, To>(candidates: readonly From[], read: (candidate: From) => To): To {
  const errors: unknown[] = [];
  for (const candidate of candidates) {
    try {
      return read(candidate);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      errors.push(error);
    }
  }
  throw errors[0];
}

function readIdxFiles(
  { files }: IdxLocation,
  directory: string,
  options: IdxFolderOptions,
): RawDataset {
  const [images] = files.get("train-images-idx3-ubyte")!;
  const isKnown = options.checksums !== undefined;
  const classNames = options.classNames ??
    (isKnown ? undefined : readMappingBeside(images, options.onNotice));
  const name = options.name ?? directory;
  const join = (choose: (name: IdxFileName) => IdxFile): RawDataset => ({
    ...joinIdxFiles(IDX_FILE_NAMES.map(choose), { ...options, classNames, name }),
    isVerified: isKnown,
    isTransposed: !isKnown && isEmnist(images),
  });
  const pathsOf = (name: IdxFileName) => preferred(files.get(name)!, options.checksums);
  try {
    return join((name) => openIdx(pathsOf(name)[0], name, options));
  } catch (error) {
    if (IDX_FILE_NAMES.every((name) => pathsOf(name).length === 1)) throw error;
    // If a file exists twice, one copy may be corrupt and the other intact.
    return join((name) => firstIntact(pathsOf(name), (path) => openVerified(path, name, options)));
  }
}

/** Returns only the compressed files if the checksums are of those. */
function preferred(paths: readonly string[], checksums?: Checksums): readonly string[] {
  const compressed = paths.filter((path) => path.endsWith(".gz"));
  return checksums?.kind === "md5-of-gz" && compressed.length > 0 ? compressed : paths;
}

/**
 * Whether one of the four files exists in a folder and is intact.
 *
 * @param directory The folder
 * @param name The file; its name in the folder may also end in `.gz`
 * @param checksums The expected checksums
 * @returns Whether its kind, length and checksum are right
 */
export function isIdxFileIntact(
  directory: string,
  name: IdxFileName,
  checksums: Checksums,
): boolean {
  return ownPaths(directory, name).some((path) => {
    try {
      openVerified(path, name, { checksums });
      return true;
    } catch (error) {
      if (error instanceof DataError) return false;
      throw error;
    }
  });
}

/** Whether a folder has all four files, gzipped or not. Does not check their contents. */
export function hasIdxFiles(directory: string): boolean {
  return locateIdxFiles(directory).length > 0;
}

/** Opens a file and verifies its items. */
function openVerified(path: string, name: IdxFileName, options: IdxFolderOptions): IdxFile {
  const file = openIdx(path, name, options);
  const Items = file.isBytes ? Uint8Array : Float32Array;
  const items = new Items(file.shape.reduce((product, size) => product * size, 1));
  file.read(items);
  file.verify?.(items);
  return file;
}

/** The contents of a file: its items and its checksums. */
interface Contents extends IdxFile {
  /** A checksum in hexadecimal; undefined for `md5-of-gz` if the file is not compressed. */
  checksum(kind: Checksums["kind"], items: Uint8Array | Float32Array): string | undefined;
}

function openIdx(path: string, name: IdxFileName, options: IdxFolderOptions): IdxFile {
  const { name: source, checksums, contents, onNotice } = options;
  const { checksum, ...opened } = openContents(path, name, contents?.get(name));
  return {
    ...opened,
    verify(items) {
      if (checksums === undefined) return;
      const expected = checksums.files[name];
      const found = checksum(checksums.kind, items);
      const isOther = found === undefined &&
        checksums.others?.includes(checksum("sha256", items)!);
      if (isOther) {
        throw new DataError(
          `Cannot use ${path} as ${source}'s ${name}: it belongs to another data set`,
        );
      }
      if (found === undefined) {
        onNotice?.(
          `${source}: not verified, as checksums are published only for the compressed files`,
        );
      } else if (found !== expected) {
        throw new DataError(
          `Cannot use ${path} as ${source}'s ${name}: its ${checksums.kind} must be ` +
            `${expected}: current value is ${found}; replace it with the original`,
        );
      }
    },
  };
}

function openContents(path: string, name: IdxFileName, given?: Uint8Array): Contents {
  const info = { file: path, kind: kindOfName(name) };
  if (given) return isGzip(given) ? openGzipped(given, info) : openBytes(given, info);
  const start = new Uint8Array(KIND_BYTES);
  using file = Deno.openSync(path);
  const length = readFully(file, start);
  return isGzip(start)
    ? openGzipped(Deno.readFileSync(path), info)
    : openPlain(path, start.subarray(0, length), { ...info, fileLength: file.statSync().size });
}

/** Reads the header first, then decompresses no more than the length that it announces. */
function openGzipped(compressed: Uint8Array, info: IdxFileInfo): Contents {
  const start = gunzipStart(compressed.subarray(0, 4096));
  const isShort = start.length < IDX_HEADER_BYTES;
  const fileLength = isShort ? IDX_HEADER_BYTES : parseIdxHeader(start, info).fileLength;
  if (fileLength > MAX_BYTES) {
    throw new DataError(
      `Cannot decompress ${info.file} as it must hold at most ${MAX_BYTES} bytes: its header ` +
        `announces ${fileLength}; decompress it yourself if that is right`,
    );
  }
  const bytes = decompress(compressed, fileLength, info.file);
  return {
    ...openBytes(bytes, info),
    checksum: (kind) => hashOf(kind, kind === "sha256" ? bytes : compressed),
  };
}

/** Decompresses a file to the length that its header announces. */
function decompress(compressed: Uint8Array, length: number, file: string): Uint8Array {
  try {
    return gunzipSync(compressed, length);
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    throw new DataError(
      error.isTooLarge
        ? `Cannot decompress ${file} as its header announces ${length} bytes: it holds more`
        : `Cannot decompress ${file} (${error.message}): it is corrupt or truncated; replace it ` +
          `with the original`,
    );
  }
}

function openBytes(bytes: Uint8Array, info: IdxFileInfo): Contents {
  return {
    ...openIdxBytes(bytes, info),
    checksum: (kind) => kind === "sha256" ? hashOf(kind, bytes) : undefined,
  };
}

/** Reads the items directly into the target: five times as fast as reading the file and copying. */
function openPlain(path: string, start: Uint8Array, info: IdxFileInfo): Contents {
  const header = parseIdxHeader(start, info);
  const { shape, headerLength, fileLength } = header;
  const isPlain = isPlainIdx(header);
  let raw: Uint8Array | undefined;
  return {
    path,
    shape,
    isBytes: isByteFile(header, info),
    read(items) {
      const isTarget = isPlain && items instanceof Uint8Array;
      raw = isTarget ? items : new Uint8Array(fileLength - headerLength);
      using file = Deno.openSync(path);
      file.seekSync(headerLength, Deno.SeekMode.Start);
      if (readFully(file, raw) < raw.length) {
        throw new DataError(`Cannot read ${path} as it was truncated while being read`);
      }
      if (!isTarget) decodeIdx(raw, header, items, path);
    },
    checksum: (kind, items) =>
      kind === "sha256"
        ? hashOf(kind, start.subarray(0, headerLength), raw ?? new Uint8Array(items.buffer))
        : undefined,
  };
}

function hashOf(kind: Checksums["kind"], ...parts: Uint8Array[]): string {
  const hash = createHash(kind === "sha256" ? "sha256" : "md5");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Fills `target` from the file; returns how many bytes were read. */
function readFully(file: Deno.FsFile, target: Uint8Array): number {
  let length = 0;
  while (length < target.length) {
    const count = file.readSync(target.subarray(length));
    if (count === null) break;
    length += count;
  }
  return length;
}

/** Reads a folder of four IDX files, gzipped or not, as one Dataset. */
import { printable } from "../files/printable.ts";
import type { Dataset } from "./dataset.ts";
import { attempt, DataError } from "./errors.ts";
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
import {
  describeFolder,
  firstBytes,
  type IdxLocation,
  locateIdxFiles,
  ownPaths,
} from "./idx_locate.ts";
import { createHash } from "../files/node.ts";
import { gunzipStart, gunzipSync, GzipError, isGzip } from "../files/gzip.ts";

/** The expected contents of the files of a folder. */
export interface IdxFolderOptions extends IdxDatasetOptions, FinishOptions {
  /** Contents of files, which are used instead of those in the folder. */
  contents?: ReadonlyMap<IdxFileName, Uint8Array>;
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
  const locations = locateIdxFiles(directory, options.contents);
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
  return firstIntact(
    locations,
    (location) => readIdxFiles(location, directory, { ...options, onNotice }),
  );
}

/**
 * Whether a file has one of EMNIST's names.
 *
 * @returns True for `emnist-digits-train-images-idx3-ubyte.gz` and the like
 */
export function isEmnist(path: string): boolean {
  return /(^|[/\\])emnist(?![a-z])[^/\\]*$/i.test(path);
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
    return join((name) => firstIntact(pathsOf(name), (path) => openIntact(path, name, options)));
  }
}

/** Reads the first intact candidate; if all are corrupt, throws the error of the first. */
function firstIntact<From, To>(candidates: readonly From[], read: (candidate: From) => To): To {
  const errors: DataError[] = [];
  for (const candidate of candidates) {
    const found = attempt(() => read(candidate));
    if (!(found instanceof DataError)) return found;
    errors.push(found);
  }
  throw errors[0];
}

/** Returns only the compressed files if the checksums are of those. */
function preferred(paths: readonly string[], checksums?: Checksums): readonly string[] {
  const compressed = paths.filter((path) => path.endsWith(".gz"));
  return checksums?.kind === "md5-of-gz" && compressed.length > 0 ? compressed : paths;
}

/** Whether one of the four files exists in a folder, gzipped or not, and is intact. */
export function isIdxFileIntact(
  directory: string,
  name: IdxFileName,
  checksums: Checksums,
): boolean {
  const open = (path: string) => attempt(() => openIntact(path, name, { checksums }));
  return ownPaths(directory, name).some((path) => !(open(path) instanceof DataError));
}

/** Opens a file and verifies its items. */
function openIntact(path: string, name: IdxFileName, options: IdxFolderOptions): IdxFile {
  const file = openIdx(path, name, options);
  const items = new (file.isBytes ? Uint8Array : Float32Array)(file.shape.reduce((a, b) => a * b));
  file.verify?.(file.read(items));
  return file;
}

function openIdx(path: string, name: IdxFileName, options: IdxFolderOptions): IdxFile {
  const { name: source, checksums, onNotice } = options;
  const info = { file: path, kind: kindOfName(name) };
  const stored = options.contents?.get(name) ??
    (isGzip(firstBytes(path)) ? Deno.readFileSync(path) : undefined);
  const isCompressed = stored && isGzip(stored);
  const bytes = isCompressed ? decompress(stored, info) : stored;
  const file = bytes ? openIdxBytes(bytes, info) : openPlain(path, info);
  if (checksums === undefined) return file;
  const { kind, files, others } = checksums;
  return {
    ...file,
    verify(contents) {
      if (kind === "md5-of-gz" && !isCompressed) {
        if (others?.includes(hashOf("sha256", contents))) {
          throw new DataError(
            `Cannot use ${path} as ${source}'s ${name}: it belongs to another data set`,
          );
        }
        return onNotice?.(
          `${source}: not verified, as checksums are published only for the compressed files`,
        );
      }
      const found = hashOf(kind, kind === "sha256" ? contents : [stored!]);
      if (found === files[name]) return;
      throw new DataError(
        `Cannot use ${path} as ${source}'s ${name}: its ${kind} must be ` +
          `${files[name]}: current value is ${found}; replace it with the original`,
      );
    },
  };
}

/** Reads the header first, then decompresses no more than the length that it announces. */
function decompress(compressed: Uint8Array, info: IdxFileInfo): Uint8Array {
  const start = gunzipStart(compressed.subarray(0, 4096));
  const isShort = start.length < IDX_HEADER_BYTES;
  const length = isShort ? IDX_HEADER_BYTES : parseIdxHeader(start, info).fileLength;
  if (length > MAX_BYTES) {
    throw new DataError(
      `Cannot decompress ${info.file} as it must hold at most ${MAX_BYTES} bytes: its header ` +
        `announces ${length}; decompress it yourself if that is right`,
    );
  }
  try {
    return gunzipSync(compressed, length);
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    throw new DataError(
      error.isTooLarge
        ? `Cannot decompress ${info.file} as its header announces ${length} bytes: it holds more`
        : `Cannot decompress ${info.file} (${error.message}): it is corrupt or truncated; ` +
          `replace it with the original`,
    );
  }
}

/** Reads the items directly into the target: five times as fast as reading the file and copying. */
function openPlain(path: string, info: IdxFileInfo): IdxFile {
  const start = firstBytes(path);
  const header = parseIdxHeader(start, { ...info, fileLength: Deno.statSync(path).size });
  const { shape, headerLength, fileLength } = header;
  return {
    path,
    shape,
    isBytes: isByteFile(header, info),
    read(items) {
      const isTarget = isPlainIdx(header) && items instanceof Uint8Array;
      const raw = isTarget ? items : new Uint8Array(fileLength - headerLength);
      using file = Deno.openSync(path);
      file.seekSync(headerLength, Deno.SeekMode.Start);
      for (let length = 0; length < raw.length;) {
        const count = file.readSync(raw.subarray(length));
        if (count === null) {
          throw new DataError(`Cannot read ${path} as it was truncated while being read`);
        }
        length += count;
      }
      if (!isTarget) decodeIdx(raw, header, items, path);
      return [start.subarray(0, headerLength), raw];
    },
  };
}

/** Returns a checksum in hexadecimal of a file in pieces. */
export function hashOf(kind: Checksums["kind"], pieces: readonly Uint8Array[]): string {
  const hash = createHash(kind === "sha256" ? "sha256" : "md5");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** Loads data sets that are published as four gzipped IDX files, from the cache or from a mirror. */
import { isGzip } from "../files/gzip.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import type { Dataset } from "./dataset.ts";
import { download, type DownloadOptions, unpacked } from "./download.ts";
import { attempt, DataError, DataUnavailableError } from "./errors.ts";
import {
  type Checksums,
  IDX_FILE_NAMES,
  type IdxDatasetOptions,
  type IdxFileName,
} from "./idx_dataset.ts";
import { hashOf, type IdxFolderOptions, isIdxFileIntact, readIdxFolder } from "./idx_folder.ts";
import { holdsData } from "./idx_locate.ts";
import { FASHION, MNIST } from "./published.ts";

/** A published data set: the checksums and mirrors of its files. */
export interface IdxSource extends IdxDatasetOptions {
  name: string;
  classes: number;
  checksums: Checksums;
  /** URLs of the folders that hold the four files. */
  mirrors: readonly string[];
  /**
   * The names of the files on the mirrors.
   * @default MNIST's names followed by `.gz`
   */
  remoteNames?: Readonly<Record<IdxFileName, string>>;
  /** Downloads the four files, if the mirrors hold them in another form. */
  convert?(
    mirrors: readonly string[],
    options: DownloadOptions,
  ): Promise<ReadonlyMap<IdxFileName, Uint8Array>>;
}

/** Where a data set is stored, and how to download it if it is missing. */
export interface LoadOptions extends DownloadOptions {
  /**
   * The folder in which the files are stored.
   * @default `./data/` followed by the data set's name
   */
  directory?: string;
  /**
   * The mirrors to download from.
   * @default the data set's own mirrors
   */
  mirrors?: readonly string[];
  /** Called with a message for the user, such as that a file is missing and will be downloaded. */
  onNotice?: (line: string) => void;
}

/** Larger than any of the files, compressed or not. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Loads MNIST's 70,000 images of 28 x 28 bytes, 60,000 of them for training, in the order of the
 * original files. Reads them from a folder, gzipped or not, and downloads missing files into it.
 * Always verifies the checksums. Requires Deno's file system: in a browser, use `fetchMnist`.
 *
 * @param options Where the files are stored; `./data/mnist` by default
 * @returns The data set
 * @throws {DataUnavailableError} If the files are missing and cannot be downloaded, or in a browser
 * @throws {DataError} If a file is corrupt and cannot be downloaded again
 *
 * @example
 * ```ts ignore
 * import { loadMnist } from "./idx_source.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels, trainRows } = await loadMnist();
 * assertEquals([labels.length, trainRows, labels[0]], [70000, 60000, 5]);
 * ```
 */
export async function loadMnist(options: LoadOptions = {}): Promise<Dataset> {
  return await loadIdxSource(MNIST, options);
}

/**
 * Loads Fashion-MNIST's 70,000 images of 28 x 28 bytes, 60,000 of them for training, in ten classes
 * of clothing with their `classNames`. Reads them from a folder and downloads missing files into it.
 * Verifies the checksums of compressed files; the authors publish none of decompressed ones.
 * Requires Deno's file system.
 *
 * Source: https://github.com/zalandoresearch/fashion-mnist
 *
 * @param options Where the files are stored; `./data/fashion` by default
 * @returns The data set
 * @throws {DataUnavailableError} If the files are missing and cannot be downloaded, or in a browser
 * @throws {DataError} If a file is corrupt and cannot be downloaded again
 *
 * @example
 * ```ts ignore
 * import { loadFashionMnist } from "./idx_source.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels, classNames } = await loadFashionMnist();
 * assertEquals([labels.length, classNames?.[9]], [70000, "Ankle boot"]);
 * ```
 */
export async function loadFashionMnist(options: LoadOptions = {}): Promise<Dataset> {
  return await loadIdxSource(FASHION, options);
}

/**
 * Reads a data set from its folder. Downloads missing or corrupt files first.
 *
 * @throws {DataUnavailableError} If it is missing and cannot be downloaded, or in a web page
 * @throws {DataError} If it cannot be downloaded, but the folder holds data of the user
 */
export async function loadIdxSource(
  source: IdxSource,
  options: LoadOptions = {},
): Promise<Dataset> {
  if (typeof Deno === "undefined") {
    throw new DataUnavailableError(
      `Cannot load ${source.name} as a browser cannot read or write its files: use fetchMnist, ` +
        "which fetches MNIST from a folder on a web server",
    );
  }
  const { directory = `./data/${source.name}`, onNotice = () => {} } = options;
  const found = readIntact(directory, { ...source, onNotice });
  if (!(found instanceof DataError)) return found;
  onNotice(`${found.message}; downloading it`);
  try {
    return await withCacheLock(directory, CACHE_NAMES, async (isWritable) => {
      // Another process may have filled the folder in the meantime.
      const filled = readIntact(directory, source);
      if (!(filled instanceof DataError)) return filled;
      // If the folder is not writable, the files are used from memory.
      const contents = new Map<IdxFileName, Uint8Array>();
      for await (const [name, content] of missingFiles(source, directory, options)) {
        contents.set(name, content);
        const path = `${directory}/${name}${isGzip(content) ? ".gz" : ""}`;
        if (isWritable) await storeFile(path, content, onNotice);
      }
      return readIdxFolder(directory, { ...source, contents });
    }, onNotice);
  } catch (failed) {
    if (!(failed instanceof DataUnavailableError)) throw failed;
    const message = `${found.message}. ${failed.message}. ` +
      `Check the network, or put the files there yourself`;
    // If the user put files there, synthetic digits must not silently replace them.
    throw holdsData(directory) ? new DataError(message) : new DataUnavailableError(message);
  }
}

/** Downloads the files that are missing or corrupt: compressed if the checksums are of those. */
async function* missingFiles(
  source: IdxSource,
  directory: string,
  options: LoadOptions,
): AsyncGenerator<[IdxFileName, Uint8Array]> {
  const { checksums, remoteNames, convert } = source;
  const { mirrors = source.mirrors } = options;
  if (convert) return yield* await convert(mirrors, options);
  for (const name of IDX_FILE_NAMES) {
    if (isIdxFileIntact(directory, name, checksums)) continue;
    const remote = { name: remoteNames?.[name] ?? `${name}.gz`, mirrors, maxBytes: MAX_BYTES };
    const content = await download(remote, async (body) => {
      const bytes = await new Blob(await Array.fromAsync(body)).bytes();
      const content = checksums.kind === "md5-of-gz" ? bytes : await unpacked(bytes, MAX_BYTES);
      verifyChecksum(content, name, checksums);
      return content;
    }, options);
    yield [name, content];
  }
}

/** Reads a folder; returns the error if it lacks files or they are corrupt. */
export function readIntact(directory: string, expected: IdxFolderOptions): Dataset | DataError {
  return attempt(() => readIdxFolder(directory, expected));
}

const CACHE_NAMES = IDX_FILE_NAMES.flatMap((name) => [name, `${name}.gz`]);

/**
 * Calls `fill` with a lock on a folder. If another process holds the lock, waits for it. Before the
 * call, removes partial files that a killed process left.
 *
 * @param directory The folder; created if it does not exist
 * @param names The files that `writeFileAtomically` writes there
 * @param fill Downloads missing files; its argument is whether the folder is writable
 * @param onNotice Called with a message for the user if another process holds the lock, or the
 *   folder is not writable
 * @returns The result of `fill`
 */
async function withCacheLock<T>(
  directory: string,
  names: readonly string[],
  fill: (isWritable: boolean) => Promise<T>,
  onNotice: (line: string) => void,
): Promise<T> {
  using lock = await openLock(directory, onNotice);
  if (!lock) return await fill(false);
  // On a file system without locks, continue without one.
  if (!await lock.tryLock(true).catch(() => true)) {
    onNotice(`another process is downloading into ${directory}; waiting`);
    await lock.lock(true);
  }
  for await (const { name } of Deno.readDir(directory)) {
    if (names.some((file) => isPartial(file, name))) await Deno.remove(`${directory}/${name}`);
  }
  return await fill(true);
}

/** Opens the lock file. The system releases the lock when the process ends for any reason. */
async function openLock(
  directory: string,
  onNotice: (line: string) => void,
): Promise<Deno.FsFile | undefined> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    return await Deno.open(`${directory}/.lock`, { create: true, write: true });
  } catch (error) {
    onNotice(
      `${directory} is not writable (${(error as Error).message}): downloads are not stored`,
    );
    return undefined;
  }
}

/** Whether a name is a temporary name that `writeFileAtomically` gives a file. */
function isPartial(file: string, name: string): boolean {
  return name.startsWith(`${file}.`) &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/.test(name.slice(file.length + 1));
}

/** Writes a file; an existing one is renamed, since it may belong to the user. */
async function storeFile(
  path: string,
  content: Uint8Array,
  onNotice: (line: string) => void,
): Promise<void> {
  try {
    const before = await Deno.lstat(path).catch(() => undefined);
    if (before?.isSymlink) return onNotice(`${path} is a symbolic link and is not replaced`);
    if (before) {
      await Deno.rename(path, `${path}.damaged`);
      onNotice(`the previous file was renamed to ${path}.damaged`);
    }
    await writeFileAtomically(path, content);
  } catch (error) {
    onNotice(`${(error as Error).message}: the file is used but not stored`);
  }
}

/**
 * Verifies a downloaded file before it is stored.
 *
 * @param content The file, compressed if `checksums` are of compressed files
 * @param name Which of the four files it must be
 * @param checksums The checksums of the four files
 * @throws {DataError} If the checksum is wrong
 */
export function verifyChecksum(
  content: Uint8Array,
  name: IdxFileName,
  { kind, files }: Checksums,
): void {
  const found = hashOf(kind, [content]);
  if (found === files[name]) return;
  const start = new TextDecoder("latin1").decode(content.subarray(0, 16));
  throw new DataError(
    /^\s*</.test(start)
      ? `the server sent a web page instead of the file`
      : `the ${kind} of ${name} must be ${files[name]}: current value is ${found}`,
  );
}

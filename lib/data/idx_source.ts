/** Loads data sets that are published as four gzipped IDX files, from the cache or from a mirror. */
import { isGzip } from "../files/gzip.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import { withCacheLock } from "./cache.ts";
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

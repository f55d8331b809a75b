/** Loads data sets that are published as four gzipped IDX files, from the cache or else from a mirror. */
import { writeFileAtomically } from "../files/write_file.ts";
import { withCacheLock } from "./cache.ts";
import type { Dataset } from "./dataset.ts";
import { download, type DownloadOptions } from "./download.ts";
import { DataError, DataUnavailableError } from "./errors.ts";
import {
  type Checksums,
  IDX_FILE_NAMES,
  type IdxDatasetOptions,
  type IdxFileName,
} from "./idx_dataset.ts";
import { isIdxFileWhole, readIdxFolder } from "./idx_folder.ts";
import { holdsData } from "./idx_locate.ts";
import { createHash, gunzipSync } from "../files/node.ts";

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
  /** Called with a message for the user when something takes long or was repaired. */
  onNotice?: (line: string) => void;
}

// Larger than any of the files, compressed or not.
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Reads a data set from its folder. Downloads missing or corrupt files first.
 *
 * @param source The data set
 * @param options Where it is stored
 * @returns The data set
 * @throws {DataUnavailableError} If it is missing and cannot be downloaded, or in a web page
 */
export async function loadIdxSource(
  source: IdxSource,
  options: LoadOptions = {},
): Promise<Dataset> {
  if (typeof Deno === "undefined") {
    throw new DataUnavailableError(
      `Cannot load ${source.name} as only Deno can read and write its files: in a web page, ` +
        "use fetchMnist, which fetches MNIST from a folder on a web server",
    );
  }
  const { directory = `./data/${source.name}`, mirrors = source.mirrors, onNotice } = options;
  const isPacked = source.checksums.kind === "md5-of-gz";
  return await readOrFill(directory, source, async (keep) => {
    for (const name of IDX_FILE_NAMES) {
      if (isIdxFileWhole(directory, name, source.checksums)) continue;
      const content = await download(
        { name: source.remoteNames?.[name] ?? `${name}.gz`, mirrors, maxBytes: MAX_BYTES },
        async (body) => {
          const bytes = await new Blob(await Array.fromAsync(body)).bytes();
          const content = isPacked ? bytes : inflate(bytes);
          verifyChecksum(content, name, source.checksums);
          return content;
        },
        options,
      );
      await keep(name, content, isPacked ? ".gz" : "");
    }
  }, onNotice);
}

/** Stores a downloaded file under one of MNIST's names plus an extension. */
export type KeepFile = (name: IdxFileName, content: Uint8Array, ending?: string) => Promise<void>;

/**
 * Reads a folder of IDX files. If that fails, fills the folder and reads again.
 * If the folder is not writable, the downloaded files are used from memory.
 *
 * @param directory The folder
 * @param known What is known about the files
 * @param fill Downloads missing or corrupt files
 * @param onNotice See `LoadOptions`
 * @returns The data set
 * @throws {DataUnavailableError} If `fill` throws it and the folder holds no data of the user
 * @throws {DataError} If `fill` throws DataUnavailableError but the folder does hold data
 */
export async function readOrFill(
  directory: string,
  known: IdxDatasetOptions,
  fill: (keep: KeepFile) => Promise<void>,
  onNotice: (line: string) => void = () => {},
): Promise<Dataset> {
  try {
    return readIdxFolder(directory, { ...known, onNotice });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    onNotice(`${error.message}; downloading it`);
    try {
      return await withCacheLock(directory, PART_NAMES, async (canKeep) => {
        const filled = readIfWhole(directory, known);
        if (filled) return filled; // another process filled the folder meanwhile
        const contents = new Map<IdxFileName, Uint8Array>();
        await fill(async (name, content, ending = "") => {
          contents.set(name, content);
          if (canKeep) await keepFile(`${directory}/${name}${ending}`, content, onNotice);
        });
        return readIdxFolder(directory, { ...known, contents });
      }, onNotice);
    } catch (failed) {
      if (!(failed instanceof DataUnavailableError)) throw failed;
      const message = `${error.message}. ${failed.message}. ` +
        `Check the network, or put the files there yourself`;
      // If there are files, the user expects them to be the data, so nothing may silently replace them.
      throw holdsData(directory) ? new DataError(message) : new DataUnavailableError(message);
    }
  }
}

function readIfWhole(directory: string, known: IdxDatasetOptions): Dataset | undefined {
  try {
    return readIdxFolder(directory, known);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

const PART_NAMES = IDX_FILE_NAMES.flatMap((name) => [name, `${name}.gz`]);

/** Writes a file; an existing one is renamed, since it may belong to the user. */
async function keepFile(
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

/** Decompresses the bytes, unless they are not gzip: some servers decompress files they send. */
function inflate(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, MAX_BYTES);
  } catch (error) {
    throw new DataError(`it cannot be decompressed: ${(error as Error).message}`);
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
  const found = createHash(kind === "sha256" ? "sha256" : "md5").update(content).digest("hex");
  if (found === files[name]) return;
  const start = new TextDecoder("latin1").decode(content.subarray(0, 16));
  throw new DataError(
    /^\s*</.test(start)
      ? `it sent a web page instead of the file`
      : `the ${kind} of ${name} must be ${files[name]}: current value is ${found}`,
  );
}

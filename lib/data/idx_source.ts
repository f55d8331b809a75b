/** Data sets that are published as four gzipped IDX files: from the cache, else from a mirror. */
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

/** A published data set: what its files must be, and who has them. */
export interface IdxSource extends IdxDatasetOptions {
  name: string;
  classes: number;
  checksums: Checksums;
  /** Folders that hold the four files, as URLs. */
  mirrors: readonly string[];
  /**
   * What the files are called there.
   * @default MNIST's names with `.gz` behind them
   */
  remoteNames?: Readonly<Record<IdxFileName, string>>;
}

/** Where a data set is kept, and how it is fetched if it is not there. */
export interface LoadOptions extends DownloadOptions {
  /**
   * The folder in which the files are kept.
   * @default `./data/` and the data set's name
   */
  directory?: string;
  /**
   * Where to download from.
   * @default the data set's own mirrors
   */
  mirrors?: readonly string[];
  /** Called with a line for a person where something takes long or was put right. */
  onNotice?: (line: string) => void;
}

// Above any of the files, as they are and decompressed.
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Reads a data set from its folder; what is missing there or damaged is
 * downloaded first.
 *
 * @param source The data set
 * @param options Where it is kept
 * @returns The data set
 * @throws {DataUnavailableError} If it is not there and cannot be downloaded
 */
export async function loadIdxSource(
  source: IdxSource,
  options: LoadOptions = {},
): Promise<Dataset> {
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

/** Takes a file that was downloaded, under one of MNIST's names with an ending. */
export type KeepFile = (name: IdxFileName, content: Uint8Array, ending?: string) => Promise<void>;

/**
 * Reads a folder of IDX files; if that fails, has it filled, and reads again.
 * Files that cannot be kept there are used all the same.
 *
 * @param directory The folder
 * @param known What is known of the files
 * @param fill Downloads what is missing or damaged
 * @param onNotice See `LoadOptions`
 * @returns The data set
 * @throws {DataUnavailableError} If `fill` does, and the folder holds nobody's data
 * @throws {DataError} If `fill` does so, and it holds some
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
        if (filled) return filled; // by the process that was waited for
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
      // Where there are files, somebody thinks that they are the data: nothing else takes their place.
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

/** Writes a file; what is in its place is set aside, since it may be somebody's own. */
async function keepFile(
  path: string,
  content: Uint8Array,
  onNotice: (line: string) => void,
): Promise<void> {
  try {
    const before = await Deno.lstat(path).catch(() => undefined);
    if (before?.isSymlink) return onNotice(`${path} is a link and stays as it is`);
    if (before) {
      await Deno.rename(path, `${path}.damaged`);
      onNotice(`the file that was there is now ${path}.damaged`);
    }
    await writeFileAtomically(path, content);
  } catch (error) {
    onNotice(`${(error as Error).message}: it is used but not kept`);
  }
}

/** The bytes decompressed; bytes that are not gzipped are returned, since some servers decompress on the way. */
function inflate(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, MAX_BYTES);
  } catch (error) {
    throw new DataError(`it cannot be decompressed: ${(error as Error).message}`);
  }
}

/**
 * Checks the content of a file before it is kept.
 *
 * @param content The file, gzipped if that is what its checksum is of
 * @param name Which of the four it is to be
 * @param checksums What the four must hash to
 * @throws {DataError} If it is another
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
      ? `it sends a web page instead of the file`
      : `the ${kind} of ${name} must be ${files[name]}: current value is ${found}`,
  );
}

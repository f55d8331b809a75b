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
import { createHash, gunzipSync } from "../files/node.ts";

/** A published data set: what its files must be, and who has them. */
export interface IdxSource extends IdxDatasetOptions {
  name: string;
  classes: number;
  checksums: Checksums;
  /** Folders that hold the four files with `.gz` behind their names, as URLs. */
  mirrors: readonly string[];
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
  return await readOrFill(directory, source, async () => {
    for (const name of IDX_FILE_NAMES) {
      if (isIdxFileWhole(directory, name, source.checksums)) continue;
      await download(
        { name: `${name}.gz`, mirrors, maxBytes: MAX_BYTES },
        async (body) => await keep(name, await new Blob(await Array.fromAsync(body)).bytes()),
        options,
      );
    }
  }, onNotice);

  async function keep(name: IdxFileName, bytes: Uint8Array): Promise<void> {
    const [path, content] = source.checksums.kind === "sha256"
      ? [`${directory}/${name}`, inflate(bytes)]
      : [`${directory}/${name}.gz`, bytes];
    verifyChecksum(content, name, source.checksums);
    await writeFileAtomically(path, content);
  }
}

/**
 * Reads a folder of IDX files; if that fails, has it filled, and reads again.
 *
 * @param directory The folder
 * @param known What is known of the files
 * @param fill Puts right what is missing or damaged
 * @param onNotice See `LoadOptions`
 * @returns The data set
 * @throws {DataUnavailableError} If `fill` does
 */
export async function readOrFill(
  directory: string,
  known: IdxDatasetOptions,
  fill: () => Promise<void>,
  onNotice: (line: string) => void = () => {},
): Promise<Dataset> {
  try {
    return readIdxFolder(directory, known);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    onNotice(`${error.message}; downloading it`);
    try {
      await withCacheLock(
        directory,
        fill,
        () => onNotice(`another process fills ${directory}; waiting`),
      );
    } catch (failed) {
      if (!(failed instanceof DataUnavailableError)) throw failed;
      throw new DataUnavailableError(
        `${error.message}. ${failed.message}. Check the network, or put the files there yourself`,
      );
    }
  }
  return readIdxFolder(directory, known);
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

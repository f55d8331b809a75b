/** Fetches MNIST from a folder on a web server, using only APIs of browsers. */
import type { Dataset } from "./dataset.ts";
import { download, type DownloadOptions, unpacked } from "./download.ts";
import { DataError } from "./errors.ts";
import {
  IDX_FILE_NAMES,
  type IdxFileName,
  joinIdxFiles,
  kindOfName,
  openIdxBytes,
} from "./idx_dataset.ts";
import { finishDataset } from "./raw.ts";
import type { IdxSource } from "./idx_source.ts";
import { MNIST } from "./published.ts";

/** Options of `fetchMnist`. */
export interface FetchMnistOptions extends DownloadOptions {
  /** Called with a message for the user if the checksums cannot be verified. */
  onNotice?: (line: string) => void;
  /**
   * Called when a file begins to arrive, also when it begins again after a failed attempt. Returns a
   * function that is called with each piece, before anything is verified.
   */
  onFile?: (name: IdxFileName) => (piece: Uint8Array<ArrayBuffer>) => void;
}

/** Larger than any of the files, compressed or not. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Fetches MNIST's four files, `train-images-idx3-ubyte.gz` and so on, from one folder. A file may
 * also arrive decompressed, since some servers decompress what they send. Each file's SHA-256 is
 * verified, except in a page that is not a secure context (http:// from another machine): browsers
 * provide no hashing there, and `onNotice` reports that nothing was verified.
 *
 * @param folder URL of the folder; in a page it may be relative to the page
 * @param options Timeouts, retries and callbacks
 * @returns The data set
 * @throws {DataUnavailableError} If a file cannot be fetched intact
 * @throws {TypeError} If the URL is invalid
 *
 * @example
 * ```ts ignore
 * import { fetchMnist } from "./fetch_mnist.ts";
 *
 * const { labels } = await fetchMnist("mnist/");
 * console.log(labels.length); // 70000
 * ```
 */
export async function fetchMnist(
  folder: string | URL,
  options: FetchMnistOptions = {},
): Promise<Dataset> {
  return await fetchIdxSource(MNIST, folder, options);
}

/**
 * Fetches a data set of four IDX files.
 *
 * @param source The data set; its checksums must be SHA-256
 * @param options As for `fetchMnist`
 * @throws {DataUnavailableError} If a file cannot be fetched intact
 * @throws {RangeError} If the checksums are of another kind
 */
export async function fetchIdxSource(
  { checksums, ...source }: IdxSource,
  folder: string | URL,
  options: FetchMnistOptions = {},
): Promise<Dataset> {
  if (checksums.kind !== "sha256") {
    throw new RangeError(
      `Cannot fetch ${source.name} as its checksums must be sha256: current value is ${checksums.kind}`,
    );
  }
  const base = new URL(folder, globalThis.location?.href);
  const canVerify = globalThis.crypto?.subtle !== undefined;
  if (!canVerify) {
    options.onNotice?.(
      `${source.name}'s checksums were not verified: this requires https:// or localhost`,
    );
  }
  const files = await Promise.all(IDX_FILE_NAMES.map(async (name) => {
    const remote = { name: `${name}.gz`, mirrors: [base.href], maxBytes: MAX_BYTES };
    const bytes = await download(remote, async (body) => {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      const onPiece = options.onFile?.(name);
      for await (const piece of body) {
        pieces.push(piece);
        onPiece?.(piece);
      }
      // Browsers before 2025 have no Blob.bytes().
      const bytes = await unpacked(new Uint8Array(await new Blob(pieces).arrayBuffer()), MAX_BYTES);
      if (canVerify) await verify(name, bytes, checksums.files[name]);
      return bytes;
    }, options);
    return openIdxBytes(bytes, { file: name, kind: kindOfName(name) });
  }));
  return finishDataset({ ...joinIdxFiles(files, source), isVerified: true });
}

async function verify(
  name: IdxFileName,
  bytes: Uint8Array<ArrayBuffer>,
  expected: string,
): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== expected) {
    throw new DataError(`the sha256 of ${name} must be ${expected}: current value is ${found}`);
  }
}

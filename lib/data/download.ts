/** Downloads a file from the first mirror that serves it intact. */
import { gunzipStream, GzipError, isGzip } from "../files/gzip.ts";
import { printable } from "../files/printable.ts";
import { DataError, DataUnavailableError } from "./errors.ts";

/** Progress of a download. */
export interface DownloadProgress {
  /** The file's name on the mirror. */
  file: string;
  /** Bytes received so far. */
  bytes: number;
  /** Total bytes, if the mirror announces them. */
  total?: number;
  /** What is counted, if not the bytes of a download: `of the pictures read`. */
  what?: string;
}

/** Timeouts, retries and the progress callback. */
export interface DownloadOptions {
  /**
   * Milliseconds within which a mirror must begin to answer. The mirrors are tried in turn and
   * share this time.
   * @default 10000
   */
  answerWithin?: number;
  /**
   * Milliseconds without new bytes after which a mirror is abandoned.
   * @default 10000
   */
  stallAfter?: number;
  /**
   * How many times each mirror is tried.
   * @default 3
   */
  attempts?: number;
  /** Called for each piece received. */
  onProgress?: (progress: DownloadProgress) => void;
}

/** A file to download. */
interface RemoteFile {
  /** Its name on every mirror. */
  name: string;
  /** URLs of the folders that hold it, in the order in which to try them. */
  mirrors: readonly string[];
  /** Maximum length of the body. */
  maxBytes: number;
}

/**
 * Downloads a file and passes its body to `consume`. If the body is invalid, `consume` throws a
 * DataError; it is then called again with the body from the next mirror. Any other error of
 * `consume` ends the download.
 *
 * @param consume Reads the body as it arrives
 * @param options Timeouts, retries and the progress callback
 * @returns The result of `consume`
 * @throws {DataUnavailableError} If no mirror serves the file intact; the message gives the reason
 *   for each mirror
 */
export async function download<T>(
  file: RemoteFile,
  consume: (body: AsyncIterable<Uint8Array<ArrayBuffer>>) => Promise<T>,
  options: DownloadOptions = {},
): Promise<T> {
  const { answerWithin = 10_000, attempts = 3 } = options;
  const deadline = performance.now() + answerWithin;
  const failures = new Map<string, Error>();
  const isPermanent = (error?: Error) => error instanceof MirrorError && error.permanent;
  let answered = false;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    for (const mirror of file.mirrors) {
      if (isPermanent(failures.get(mirror))) continue;
      try {
        const body = receive(mirror, file, { ...options, onAnswer: () => answered = true });
        return await consume(body);
      } catch (error) {
        if (!(error instanceof MirrorError || error instanceof DataError)) throw error;
        failures.set(mirror, error);
      }
    }
    const isLate = !answered && performance.now() >= deadline;
    if (isLate || [...failures.values()].every(isPermanent)) break;
    if (attempt < attempts) await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
  }
  const reasons = [...failures].map(([mirror, { message }]) =>
    `${mirror}: ${printable(message, 300)}`
  );
  throw new DataUnavailableError(`Cannot download ${file.name} (${reasons.join("; ")})`);
}

/** A mirror failed to serve the file; `permanent` if it will fail again. */
class MirrorError extends Error {
  constructor(message: string, readonly permanent = false) {
    super(message);
  }
}

/** Yields the body of a file from one mirror, and enforces the limits. */
async function* receive(
  mirror: string,
  { name, mirrors, maxBytes }: RemoteFile,
  { answerWithin = 10_000, stallAfter = 10_000, onProgress, onAnswer }: DownloadOptions & {
    onAnswer: () => void;
  },
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const abort = new AbortController();
  const giveUpAfter = (milliseconds: number, what: string) =>
    setTimeout(
      () => abort.abort(new MirrorError(`${what} within ${milliseconds / 1000} s`)),
      milliseconds,
    );
  let timer = giveUpAfter(answerWithin / mirrors.length, "no answer");
  let bytes = 0;
  try {
    const url = mirror.replace(/\/?$/, "/") + name;
    const response = await fetch(url, { signal: abort.signal });
    onAnswer();
    if (!response.ok || response.body === null) {
      throw new MirrorError(
        `status ${response.status} ${response.statusText}`,
        response.status >= 400 && response.status < 500,
      );
    }
    const total = announcedLength(response);
    if (total !== undefined && total > maxBytes) {
      throw new MirrorError(`its length must be at most ${maxBytes} bytes: it announces ${total}`);
    }
    const reader = response.body.getReader();
    while (true) {
      clearTimeout(timer);
      timer = giveUpAfter(stallAfter, `stopped after ${bytes} bytes, no more`);
      const { value, done } = await reader.read();
      if (done) return;
      bytes += value.length;
      if (bytes > maxBytes) {
        throw new MirrorError(`its length must be at most ${maxBytes} bytes: it sends more`);
      }
      onProgress?.({ file: name, bytes, total });
      clearTimeout(timer);
      yield value;
    }
  } catch (error) {
    if (error instanceof MirrorError) throw error;
    const { message } = ((error as Error).cause ?? error) as Error;
    const reason = message.replace(/^error sending request for url \(.*?\): /, "");
    throw new MirrorError(
      bytes > 0 ? `connection lost after ${bytes} bytes: ${reason}` : reason,
      (error as Error).name === "NotCapable",
    );
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** Returns `Content-Length`, unless it counts encoded bytes, since `fetch` decodes them. */
function announcedLength({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? undefined : Number(length);
}

/**
 * Decompresses a downloaded file if it is gzipped; some servers decompress the files that they send.
 *
 * @throws {DataError} If it is corrupt, or larger
 */
export async function unpacked(
  bytes: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes)) return bytes;
  try {
    // Browsers before 2025 have no Response.bytes().
    const plain = new Response(gunzipStream(new Blob([bytes]).stream(), maxBytes));
    return new Uint8Array(await plain.arrayBuffer());
  } catch (error) {
    throw error instanceof GzipError ? new DataError(`it ${error.message}`) : error;
  }
}

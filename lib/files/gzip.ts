/** Recognizes and decompresses gzip files, in one piece or as a stream. */

/** Minimum and maximum size in bytes of a piece of decompressed data; zlib sets the minimum. */
const MIN_PIECE = 64;
const MAX_PIECE = 64 * 2 ** 20;

/** Thrown for gzip data that is corrupt, truncated or too large; the message follows "it ". */
export class GzipError extends Error {
  /** Whether the data are too large, not corrupt. */
  readonly isTooLarge: boolean;

  constructor(message: string, isTooLarge: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isTooLarge = isTooLarge;
  }
}

/**
 * Whether a file is gzipped, by its signature.
 *
 * @param bytes At least the file's first two bytes
 */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses gzip. Data of up to 64 MiB becomes a single piece, in a third less time than many
 * pieces, which have to be joined.
 *
 * @param bytes A whole gzip file, or several one after the other
 * @throws {GzipError} If the file is corrupt, or the result is larger
 */
export function gunzipSync(bytes: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  // A piece that is never full: after a full one, zlib would allocate a second.
  const chunkSize = Math.min(maxBytes + MIN_PIECE, MAX_PIECE);
  try {
    const options = { maxOutputLength: maxBytes, chunkSize };
    return zlib().gunzipSync(bytes, options) as Uint8Array<ArrayBuffer>;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
      ? tooLarge(maxBytes)
      : corrupt(error);
  }
}

/**
 * Decompresses the beginning of a gzip file.
 *
 * @returns The decompressed bytes; empty if they are corrupt
 */
export function gunzipStart(bytes: Uint8Array): Uint8Array {
  try {
    return zlib().gunzipSync(bytes, { finishFlush: zlib().constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

/**
 * Decompresses gzip as a stream. Several gzip files one after the other, as written by `cat` and by
 * parallel compressors, count as one; but not in browsers.
 *
 * @returns The decompressed bytes; reading them throws a GzipError if the file is corrupt or the
 *   result is larger
 */
export function gunzipStream(
  compressed: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = decompressed(compressed).getReader();
  let length = 0;
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read().catch((error) => {
        throw corrupt(error);
      });
      if (done) return controller.close();
      length += value.length;
      if (length > maxBytes) {
        await reader.cancel().catch(() => {});
        throw tooLarge(maxBytes);
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function decompressed(
  compressed: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  // Browsers have no `process`, and bundlers' substitutes for it no modules.
  if (typeof process === "undefined" || !process.getBuiltinModule) {
    return compressed.pipeThrough(new DecompressionStream("gzip"));
  }
  // DecompressionStream rejects a file that consists of several.
  const { Readable, pipeline } = process.getBuiltinModule("node:stream");
  const source = Readable.fromWeb(compressed as Parameters<typeof Readable.fromWeb>[0]);
  // The callback is needed, but the iterator reports the error too.
  return ReadableStream.from(pipeline(source, zlib().createGunzip(), () => {}));
}

function zlib(): typeof import("node:zlib") {
  if (typeof process === "undefined") throw new Error("Cannot decompress here: no node:zlib");
  return process.getBuiltinModule("node:zlib");
}

function corrupt(error: unknown): GzipError {
  const { message } = error as Error;
  return new GzipError(`cannot be decompressed: ${message}`, false, { cause: error });
}

function tooLarge(maxBytes: number): GzipError {
  return new GzipError(`decompresses to more than ${maxBytes} bytes`, true);
}

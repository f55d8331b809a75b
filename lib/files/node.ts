/**
 * Wraps the functions used from Node's built-in modules, which Deno provides. The modules are loaded
 * when a function is called instead of imported, so that `mod.ts` can be bundled for browsers, where
 * these functions are never called.
 */
import type { Hash } from "node:crypto";

/** Returns the functions for paths in the system's format; see https://nodejs.org/api/path.html. */
export function nodePath(): typeof import("node:path") {
  return process.getBuiltinModule("node:path");
}

/** Creates a hash; see https://nodejs.org/api/crypto.html#cryptocreatehashalgorithm-options. */
export function createHash(algorithm: "sha256" | "md5"): Hash {
  return process.getBuiltinModule("node:crypto").createHash(algorithm);
}

/** Minimum and maximum size in bytes of a piece of decompressed data; zlib sets the minimum. */
const MIN_PIECE = 64;
const MAX_PIECE = 64 * 2 ** 20;

/**
 * Decompresses gzip; see https://nodejs.org/api/zlib.html#zlibgunzipsyncbuffer-options. Data of up to
 * 64 MiB becomes a single piece, in a third less time than many pieces, which have to be joined.
 *
 * @param bytes A whole gzip file
 * @param maxOutputLength Throws if the result would be longer
 * @returns The decompressed bytes
 */
export function gunzipSync(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  // A piece that is never full: after a full one, zlib would allocate a second.
  const chunkSize = Math.min(maxOutputLength + MIN_PIECE, MAX_PIECE);
  return process.getBuiltinModule("node:zlib").gunzipSync(bytes, { maxOutputLength, chunkSize });
}

/**
 * Decompresses the beginning of a gzip file.
 *
 * @param bytes The file's first bytes
 * @returns The decompressed bytes; empty if they are corrupt
 */
export function gunzipStart(bytes: Uint8Array): Uint8Array {
  const zlib = process.getBuiltinModule("node:zlib");
  try {
    return zlib.gunzipSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

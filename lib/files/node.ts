/**
 * What is used of Node's own modules, which Deno has too. They are looked up when first called, not
 * imported: so `mod.ts` can be bundled for browsers, where nothing calls them.
 */
import type { Hash } from "node:crypto";

/** Joins and splits paths as the system has them; see https://nodejs.org/api/path.html. */
export function nodePath(): typeof import("node:path") {
  return process.getBuiltinModule("node:path");
}

/** Starts a hash; see https://nodejs.org/api/crypto.html#cryptocreatehashalgorithm-options. */
export function createHash(algorithm: "sha256" | "md5"): Hash {
  return process.getBuiltinModule("node:crypto").createHash(algorithm);
}

/**
 * Decompresses gzip; see https://nodejs.org/api/zlib.html#zlibgunzipsyncbuffer-options.
 *
 * @param bytes A whole gzip file
 * @param maxOutputLength More is refused with an error
 * @returns What it holds
 */
export function gunzipSync(bytes: Uint8Array, maxOutputLength?: number): Uint8Array {
  return process.getBuiltinModule("node:zlib").gunzipSync(bytes, { maxOutputLength });
}

/**
 * Decompresses the beginning of a gzip file.
 *
 * @param bytes The file's first bytes
 * @returns What they hold; nothing if they are corrupt
 */
export function gunzipStart(bytes: Uint8Array): Uint8Array {
  const zlib = process.getBuiltinModule("node:zlib");
  try {
    return zlib.gunzipSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

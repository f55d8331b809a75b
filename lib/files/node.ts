/**
 * Wraps the functions used from Node's built-in modules, which Deno provides. The modules are loaded
 * when a function is called instead of imported, so that `mod.ts` can be bundled for browsers, where
 * these functions are never called.
 */
import type { Hash } from "node:crypto";

/** Returns the functions for paths in the system's format; see https://nodejs.org/api/path.html. */
export function nodePath(): typeof import("node:path") {
  return host().getBuiltinModule("node:path");
}

/** Creates a hash; see https://nodejs.org/api/crypto.html#cryptocreatehashalgorithm-options. */
export function createHash(algorithm: "sha256" | "md5"): Hash {
  return host().getBuiltinModule("node:crypto").createHash(algorithm);
}

function host(): typeof process {
  if (typeof process === "undefined") throw new Error("Cannot use files as this is a browser");
  return process;
}

/** Compiles the WebAssembly module: one of two builds, for shared or ordinary memory. */
import { MEMORY_KIND_AT, PLAIN, RELAXED } from "./wasm_bytes.ts";

/** Which build of the module: see `buildOfHere`. */
export type Build = "relaxed" | "plain";

/** The flags of a memory with a maximum size in WebAssembly's binary format. */
const SHARED_MEMORY = 3;
const ORDINARY_MEMORY = 1;

/** A minimal module with an instruction of relaxed SIMD: a function with `f32x4.relaxed_madd`. */
// deno-fmt-ignore
const RELAXED_PROBE = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // magic number, version
  1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b, // type (v128, v128, v128) -> v128
  3, 2, 1, 0, // one function of that type
  10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 2, 0x0b, // get 0, 1, 2; relaxed_madd; end
);

/** A minimal module with a 128-bit vector: a function that returns its argument. */
// deno-fmt-ignore
const SIMD_PROBE = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // magic number, version
  1, 6, 1, 0x60, 1, 0x7b, 1, 0x7b, // type v128 -> v128
  3, 2, 1, 0, // one function of that type
  10, 6, 1, 4, 0, 0x20, 0, 0x0b, // get 0; end
);

/**
 * Asserts that this runtime can run the module.
 *
 * @throws {Error} If it has no WebAssembly, or none with vectors
 */
export function assertWebAssembly(): void {
  if (typeof WebAssembly === "undefined") {
    throw new Error(
      "Cannot compute on the processor as there is no WebAssembly here: Safari turns it off in Lockdown Mode",
    );
  }
  if (!WebAssembly.validate(SIMD_PROBE)) {
    throw new Error(
      "Cannot compute on the processor as its WebAssembly has no SIMD: it needs a processor with SSE4.1 or NEON, and a browser of 2023 or later",
    );
  }
}

/**
 * Returns the fastest build that this runtime supports. `relaxed` uses fused multiply-adds if the
 * processor has them; some runtimes, such as Safari, support only `plain`. Results may differ in
 * the last bits.
 */
export function buildOfHere(): Build {
  return typeof WebAssembly !== "undefined" && WebAssembly.validate(RELAXED_PROBE)
    ? "relaxed"
    : "plain";
}

/** Compiles a module for a memory that threads share, or for an ordinary one. */
export type CompileModule = (isShared: boolean) => WebAssembly.Module;

/** Compiled modules, kept because a sweep creates many engines. */
const compiled = new Map<string, WebAssembly.Module>();

/**
 * Compiles the module.
 *
 * @param build Which build
 * @param isShared Whether its memory is shared between threads
 */
export function compileModule(build: Build, isShared: boolean): WebAssembly.Module {
  assertWebAssembly();
  const name = `${build} ${isShared}`;
  let module = compiled.get(name);
  if (module === undefined) {
    const bytes = bytesOfBase64(build === "relaxed" ? RELAXED : PLAIN);
    bytes[MEMORY_KIND_AT[build]] = isShared ? SHARED_MEMORY : ORDINARY_MEMORY;
    module = new WebAssembly.Module(bytes);
    compiled.set(name, module);
  }
  return module;
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

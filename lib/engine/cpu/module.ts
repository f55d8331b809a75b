/** Compiles the WebAssembly module: one of two builds, for shared or ordinary memory. */
import { MEMORY_KIND_AT, PLAIN, RELAXED } from "./wasm_bytes.ts";

/** Which build of the module: see `buildOfHere`. */
export type Build = "relaxed" | "plain";

/** How WebAssembly's binary format marks a memory with a maximum size as shared or not. */
const SHARED_MEMORY = 3;
const ORDINARY_MEMORY = 1;

/** The smallest module with an instruction of relaxed SIMD: `f32x4.relaxed_madd` in a function. */
// deno-fmt-ignore
const RELAXED_PROBE = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // magic number, version
  1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b, // type (v128, v128, v128) -> v128
  3, 2, 1, 0, // one function of that type
  10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 2, 0x0b, // get 0, 1, 2; relaxed_madd; end
);

/**
 * The fastest build that this runtime supports. `relaxed` uses fused multiply-adds where the processor
 * has them; Safari, for example, supports only `plain`. Their results may differ in the last bits.
 */
export function buildOfHere(): Build {
  return WebAssembly.validate(RELAXED_PROBE) ? "relaxed" : "plain";
}

/** Compiled modules, because a sweep makes many engines. */
const compiled = new Map<string, WebAssembly.Module>();

/**
 * Compiles the module.
 *
 * @param build Which build
 * @param isShared Whether its memory is shared between threads
 */
export function compileModule(build: Build, isShared: boolean): WebAssembly.Module {
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

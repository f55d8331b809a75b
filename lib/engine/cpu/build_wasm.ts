/** `deno task build:wasm`: compiles assembly/ into wasm_bytes.ts. */
import asc from "assemblyscript/asc";

const SOURCES = new URL("./assembly/", import.meta.url);
const TARGET = new URL("./wasm_bytes.ts", import.meta.url);

/** The maximum number of pages of 64 KiB in a memory: 4 GiB, the range of 32-bit addresses. */
const MAX_PAGES = 65_536;

if (import.meta.main) Deno.writeTextFileSync(TARGET, await buildWasm());

/**
 * Compiles the sources twice: with relaxed SIMD, whose multiply-add rounds once on most processors,
 * and without. The same sources result in the same bytes on every machine.
 *
 * @returns The text of wasm_bytes.ts
 * @throws {Error} With the compiler's messages, if the sources do not compile
 */
export async function buildWasm(): Promise<string> {
  const relaxed = await compile({ isRelaxed: true, isShared: true });
  const plain = await compile({ isRelaxed: false, isShared: true });
  return `// deno-fmt-ignore-file
// Generated from assembly/ by \`deno task build:wasm\`. Do not edit.

/** The module with relaxed SIMD, as base64; it imports a shared memory. */
export const RELAXED = "${relaxed.toBase64()}";

/** The module without relaxed SIMD. */
export const PLAIN = "${plain.toBase64()}";

/**
 * The index of the byte that says which memory a module imports: 3 for a shared memory, 1 for an
 * ordinary one. Nothing else differs between the two modules.
 */
export const MEMORY_KIND_AT = {
  relaxed: ${await memoryKindAt(relaxed, true)},
  plain: ${await memoryKindAt(plain, false)},
};
`;
}

/**
 * Returns the index of the only byte in which the modules for a shared and an ordinary memory
 * differ.
 */
async function memoryKindAt(shared: Uint8Array, isRelaxed: boolean): Promise<number> {
  const ordinary = await compile({ isRelaxed, isShared: false });
  const differing = [...shared.keys()].filter((i) => shared[i] !== ordinary[i]);
  const [at] = differing;
  if (
    ordinary.length !== shared.length || differing.length !== 1 ||
    shared[at] !== 3 || ordinary[at] !== 1
  ) {
    throw new Error(
      `Cannot build as modules for shared and ordinary memory must differ in one byte: they differ in ${differing}`,
    );
  }
  return at;
}

/** How to compile the sources. */
export interface CompileOptions {
  /** Whether to use relaxed SIMD. */
  isRelaxed: boolean;
  /** Whether threads share the memory. */
  isShared: boolean;
  /** Texts of files to use instead of those in assembly/. */
  replaced?: Record<string, string>;
}

/** Compiles the sources to a module. */
export async function compile(
  { isRelaxed, isShared, replaced = {} }: CompileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  let module: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main([
    "index.ts",
    ...["--outFile", "module.wasm"],
    "-O3",
    "--noAssert",
    ...["--runtime", "stub"],
    // These warn that sizes and addresses have different types on 64-bit targets, and that
    // JavaScript cannot pass vectors to functions. Neither applies here.
    ...["--disableWarning", "201", "--disableWarning", "112"],
    "--importMemory",
    ...["--initialMemory", "1", "--maximumMemory", String(MAX_PAGES)],
    ...(isShared ? ["--sharedMemory"] : []),
    ...["--enable", "threads", "--enable", "simd"],
    ...(isRelaxed ? ["--enable", "relaxed-simd"] : []),
  ], {
    readFile(name: string): string | null {
      if (name in replaced) return replaced[name];
      try {
        return Deno.readTextFileSync(new URL(name, SOURCES));
      } catch {
        return null; // the compiler tries several paths
      }
    },
    writeFile(_name: string, contents: string | Uint8Array): void {
      module = contents as Uint8Array<ArrayBuffer>;
    },
    listFiles: () => [],
  });
  if (error || !module) throw new Error(`Cannot compile assembly/: ${error?.message}\n${stderr}`);
  return module;
}

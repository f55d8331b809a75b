/** `deno task build:wasm`: compiles assembly/ into wasm_bytes.ts. */
import asc from "assemblyscript/asc";

/** Where the sources are, and what is made of them. */
const SOURCES = new URL("./assembly/", import.meta.url);
const TARGET = new URL("./wasm_bytes.ts", import.meta.url);

/** Pages of 64 KiB that a memory may have: all that 32-bit addresses reach. */
const LARGEST_MEMORY = 65_536;

if (import.meta.main) Deno.writeTextFileSync(TARGET, await buildWasm());

/**
 * Compiles the sources: with relaxed SIMD (one rounding a multiply-add, where the processor can) and
 * without. The same sources give the same bytes wherever they are compiled.
 *
 * @returns The text of wasm_bytes.ts
 * @throws {Error} If they do not compile, with the compiler's messages
 */
export async function buildWasm(): Promise<string> {
  const relaxed = await compile({ isRelaxed: true, isShared: true });
  const plain = await compile({ isRelaxed: false, isShared: true });
  return `// deno-fmt-ignore-file
// Made by \`deno task build:wasm\` from assembly/. Do not edit.

/** The module with relaxed SIMD, as base64; it imports a shared memory. */
export const RELAXED = "${relaxed.toBase64()}";

/** The module without relaxed SIMD. */
export const PLAIN = "${plain.toBase64()}";

/**
 * Where the byte lies that says which memory a module imports: 3 for a shared one, 1 for an ordinary
 * one. Nothing else differs.
 */
export const MEMORY_KIND_AT = {
  relaxed: ${await memoryKindAt(relaxed, true)},
  plain: ${await memoryKindAt(plain, false)},
};
`;
}

/** Finds the one byte in which the module for a shared memory differs from that for an ordinary one. */
async function memoryKindAt(shared: Uint8Array, isRelaxed: boolean): Promise<number> {
  const ordinary = await compile({ isRelaxed, isShared: false });
  const differing = [...shared.keys()].filter((i) => shared[i] !== ordinary[i]);
  const [at] = differing;
  if (
    ordinary.length !== shared.length || differing.length !== 1 ||
    shared[at] !== 3 || ordinary[at] !== 1
  ) {
    throw new Error(
      `Cannot build as a shared memory must change one byte: it changes ${differing}`,
    );
  }
  return at;
}

async function compile(
  { isRelaxed, isShared }: { isRelaxed: boolean; isShared: boolean },
): Promise<Uint8Array> {
  let module: Uint8Array | undefined;
  const { error, stderr } = await asc.main([
    "index.ts",
    ...["--outFile", "module.wasm"],
    "-O3",
    "--noAssert",
    ...["--runtime", "stub"],
    // Sizes are as wide as addresses here, and no function that the host calls takes a vector.
    ...["--disableWarning", "201", "--disableWarning", "112"],
    "--importMemory",
    ...["--initialMemory", "1", "--maximumMemory", String(LARGEST_MEMORY)],
    ...(isShared ? ["--sharedMemory"] : []),
    ...["--enable", "threads", "--enable", "simd"],
    ...(isRelaxed ? ["--enable", "relaxed-simd"] : []),
  ], {
    readFile(name: string): string | null {
      try {
        return Deno.readTextFileSync(new URL(name, SOURCES));
      } catch {
        return null; // the compiler looks in several places
      }
    },
    writeFile(_name: string, contents: string | Uint8Array): void {
      module = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !module) throw new Error(`Cannot compile assembly/: ${error?.message}\n${stderr}`);
  return module;
}

/** Writes the TypeScript declarations of the library for browsers, for programs without Deno. */
import { fileURLToPath } from "node:url";

/** The declarations of the library's file, `mnist-webgpu.js`: TypeScript finds them by this name. */
export const DECLARATIONS_FILE = "mnist-webgpu.d.ts";

/** TypeScript's numbers for its options: https://github.com/microsoft/TypeScript, types.ts. */
const ES_NEXT = 99;
const BUNDLER = 100;

/** The module that stands for every shader: declarations need its type only. */
const SHADER = "shader.d.ts";

/**
 * Combines the declarations of everything that `browser.ts` exports into one file.
 *
 * @returns The text of a `.d.ts` file without imports
 * @throws {Error} If the modules have type errors
 */
export async function libraryDeclarations(): Promise<string> {
  // Imported here, as the imports alone require permissions. rollup-plugin-dts takes the version
  // of TypeScript that is loaded already; it needs one with a compiler API, which 7.0 lacks.
  await import("typescript");
  const [{ rollup }, { dts }] = await Promise.all([
    import("@rollup/wasm-node"),
    import("rollup-plugin-dts"),
  ]);
  const bundle = await rollup({
    input: fileURLToPath(new URL("../../browser.ts", import.meta.url)),
    plugins: [
      {
        name: "shaders",
        resolveId: (id: string) => id.endsWith(".wgsl") ? SHADER : null,
        load: (id: string) =>
          id === SHADER ? "declare const source: string; export default source;" : null,
      },
      dts({
        compilerOptions: {
          target: ES_NEXT,
          module: ES_NEXT,
          moduleResolution: BUNDLER,
          lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
          types: [],
          allowImportingTsExtensions: true,
          declaration: true,
          emitDeclarationOnly: true,
          skipLibCheck: true,
        },
      }),
    ],
  });
  const { output: [{ code }] } = await bundle.generate({ format: "es" });
  await bundle.close();
  // Engines are disposed of with `await using`, whose types are not in every version's defaults.
  return `/// <reference lib="esnext.disposable" />\n${code}`;
}

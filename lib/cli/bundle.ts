/** Bundles modules of this repository for browsers, with esbuild. */
import { fileURLToPath } from "node:url";
import type { BuildOptions, Metafile, OutputFile, Plugin } from "esbuild";
import fflate from "fflate/browser" with { type: "text" };
import uplot from "uplot/dist/uPlot.esm.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };

/** The oldest browsers that the page and the library support; README names them as well. */
export const OLDEST_BROWSERS = ["chrome113", "safari17", "firefox115"];

/** Classes have methods of these names, so the names must exist before any class. */
const DISPOSAL = 'Symbol.dispose??=Symbol.for("Symbol.dispose");' +
  'Symbol.asyncDispose??=Symbol.for("Symbol.asyncDispose");';

/** The result of bundling. */
export interface Bundle {
  /** The bundled files, in memory. */
  outputFiles: OutputFile[];
  /** The modules that each file contains, and other facts. */
  metafile: Metafile;
}

/**
 * Bundles modules and everything that they import.
 *
 * @param options esbuild's options; paths are relative to the root of this repository
 * @throws {Error} If esbuild reports an error or a warning
 */
export async function bundle(options: BuildOptions): Promise<Bundle> {
  // Imported here, as the import alone reads environment variables, which requires a permission.
  const { build, stop } = await import("esbuild");
  try {
    const { warnings, outputFiles, metafile } = await build({
      absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
      bundle: true,
      format: "esm",
      platform: "browser",
      target: OLDEST_BROWSERS,
      banner: { js: DISPOSAL },
      minify: true,
      metafile: true,
      write: false,
      logLevel: "silent",
      loader: { ".wgsl": "text" },
      plugins: [PACKAGES],
      ...options,
    });
    if (warnings.length > 0) {
      throw new Error(`esbuild warns: ${warnings.map(({ text }) => text).join("; ")}`);
    }
    return { outputFiles: outputFiles!, metafile: metafile! };
  } finally {
    await stop(); // otherwise esbuild's process keeps this one alive
  }
}

/** Resolves the packages that the page imports by a name of `import_map.json`: Deno reads them. */
const PACKAGES: Plugin = {
  name: "packages",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(uplot|fflate)\b/ }, ({ path }) => ({ path, namespace: "packages" }));
    onLoad({ filter: /^fflate$/, namespace: "packages" }, () => ({ contents: fflate }));
    onLoad({ filter: /^uplot$/, namespace: "packages" }, () => ({ contents: uplot }));
    onLoad({ filter: /[.]css$/, namespace: "packages" }, () => ({
      contents: uplotStyle,
      loader: "css",
    }));
  },
};

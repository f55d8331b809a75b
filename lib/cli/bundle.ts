/** Bundles this program's modules for browsers, with esbuild. */
import { fileURLToPath } from "node:url";
import type { BuildOptions, Metafile, OutputFile, Plugin } from "esbuild";
import uplot from "uplot/dist/uPlot.esm.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };

/** What a bundle came to. */
export interface Bundle {
  /** Not written anywhere. */
  outputFiles: OutputFile[];
  /** Which files went into them. */
  metafile: Metafile;
}

/**
 * Bundles modules, with nothing left to import.
 *
 * @param options esbuild's own; files are named relative to this repository's root
 * @returns The files
 * @throws {Error} If something cannot be bundled, or esbuild warns of something
 */
export async function bundle(options: BuildOptions): Promise<Bundle> {
  // It looks at environment variables as soon as it is imported.
  const { build, stop } = await import("esbuild");
  try {
    const { warnings, outputFiles, metafile } = await build({
      absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2024",
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
    await stop(); // its process would keep ours alive
  }
}

/** What pages import by a name of `import_map.json`, read where Deno keeps packages. */
const PACKAGES: Plugin = {
  name: "packages",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^uplot\b/ }, ({ path }) => ({ path, namespace: "packages" }));
    onLoad({ filter: /^uplot$/, namespace: "packages" }, () => ({ contents: uplot }));
    onLoad({ filter: /[.]css$/, namespace: "packages" }, () => ({
      contents: uplotStyle,
      loader: "css",
    }));
  },
};

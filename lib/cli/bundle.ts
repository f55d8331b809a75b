/** Bundles this program's modules for browsers, with esbuild. */
import type { BuildOptions, Metafile, OutputFile, Plugin } from "esbuild";

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
      absWorkingDir: new URL("../..", import.meta.url).pathname,
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

/** Names that `import_map.json` gives to packages, found where Deno keeps them. */
const PACKAGES: Plugin = {
  name: "packages",
  setup({ onResolve }) {
    onResolve({ filter: /^uplot\b/ }, ({ path }) => ({
      path: new URL(import.meta.resolve(path)).pathname,
    }));
  },
};

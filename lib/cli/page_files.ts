/** Bundles the page's files in memory, for the tasks `serve` and `build`. */
import type { Dataset } from "../data/dataset.ts";
import { encodeIdxFiles } from "../data/idx_dataset.ts";
import { bundle } from "./bundle.ts";

/** Contents of files by their paths, which are relative to the page. */
export type PageFiles = Map<string, Uint8Array<ArrayBuffer>>;

/** The bundle of browser.ts. Other pages import it, so its name has no hash. */
export const LIBRARY_FILE = "mnist-webgpu.js";

/** The folder of MNIST's files, beside the page. */
export const MNIST_FOLDER = "mnist/";

/**
 * Bundles the page and the library. File names contain a hash of the content, except `index.html` and
 * the library's.
 *
 * @param mnist URL of MNIST's folder, absolute or relative to the page; undefined for synthetic digits
 * @returns The files; `index.html` is the last
 */
export async function pageFiles(mnist: string | undefined): Promise<PageFiles> {
  const files: PageFiles = new Map();
  const add = async (entryPoints: string[], options: Parameters<typeof bundle>[0] = {}) => {
    const { outputFiles, metafile } = await bundle({
      entryPoints,
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      splitting: true,
      outdir: ".",
      ...options,
    });
    const names = Object.keys(metafile.outputs);
    outputFiles.forEach(({ contents }, i) => files.set(names[i], Uint8Array.from(contents)));
    // The output of each entry point.
    return entryPoints.map((entry) =>
      names.find((name) => metafile.outputs[name].entryPoint === entry)!
    );
  };
  await add(["browser.ts"], { entryNames: LIBRARY_FILE.replace(".js", ""), splitting: false });
  const [trainer, examiner] = await add(["web/trainer.ts", "web/examiner.ts"]);
  const [kernels] = await add(["web/kernels.ts"]);
  const [script, style] = await add(["web/page.ts", "web/page.css"], {
    define: {
      TRAINER: `"./${trainer}"`,
      EXAMINER: `"./${examiner}"`,
      KERNELS: `"./${kernels}"`,
    },
  });
  const template = await Deno.readTextFile(new URL("../../web/index.html", import.meta.url));
  const head = `<meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(mnist)}">
    <meta name="mnist" content="${mnist ?? ""}">`;
  const html = template
    .replace('<meta charset="utf-8">', head)
    .replace('"page.js"', `"${script}"`)
    .replace('"page.css"', `"${style}"`);
  files.set("index.html", new TextEncoder().encode(html));
  return files;
}

/**
 * Returns the page's content security policy: it allows the page's own scripts, WebAssembly and Workers,
 * and requests to the page's origin and MNIST's.
 *
 * @param mnist As for `pageFiles`
 */
export function contentSecurityPolicy(mnist: string | undefined): string {
  const otherOrigin = mnist !== undefined && URL.canParse(mnist) ? ` ${new URL(mnist).origin}` : "";
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src data:",
    `connect-src 'self'${otherOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** Encodes MNIST as its four original files, not gzipped, although their names end in `.gz`. */
export function mnistFiles(data: Dataset): PageFiles {
  const files = encodeIdxFiles(data);
  return new Map([...files].map(([name, bytes]) => [`${MNIST_FOLDER}${name}.gz`, bytes]));
}

/** Compresses files with gzip. */
export async function gzipped(files: PageFiles): Promise<PageFiles> {
  const zipped: PageFiles = new Map();
  for (const [name, bytes] of files) {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    zipped.set(name, await new Response(stream).bytes());
  }
  return zipped;
}

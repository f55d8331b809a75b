/** `deno task build:npm`: writes the library as an npm package for Node.js, Bun and bundlers. */
import { bundle } from "./bundle.ts";
import { filesOfEarlierBuild, writeBuild } from "./build_folder.ts";
import { DECLARATIONS_FILE, libraryDeclarations } from "./declarations.ts";
import { type FlagValues, type Task, text, toggle } from "./flags.ts";
import { print } from "./output.ts";
import { LIBRARY_FILE } from "./page_files.ts";
import { runTask } from "./run_task.ts";
import configuration from "../../deno.json" with { type: "json" };

const FLAGS = {
  out: text("DIR", "output folder; files of an earlier build are replaced", "npm"),
  json: toggle("print one JSON object that names the folder and its files"),
};

const TASK: Task<typeof FLAGS> = {
  name: "build:npm",
  summary: "Writes the library as a package for npm: one ES module and its types.",
  flags: FLAGS,
};

/** What npm and bundlers read about the package. */
const PACKAGE = {
  name: "mnist-webgpu",
  version: configuration.version,
  description: "Trains a neural net on MNIST with WebGPU or WebAssembly, with JAX's random numbers",
  license: configuration.license,
  type: "module",
  exports: { types: `./${DECLARATIONS_FILE}`, default: `./${LIBRARY_FILE}` },
  types: DECLARATIONS_FILE,
  files: [LIBRARY_FILE, DECLARATIONS_FILE],
  sideEffects: false,
  engines: { node: ">=20" },
};

const README = `# mnist-webgpu

Trains a three-layer neural net on MNIST: with WebGPU in browsers, and with WebAssembly in
Node.js and Bun. It draws the same random numbers as JAX.

\`\`\`js
import { PRESETS, predict, syntheticDigits, train } from "mnist-webgpu";

const data = syntheticDigits({ trainRows: 2000, testRows: 500 }); // or fetchMnist(url)
for await (const event of train({ data, ...PRESETS.accurate, epochs: 4, evalSize: 500 })) {
  if (event.type === "finished") console.log(event.accuracy, predict(event, data.images).labels);
}
\`\`\`

The package contains everything but what reads and writes files. webpack, Vite, Rollup and esbuild
bundle it without settings; a bundle for a page also runs in Node.js. A page with a content security
policy needs \`script-src 'wasm-unsafe-eval'\`, and \`worker-src blob:\` for several threads.
`;

if (import.meta.main) await runTask(TASK, buildNpmTask);

/** Writes the package. */
export async function buildNpmTask({ out = "npm", json }: FlagValues<typeof FLAGS>): Promise<void> {
  await filesOfEarlierBuild(out); // fails before the work if it is not a build's folder
  const { outputFiles: [library] } = await bundle({ entryPoints: ["browser.ts"] });
  const texts = {
    [DECLARATIONS_FILE]: await libraryDeclarations(),
    "README.md": README,
    "LICENSE": await Deno.readTextFile(new URL("../../LICENSE", import.meta.url)),
    "package.json": JSON.stringify(PACKAGE, null, 2),
  };
  const files = new Map([[LIBRARY_FILE, Uint8Array.from(library.contents)]]);
  for (const [name, text] of Object.entries(texts)) {
    files.set(name, new TextEncoder().encode(text));
  }
  const names = await writeBuild(out, files);
  print(json ? JSON.stringify({ type: "build", folder: out, files: names }) : out);
}

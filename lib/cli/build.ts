/** `deno task build`: writes the page as a folder for any static web host. */
import { filesOfEarlierBuild, writeBuild } from "./build_folder.ts";
import { openStatus } from "./status.ts";
import { DECLARATIONS_FILE, libraryDeclarations } from "./declarations.ts";
import { DATASET_FLAGS, openChosenDataset } from "./dataset_flags.ts";
import { type FlagValues, type Task, text, toggle, UsageError } from "./flags.ts";
import { print } from "./output.ts";
import { gzipped, MNIST_FOLDER, mnistFiles, type PageFiles, pageFiles } from "./page_files.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {
  out: text("DIR", "output folder; files of an earlier build are replaced", "dist"),
  withData: toggle("put MNIST's files (11 MB) into the folder"),
  dataUrl: text(
    "URL",
    "URL from which the page fetches MNIST's files; by default the folder mnist beside it",
  ),
  dataDir: DATASET_FLAGS.dataDir,
  json: toggle("print one JSON object that names the folder and its files"),
  quiet: toggle("print nothing on stderr"),
};

const TASK: Task<typeof FLAGS> = {
  name: "build",
  summary:
    "Writes the page in which the net trains in a browser as a folder for any static web host, " +
    "and the library as one file for other pages to import.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, buildTask);

async function buildTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { out = "dist", withData, dataUrl, dataDir } = flags;
  if (withData && dataUrl) throw new UsageError("--with-data and --data-url exclude each other");
  if (dataUrl && !/^https?:/.test(URL.parse(dataUrl)?.protocol ?? "")) {
    throw new UsageError(
      `--data-url must be an http or https address: current value is ${dataUrl}`,
    );
  }
  using status = await openStatus(flags.quiet);
  await filesOfEarlierBuild(out); // fails before the work if it is not a build's folder
  const files: PageFiles = new Map();
  if (withData) {
    const data = await openChosenDataset({ dataset: "mnist", dataDir }, status);
    for (const [name, bytes] of await gzipped(mnistFiles(data))) files.set(name, bytes);
  }
  files.set(DECLARATIONS_FILE, new TextEncoder().encode(await libraryDeclarations()));
  // index.html is the last file, so that a page which can be opened is complete.
  for (const [name, bytes] of await pageFiles(dataUrl ?? MNIST_FOLDER)) files.set(name, bytes);
  const names = await writeBuild(out, files);
  await Deno.mkdir(`${out}/${MNIST_FOLDER}`, { recursive: true });
  print(flags.json ? JSON.stringify({ type: "build", folder: out, files: names }) : out);
}

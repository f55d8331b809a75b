/** `deno task report`: writes an HTML page about one run, or a comparison of several. */
import { dirname, join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import type { RunRecord } from "../training/record.ts";
import { comparePage } from "../report/html/compare_page.ts";
import { runPage } from "../report/html/run_page.ts";
import { readRunDirectory } from "../runs/run_directory.ts";
import { openStatus, showRows, type Status } from "./status.ts";
import { DATASET_FLAGS, openChosenDataset } from "./dataset_flags.ts";
import { type FlagValues, path, type Task, toggle, UsageError } from "./flags.ts";
import { print } from "./output.ts";
import { typedPath } from "./paths.ts";
import { reportSplit, requireRunData } from "./run_data.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {
  out: path(
    "FILE",
    "output file; by default report.html in the run's folder, or compare.html next to the first",
  ),
  ...DATASET_FLAGS,
  dataset: { ...DATASET_FLAGS.dataset, default: "the run's data set" },
  json: toggle("print one JSON object with the file's name"),
  quiet: toggle("print only warnings and errors on stderr"),
};

export const TASK: Task<typeof FLAGS> = {
  name: "report",
  summary: "Writes a report on a finished run, or a comparison of several, as one HTML file:\n" +
    "  deno task report runs/2026-11-23-298504\n" +
    "  deno task report runs/2026-11-23-298504 runs/2026-11-23-1\n" +
    "To show misclassified digits, the report on one run reads the run's data again.",
  flags: FLAGS,
  operands: "[RUN...]",
};

if (import.meta.main) await runTask(TASK, reportTask);

export async function reportTask(
  flags: FlagValues<typeof FLAGS>,
  folders: string[],
): Promise<void> {
  const runs = folders.map(typedPath);
  if (runs.length === 0) {
    throw new UsageError(
      "the folder of a run is needed, or several to compare: deno task report runs/NAME",
    );
  }
  using status = await openStatus(flags.quiet);
  const open = ({ dataset, data }: RunRecord) =>
    openChosenDataset(flags, status, data ?? { dataset });
  const file = runs.length > 1
    ? await writeComparison(runs, flags.out)
    : await writeRunReport({ run: runs[0], open, status, out: flags.out });
  print(flags.json ? JSON.stringify({ type: "report", file }) : file);
}

/** Options of `writeRunReport`. */
interface RunReportOptions {
  /** The run's folder. */
  run: string;
  /** Opens the run's data set. */
  open: (run: RunRecord) => Promise<Dataset>;
  /** Shows the progress. */
  status: Status;
  /**
   * The output file.
   * @default report.html in the run's folder
   */
  out?: string;
}

/**
 * Writes the report on a run.
 *
 * @param options The run, its data and the output file
 * @throws {Error} If the folder is not that of a finished run, the data is not the run's, or the file
 *   cannot be written
 */
export async function writeRunReport(
  { run, open, status, out = join(run, "report.html") }: RunReportOptions,
): Promise<string> {
  const { run: reported, model } = await readRunDirectory(run);
  const opened = await open(reported);
  const data = await requireRunData(reported, opened, "report on the run", status.warning);
  reportSplit(data, reported.options, status.warning);
  const page = await runPage(reported, model, data, showRows(status));
  status.clear();
  await writeFileAtomically(out, page);
  return out;
}

async function writeComparison(
  folders: string[],
  out: string = join(dirname(folders[0]), "compare.html"),
): Promise<string> {
  const read = await Promise.all(folders.map(readRunDirectory));
  const names = new Set(read.map(({ run }) => run.name));
  const runs = read.map(({ run }, i) =>
    names.size < read.length ? { ...run, name: folders[i] } : run
  );
  await writeFileAtomically(out, await comparePage(runs));
  return out;
}

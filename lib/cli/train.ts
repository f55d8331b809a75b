/** `deno task train`: the notebook's run, or one that differs from it by flags. */
import { createEngine } from "../engine/create.ts";
import type { Engine } from "../engine/engine.ts";
import type { Dataset } from "../data/dataset.ts";
import type { NamedDataset } from "../data/names.ts";
import { logLines } from "../report/console.ts";
import { jsonLine } from "../report/json.ts";
import { resolveOptions, type TrainingOptions } from "../training/options.ts";
import { drawStart } from "../training/start.ts";
import { engineOptions, train } from "../training/train.ts";
import { type Asides, openAsides } from "./asides.ts";
import { DATASET_FLAGS, knownBeforehand, openChosenDataset, splitOf } from "./dataset_flags.ts";
import { DRIVER_ADVICE } from "./driver_advice.ts";
import { type FlagValues, number, oneOf, path, type Task, toggle, UsageError } from "./flags.ts";
import type { Interruption } from "./interruption.ts";
import { print } from "./output.ts";
import { shownPath } from "./paths.ts";
import type { Resumed } from "./resume.ts";
import { requireRunData } from "./run_data.ts";
import { runTask } from "./run_task.ts";
import { fitToData, TRAINING_FLAGS, trainingOptions } from "./training_flags.ts";

const FLAGS = {
  ...TRAINING_FLAGS,
  ...DATASET_FLAGS,
  backend: oneOf(["auto", "webgpu", "cpu"], "what to train on", "auto"),
  out: path(
    "DIR",
    "folder for the run: model, metrics, options, checkpoint",
    "runs/<date>-<seed>",
  ),
  noSave: toggle("do not save the run"),
  saveEvery: number("steps between checkpoints, each replacing the last; 0 for none", 0),
  resume: path(
    "FILE",
    "resume from a checkpoint, with its options and in its folder; --iterations or --epochs may be increased if --schedule is step",
  ),
  initFrom: path(
    "FILE",
    "initial parameters: any net that evaluate accepts, with --activation, --head and --scale if the file does not say them",
  ),
  report: toggle("write report.html into the run's folder at the end: deno task report"),
  json: toggle("print one JSON object per event instead of the log"),
  quiet: toggle("no progress, device or notices on stderr"),
};

const TASK: Task<typeof FLAGS> = {
  name: "train",
  summary:
    "Trains a three-layer net on images of digits. Without flags, repeats the notebook's run: " +
    "same data, same random numbers, same log.",
  flags: FLAGS,
};

/** Not a literal in the import, or Deno would download the chart libraries before every run. */
const REPORT_MODULE: string = "./report.ts";

if (import.meta.main) await runTask(TASK, trainTask);

/** Trains with the given flags, and prints the events. */
async function trainTask(
  flags: FlagValues<typeof FLAGS>,
  _: string[],
  interruption: Interruption,
): Promise<void> {
  checkKeepingFlags(flags);
  // Both loaded only here: the first is rarely wanted, the second not needed before the data.
  const resuming = flags.resume === undefined ? undefined : await import("./resume.ts");
  const keeping = flags.noSave ? undefined : import("../report/run_directory.ts");
  const asFlagged = trainingOptions({ ...splitOf(flags), ...flags });
  const initial = flags.initFrom === undefined
    ? undefined
    : await (await import("./init_from.ts")).openInitialNet(flags.initFrom, asFlagged, flags);
  const chosen = initial?.options ?? asFlagged;
  const resumed = await resuming?.openCheckpoint(flags.resume!, chosen);
  const asked = resumed?.options ?? resolveOptions(chosen);
  const resumedRun = resumed?.checkpoint.run;
  const { saveEvery = resumedRun?.saveEvery ?? 0, initFrom } = flags;
  using asides = await openAsides(flags.quiet);

  const [found, options, opened] = await openDataAndEngine(flags, asked, asides, resumed);
  await using engine = opened;
  const data = resumedRun
    ? await requireRunData(resumedRun, found, "resume", asides.warning)
    : found;
  if (resumed) resuming?.compareDevices(resumed, engine.device, asides.notice);
  await using kept = keeping &&
    new (await keeping).RunDirectory({
      options,
      data,
      saveEvery,
      path: flags.out,
      initFrom,
      resumed,
    });
  interruption.begin();
  const { signal } = interruption;
  let stopped = false;
  const initialParameters = initial?.model.parameters;
  if (initial) asides.notice(`parameters: those of ${shownPath(initFrom!)}`);
  const run = { ...options, saveEvery, resume: resumed?.checkpoint, initialParameters };
  for await (const event of train({ data, engine, ...run, signal })) {
    // What is told of is kept by then; but a result is told even if it cannot be kept.
    if (event.event !== "finished") await kept?.record(event);
    stopped = event.event === "checkpoint" && signal.aborted || stopped;
    if (event.event === "progress") {
      const { iteration, iterations } = event;
      const counted = { count: iteration, unit: "steps" };
      asides.progress(iteration, iterations, `${iteration}/${iterations} steps`, counted);
    } else {
      asides.clear();
    }
    print(...(flags.json ? [jsonLine(event)] : logLines(event)));
    if (event.event === "started") {
      asides.notice(`data: ${event.dataset}`);
    } else if (event.event === "finished" && signal.aborted) {
      asides.notice(`Interrupted after ${event.iterations} steps; the accuracy is that of those.`);
    }
    if (event.event === "finished" && event.bestIteration !== undefined) {
      asides.notice(
        `The net is that after ${event.bestIteration} of the ${event.iterations} steps taken, the best on held-out rows.`,
      );
    }
    if (event.event === "finished") await kept?.record(event);
  }
  if (kept?.path) {
    asides.notice(`The run is kept in ${shownPath(kept.path)}`);
    if (stopped) asides.notice(`To go on: ${resumeCommand(kept.path)}`);
    if (flags.report && !signal.aborted) {
      asides.notice(`The report is ${shownPath(await writeReport(kept.path, data, asides))}`);
    }
  }
  if (data.name === "synthetic" && (flags.dataset ?? resumedRun?.dataset) !== "synthetic") {
    asides.warning("All this is about SYNTHETIC DIGITS, NOT MNIST, which could not be had.");
  }
}

/** The command that resumes an interrupted run. */
function resumeCommand(folder: string): string {
  const file = shownPath(`${folder}/checkpoint.safetensors`);
  return `deno task train --resume ${/[^\w./:\\-]/.test(file) ? `"${file}"` : file}`;
}

/** Writes the report of a saved run, and returns its file. */
async function writeReport(run: string, data: Dataset, asides: Asides): Promise<string> {
  const { writeRunReport }: typeof import("./report.ts") = await import(REPORT_MODULE);
  return await writeRunReport({ run, open: () => Promise.resolve(data), asides });
}

/** Throws if flags about saving a run are invalid or contradict each other. */
function checkKeepingFlags(flags: FlagValues<typeof FLAGS>): void {
  const { noSave, out, saveEvery, report, resume, initFrom } = flags;
  if (resume !== undefined && initFrom !== undefined) {
    throw new UsageError("--resume goes on from a checkpoint's parameters: leave --init-from out");
  }
  if (noSave && (out !== undefined || saveEvery !== undefined || report)) {
    const other = out !== undefined ? "--out" : report ? "--report" : "--save-every";
    throw new UsageError(`--no-save keeps nothing: leave it or ${other} out`);
  }
  if (saveEvery !== undefined && !(Number.isSafeInteger(saveEvery) && saveEvery >= 0)) {
    throw new UsageError(
      `--save-every must be a whole number of at least 0: current value is ${saveEvery}`,
    );
  }
}

/** Creates the engine and makes the first random draws while the data is read, if its shape is known. */
async function openDataAndEngine(
  flags: FlagValues<typeof FLAGS>,
  options: TrainingOptions,
  asides: Asides,
  resumed: Resumed | undefined,
): Promise<[Dataset, TrainingOptions, Engine]> {
  const { backend = "auto" } = flags;
  const run = resumed?.checkpoint.run;
  const opening = openChosenDataset(flags, asides, run && (run.data ?? { dataset: run.dataset }));
  const engineFor = (
    shape: Pick<Dataset, "width" | "height" | "classes">,
    options: TrainingOptions,
  ) =>
    createEngine({
      ...engineOptions(options, shape),
      backend,
      noAdapterAdvice: DRIVER_ADVICE,
      onNotice: asides.notice,
      onCompiling: () => asides.progress(0, 1, "compiling shaders"),
    });
  const known = resumed ? undefined : knownBeforehand(flags);
  if (known) {
    const creating = engineFor(known, options);
    drawBeforehand(known, options);
    return await Promise.all([opening, options, creating]);
  }
  const data = await opening;
  const fitted = fitToData(options, data, flags, asides.notice);
  return [data, fitted, await engineFor(data, fitted)];
}

/** Makes the draws that `train` needs first, and that depend on the data's numbers of rows alone. */
function drawBeforehand({ rows, ...known }: NamedDataset, options: TrainingOptions): void {
  if (options.validation >= known.trainRows) return; // `train` throws
  const blank = { ...known, name: "", images: new Uint8Array(), labels: new Uint8Array(rows) };
  drawStart(blank, options, engineOptions(options, known).architecture);
}

/** `deno task train`: trains a net, by default exactly as the notebook does. */
import type { Engine } from "../engine/engine.ts";
import type { Dataset } from "../data/dataset.ts";
import type { NamedDataset } from "../data/names.ts";
import { jsonLine, logLines } from "../report/console.ts";
import type { RunDirectory } from "../runs/run_directory.ts";
import type { TrainingEvent } from "../training/events.ts";
import { OPTION_NAMES, OPTIONS } from "../training/option_table.ts";
import { resolveOptions, type TrainingOptions } from "../training/options.ts";
import { SCHEDULES } from "../training/schedules.ts";
import { drawStart, type RunStart } from "../training/plan.ts";
import { trainOn } from "../training/train.ts";
import { engineOptions } from "../training/engine_options.ts";
import { Trainer } from "../training/trainer.ts";
import { openStatus, type Status } from "./status.ts";
import {
  chosenNamedDataset,
  DATASET_FLAGS,
  openChosenDataset,
  warnOfSynthetic,
} from "./dataset_flags.ts";
import { BACKEND_FLAG, openEngine, reopenEngine } from "./device_choice.ts";
import {
  exclude,
  flagName,
  type FlagValues,
  path,
  type Task,
  toggle,
  wholeNumber,
} from "./flags.ts";
import type { Interruption } from "./interruption.ts";
import { print } from "./output.ts";
import { shownPath } from "./paths.ts";
import type { Resumed } from "./resume.ts";
import { reportSplit, requireRunData } from "./run_data.ts";
import { runTask } from "./run_task.ts";
import { fitToData, TRAINING_FLAGS, trainingOptions } from "./training_flags.ts";

/** Which options a resumed run may increase, in words. */
const GROWTH = `with --schedule ${
  Object.entries(SCHEDULES).filter(([, { mayGrow }]) => mayGrow).map(([name]) => name).join(" or ")
}, ${
  OPTION_NAMES.filter((name) => OPTIONS[name].mayGrow)
    .map((name) => flagName(OPTIONS[name].flag ?? name)).join(" or ")
} may be increased`;

const FLAGS = {
  ...TRAINING_FLAGS,
  ...DATASET_FLAGS,
  backend: BACKEND_FLAG,
  out: path(
    "DIR",
    "folder for the run: model, metrics, options and checkpoint",
    "runs/<date>-<seed>",
  ),
  noSave: toggle("do not save the run"),
  saveEvery: wholeNumber(
    "steps between checkpoints, each of which replaces the last; 0 for none",
    0,
    0,
  ),
  resume: path(
    "FILE|DIR",
    `resume from this checkpoint or run, with its options and in its folder; ${GROWTH}`,
  ),
  initFrom: path(
    "FILE",
    "start from this net's parameters; any file that evaluate accepts",
  ),
  report: toggle("afterwards, write a report into the run's folder, as deno task report does"),
  json: toggle("print one JSON object per event instead of the log"),
  quiet: toggle("print only warnings and errors on stderr"),
};

export const TASK: Task<typeof FLAGS> = {
  name: "train",
  summary:
    "Trains a three-layer net on images of digits. Without flags, repeats the notebook's run: " +
    "same data, same random numbers, same log.",
  flags: FLAGS,
};

/** Not a literal in the import, since Deno would then download the chart libraries for every run. */
const REPORT_MODULE: string = "./report.ts";

if (import.meta.main) await runTask(TASK, trainTask);

/** Trains with the given flags, and prints the events. */
export async function trainTask(
  flags: FlagValues<typeof FLAGS>,
  _: string[],
  interruption: Interruption,
): Promise<void> {
  exclude(flags, "resume", "initFrom");
  for (const saving of ["out", "report", "saveEvery"]) exclude(flags, "noSave", saving);
  // Loaded only when needed: resuming is rare, and saving starts after the data is read.
  const resuming = flags.resume === undefined ? undefined : await import("./resume.ts");
  const savingModule = flags.noSave ? undefined : import("../runs/run_directory.ts");
  const flagged = trainingOptions(flags);
  const initial = flags.initFrom === undefined
    ? undefined
    : await (await import("./init_from.ts")).openInitialNet(flags.initFrom, flagged, flags);
  const chosen = initial?.options ?? flagged;
  const resumed = await resuming?.openCheckpoint(flags.resume!, chosen);
  const requested = resumed?.options ?? resolveOptions(chosen);
  const resumedRun = resumed?.checkpoint.run;
  const { saveEvery = resumedRun?.saveEvery ?? 0, initFrom } = flags;
  using status = await openStatus(flags.quiet);

  const { options, ...opened } = await openDataAndEngine(flags, requested, status, resumed);
  await using engine = opened.engine;
  const data = resumedRun
    ? await requireRunData(resumedRun, opened.data, "resume", status.warning)
    : opened.data;
  reportSplit(data, options, status.warning);
  if (resumed) resuming?.compareDevices(resumed, engine.device, status.notice);
  await using directory = savingModule &&
    new (await savingModule).RunDirectory({
      options,
      data,
      saveEvery,
      path: flags.out,
      initFrom,
      resumed,
    });
  interruption.deferExit();
  const { signal } = interruption;
  const initialParameters = initial?.model.parameters;
  if (initial) status.notice(`initial parameters: ${shownPath(initFrom!)}`);
  const trainer = new Trainer(data, options, { start: opened.start, initialParameters });
  const events = trainOn(engine, trainer, { saveEvery, resume: resumed?.checkpoint, signal });
  await saveAndShow(events, directory, { signal, status, asJson: flags.json });
  if (directory?.path && flags.report && !signal.aborted) {
    const file = await writeReport(directory.path, data, status);
    status.notice(`Wrote the report to ${shownPath(file)}`);
  }
  warnOfSynthetic(data, flags.dataset ?? resumedRun?.dataset, status);
}

/** Saves and shows the events of a run; if it does not end by itself, says how to resume it. */
async function saveAndShow(
  events: AsyncIterable<TrainingEvent>,
  directory: RunDirectory | undefined,
  { signal, status, asJson }: { signal: AbortSignal; status: Status; asJson?: boolean },
): Promise<void> {
  let isComplete = false;
  try {
    for await (const event of events) {
      // Save before printing, except the result, which is printed even if it cannot be saved.
      if (event.type !== "finished") await directory?.record(event);
      show(event, status, asJson);
      if (event.type !== "finished") continue;
      if (signal.aborted) {
        status.notice(
          `Interrupted after ${event.iterations} steps; the accuracy is of the net at that point.`,
        );
      }
      await directory?.record(event);
      isComplete = !signal.aborted;
    }
    if (directory?.path) status.notice(`Saved the run to ${shownPath(directory.path)}`);
  } finally {
    if (directory?.hasCheckpoint && !isComplete) {
      status.notice(`To resume: ${resumeCommand(directory.path!)}`);
    }
  }
}

/** Shows an event: as a line of the log or of JSON, as progress, as a notice. */
function show(event: TrainingEvent, status: Status, asJson = false): void {
  if (event.type === "progress") {
    const { iteration, iterations } = event;
    const counted = { count: iteration, unit: "steps" };
    status.progress(iteration, iterations, `${iteration}/${iterations} steps`, counted);
  } else {
    status.clear();
  }
  print(...(asJson ? [jsonLine(event)] : logLines(event)));
  if (event.type === "started") status.notice(`data: ${event.dataset}`);
  if (event.type === "finished" && event.bestIteration !== undefined) {
    const { bestIteration, iterations } = event;
    status.notice(
      `This is the net after step ${bestIteration} of ${iterations}, the most accurate on held-out rows.`,
    );
  }
}

/** The command that resumes an interrupted run. */
function resumeCommand(folder: string): string {
  const file = shownPath(`${folder}/checkpoint.safetensors`);
  return `deno task train --resume ${/[^\w./:\\-]/.test(file) ? `"${file}"` : file}`;
}

/** Writes the report of a saved run, and returns its file. */
async function writeReport(run: string, data: Dataset, status: Status): Promise<string> {
  const { writeRunReport }: typeof import("./report.ts") = await import(REPORT_MODULE);
  return await writeRunReport({ run, open: () => Promise.resolve(data), status });
}

/** What a run needs, and its first random draws if they were made already. */
interface Opened {
  data: Dataset;
  /** The options that fit the data. */
  options: TrainingOptions;
  engine: Engine;
  start?: RunStart;
}

/** Creates the engine and makes the first random draws while the data is read, if its shape is known. */
async function openDataAndEngine(
  flags: FlagValues<typeof FLAGS>,
  options: TrainingOptions,
  status: Status,
  resumed: Resumed | undefined,
): Promise<Opened> {
  const { backend } = flags;
  const run = resumed?.checkpoint.run;
  const opening = openChosenDataset(flags, status, run && (run.data ?? { dataset: run.dataset }));
  const engineFor = (
    shape: Pick<Dataset, "width" | "height" | "classes">,
    options: TrainingOptions,
  ) => {
    const needed = {
      ...engineOptions(options, shape),
      onCompiling: () => status.progress(0, 1, "compiling shaders"),
    };
    return run && backend === undefined
      ? reopenEngine(needed, run.backend === "webgpu" ? "webgpu" : "cpu", status.notice)
      : openEngine({ ...needed, backend }, status.notice);
  };
  const named = resumed ? undefined : chosenNamedDataset(flags);
  if (named) {
    const known = { ...named, name: flags.dataset ?? "mnist", labels: { length: named.rows } };
    const fitted = fitToData(options, known, flags, status.notice);
    const creating = engineFor(known, fitted);
    const start = drawEarly(named, fitted);
    const [data, engine] = await Promise.all([opening, creating]);
    return { data, options: fitted, engine, start };
  }
  const data = await opening;
  // A resumed run keeps all its options.
  const fitted = fitToData(options, data, resumed ? options : flags, status.notice);
  return { data, options: fitted, engine: await engineFor(data, fitted) };
}

/** Makes the first draws of a run before its data is read, since they depend only on the numbers of rows. */
function drawEarly(
  { rows, ...known }: NamedDataset,
  options: TrainingOptions,
): RunStart | undefined {
  if (options.validation >= known.trainRows) return undefined; // the trainer throws
  const blank = { ...known, name: "", images: new Uint8Array(), labels: new Uint8Array(rows) };
  return drawStart(blank, options, engineOptions(options, known).architecture);
}

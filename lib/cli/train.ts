/** `deno task train`: the notebook's run, or one that differs from it by flags. */
import { createEngine } from "../engine/create.ts";
import type { Engine } from "../engine/engine.ts";
import type { Dataset } from "../data/dataset.ts";
import { logLines } from "../report/console.ts";
import { jsonLine } from "../report/json.ts";
import { openProgressDisplay, type ProgressDisplay } from "../report/progress.ts";
import { resolveOptions, type TrainingOptions } from "../training/options.ts";
import { engineOptions, train } from "../training/train.ts";
import { DATASET_FLAGS, openChosenDataset, shapeBeforehand } from "./dataset_flags.ts";
import { type FlagValues, oneOf, type Task, toggle } from "./flags.ts";
import { print, printError } from "./output.ts";
import { INTERRUPTED, runTask } from "./run_task.ts";
import { TRAINING_FLAGS, trainingOptions } from "./training_flags.ts";

const FLAGS = {
  ...TRAINING_FLAGS,
  ...DATASET_FLAGS,
  backend: oneOf(["auto", "webgpu", "cpu"], "what to train on", "auto"),
  json: toggle("print one JSON object a line, one an event, instead of the log"),
  quiet: toggle("no progress, device or notices on stderr"),
};

const TASK: Task<typeof FLAGS> = {
  name: "train",
  summary:
    "Trains a three-layer net on images of digits. Without flags it repeats the notebook's\n" +
    "run: same data, same random numbers, same log.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, trainTask);

/** Trains as flags say, and prints what happens; the exit code. */
async function trainTask(flags: FlagValues<typeof FLAGS>): Promise<number> {
  const options = resolveOptions(trainingOptions(flags));
  const display = flags.quiet ? undefined : await openProgressDisplay();
  const notice = (line: string) => {
    if (flags.quiet) return;
    display?.clear();
    printError(line);
  };

  const stop = new AbortController();
  let training = false;
  const interrupt = () => {
    // Before the loop there is nothing to tell; and who asks twice does not want to wait.
    if (training && !stop.signal.aborted) return stop.abort();
    display?.clear();
    Deno.exit(INTERRUPTED);
  };
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    const [data, opened] = await openDataAndEngine(flags, options, notice, display);
    await using engine = opened;
    training = true;
    for await (const event of train({ data, engine, ...options, signal: stop.signal })) {
      if (event.event === "progress") {
        const { iteration, iterations } = event;
        display?.update(iteration, iterations, `${iteration}/${iterations} steps`);
      } else {
        display?.clear();
      }
      print(...(flags.json ? [jsonLine(event)] : logLines(event)));
      if (event.event === "started") {
        notice(`data: ${event.dataset}`);
      } else if (event.event === "finished" && stop.signal.aborted) {
        notice(`Interrupted after ${event.iterations} steps; the accuracy is that of those.`);
      }
    }
    if (data.name === "synthetic" && flags.dataset !== "synthetic") {
      notice("All this is about SYNTHETIC DIGITS, NOT MNIST, which could not be had.");
    }
  } finally {
    display?.clear();
    Deno.removeSignalListener("SIGINT", interrupt);
  }
  return stop.signal.aborted ? INTERRUPTED : 0;
}

/** Makes the engine while the data is read, where it is known beforehand what shape that has. */
async function openDataAndEngine(
  flags: FlagValues<typeof FLAGS>,
  options: TrainingOptions,
  onNotice: (line: string) => void,
  display?: ProgressDisplay,
): Promise<[Dataset, Engine]> {
  const { backend = "auto" } = flags;
  const opening = openChosenDataset(flags, { onNotice, display });
  const engineFor = (shape: Pick<Dataset, "width" | "height" | "classes">) =>
    createEngine({ ...engineOptions(options, shape), backend, onNotice });
  const shape = shapeBeforehand(flags);
  if (shape) return await Promise.all([opening, engineFor(shape)]);
  const data = await opening;
  return [data, await engineFor(data)];
}

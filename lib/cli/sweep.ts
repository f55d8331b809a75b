/** `deno task sweep`: many runs one after the other, compared. */
import { createEngine } from "../engine/create.ts";
import { differingOptions, summarize, summaryLines } from "../report/sweep_summary.ts";
import { readSweep, runKey, writeSweep } from "../report/sweep_file.ts";
import { resolveOptions, type TrainingOptions } from "../training/options.ts";
import { sweep, type SweptRun } from "../training/sweep.ts";
import { openAsides } from "./asides.ts";
import { DATASET_FLAGS, openChosenDataset } from "./dataset_flags.ts";
import { DRIVER_ADVICE } from "./driver_advice.ts";
import { type Flag, type FlagValues, listOf, oneOf, type Task, text, toggle } from "./flags.ts";
import { Interruption } from "./interruption.ts";
import { print } from "./output.ts";
import { INTERRUPTED, runTask } from "./run_task.ts";
import { TRAINING_FLAGS, trainingOptions } from "./training_flags.ts";

type Swept<Table> = {
  [Name in keyof Table]: Table[Name] extends Flag<infer Value> ? Flag<Value[]> : never;
};

/** Every training flag takes several values; slashes divide those of `--hidden`, which have commas. */
const SWEPT_FLAGS = Object.fromEntries(
  Object.entries(TRAINING_FLAGS).map(([name, flag]) => [
    name,
    listOf<unknown>(flag, name === "hidden" ? "/" : ","),
  ]),
) as Swept<typeof TRAINING_FLAGS>;

const FLAGS = {
  ...SWEPT_FLAGS,
  ...DATASET_FLAGS,
  backend: oneOf(["auto", "webgpu", "cpu"], "what to train on", "auto"),
  out: text(
    "FILE.csv",
    "where finished runs are kept; those it holds are not run again",
    "sweep.csv",
  ),
  json: toggle("print one JSON object a line: one a run, then one a combination"),
  quiet: toggle("no progress, device or notices on stderr"),
};

const TASK: Task<typeof FLAGS> = {
  name: "sweep",
  summary:
    "Trains every combination of the values given, one run after the other, and prints mean and\n" +
    "spread over the seeds of each: deno task sweep --learning-rate 0.1,0.5,1 --seed 1,2,3\n" +
    "Stopped at any moment, it goes on from its file when it is started again.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, sweepTask);

/** Runs what is not in the file yet, and prints what all runs asked for came to; the exit code. */
async function sweepTask(flags: FlagValues<typeof FLAGS>): Promise<number> {
  const { backend = "auto", out = "sweep.csv", json = false } = flags;
  const asked = combinations(flags).map(resolveOptions);
  const file = await readSweep(out);
  using asides = await openAsides(flags.quiet);
  using interruption = new Interruption(asides);

  const data = await openChosenDataset(flags, asides);
  const keyOf = (options: TrainingOptions) => runKey({ dataset: data.name, options });
  const wanted = new Map(asked.map((options) => [keyOf(options), options]));
  const ended = new Map(
    file.map((run) => [runKey(run), run] as const).filter(([key]) => wanted.has(key)),
  );
  if (ended.size > 0) asides.notice(`${ended.size} of ${wanted.size} runs are in ${out} already`);
  await writeSweep(out, file); // so that a path that cannot be written costs no run

  const differing = differingOptions(asked);
  const nameOf = (options: TrainingOptions) =>
    [...differing, "seed" as const].map((name) => `${name} ${options[name]}`).join(", ");
  interruption.begin();
  const { signal } = interruption;
  const runs = sweep({
    data,
    runs: [...wanted].filter(([key]) => !ended.has(key)).map(([, options]) => options),
    makeEngine: (options) =>
      createEngine({
        ...options,
        backend,
        noAdapterAdvice: DRIVER_ADVICE,
        onNotice: asides.notice,
      }),
  });
  for await (const event of runs) {
    const which = `run ${ended.size + 1} of ${wanted.size}: ${nameOf(event.options)}`;
    if (event.event === "progress") {
      asides.progress(event.iteration, event.iterations, which);
    } else {
      ended.set(runKey(event), event);
      file.push(event);
      await writeSweep(out, file);
      asides.clear();
      if (json) print(JSON.stringify(event));
      asides.notice(`${which}: ${resultWords(event)}`);
    }
    if (signal.aborted) break;
  }

  // In the order asked for, whenever they were run.
  const combined = summarize([...wanted.keys()].flatMap((key) => ended.get(key) ?? []));
  asides.clear();
  if (json) print(...combined.map((one) => JSON.stringify({ event: "combination", ...one })));
  else if (combined.length > 0) print(...summaryLines(combined));
  if (signal.aborted) {
    asides.notice(`Interrupted: ${ended.size} of ${wanted.size} runs are in ${out}.`);
  }
  if (data.name === "synthetic" && flags.dataset !== "synthetic") {
    asides.notice("All this is about SYNTHETIC DIGITS, NOT MNIST, which could not be had.");
  }
  return signal.aborted ? INTERRUPTED : 0;
}

/** One set of options for each combination of the values given; the seed changes first. */
function combinations(flags: FlagValues<typeof FLAGS>): Partial<TrainingOptions>[] {
  const { seed, ...others } = SWEPT_FLAGS;
  let chosen: Record<string, unknown>[] = [{}];
  for (const name of Object.keys({ ...others, seed }) as (keyof typeof SWEPT_FLAGS)[]) {
    const values: readonly unknown[] = flags[name] ?? [undefined];
    chosen = chosen.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
  }
  return chosen.map(trainingOptions);
}

function resultWords({ result }: SweptRun): string {
  if (!result) return "diverged";
  const percent = (100 * result.test.accuracy).toFixed(2);
  return `${percent}% of the test rows, ${result.seconds.toFixed(2)} s`;
}

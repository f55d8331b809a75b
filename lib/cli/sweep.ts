/** `deno task sweep`: many runs, compared. */
import type { Dataset } from "../data/dataset.ts";
import { recordDataset } from "../data/record.ts";
import { createEngine, listDevices } from "../engine/create.ts";
import type { Backend, EngineOptions } from "../engine/engine.ts";
import { tryLock } from "../files/lock.ts";
import { linkTarget } from "../files/write_file.ts";
import { differingOptions, summarize, summaryLines } from "../report/sweep_summary.ts";
import { readSweep, runKey, writeSweep } from "../report/sweep_file.ts";
import { SweepMeter } from "../report/sweep_meter.ts";
import { resolveOptions, type TrainingOptions } from "../training/options.ts";
import { sweep, type SweepEvent, type SweptRun } from "../training/sweep.ts";
import { sweepSideBySide } from "../training/sweep_jobs.ts";
import { type Asides, openAsides } from "./asides.ts";
import { DATASET_FLAGS, openChosenDataset, splitOf } from "./dataset_flags.ts";
import { DRIVER_ADVICE } from "./driver_advice.ts";
import {
  type Flag,
  type FlagValues,
  listOf,
  number,
  oneOf,
  path,
  type Task,
  toggle,
  UsageError,
} from "./flags.ts";
import type { Interruption } from "./interruption.ts";
import { print } from "./output.ts";
import { shownPath } from "./paths.ts";
import { runTask } from "./run_task.ts";
import { fitToData, TRAINING_FLAGS, trainingOptions } from "./training_flags.ts";

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
  jobs: number("runs side by side on the CPU engine; if not given, one for each core"),
  out: path(
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
    "Trains every combination of the values given, and prints mean and spread over the seeds of\n" +
    "each: deno task sweep --learning-rate 0.1,0.5,1 --seed 1,2,3\n" +
    "On a processor there are as many runs at a time as cores, on a GPU one after the other.\n" +
    "Stopped at any moment, it goes on from its file when it is started again.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, sweepTask);

/** Runs what is not in the file yet, and prints what all runs asked for came to. */
async function sweepTask(
  flags: FlagValues<typeof FLAGS>,
  _: string[],
  interruption: Interruption,
): Promise<void> {
  const { out = "sweep.csv", json = false } = flags;
  checkJobs(flags.jobs);
  const given = combinations(flags).map(resolveOptions);
  using _lock = await lockSweep(out);
  const before = await readSweep(out);
  using asides = await openAsides(flags.quiet);

  const data = await openChosenDataset(flags, asides);
  const said = new Set<string>();
  const asked = given.map((options) => {
    const fitted = fitToData(options, data, flags, (line) => said.add(line));
    // The same run: there is no other split to take.
    return data.publishedSplit === false ? { ...fitted, split: "shuffle" as const } : fitted;
  });
  for (const line of said) asides.notice(line);
  const { hash: dataHash, trainRows } = await recordDataset(data);
  const identity = { dataHash, trainRows };
  const cpuReason = await whyCpu(flags.backend);
  const backend = cpuReason ? "cpu" : "webgpu";
  const keyOf = (options: TrainingOptions) => runKey({ ...identity, backend, options });
  const wanted = new Map(asked.map((options) => [keyOf(options), options]));
  const ended = new Map(
    before.map((run) => [runKey(run), run] as const).filter(([key]) => wanted.has(key)),
  );
  const endedBefore = new Set(ended.keys());
  if (ended.size > 0) {
    asides.notice(`${ended.size} of ${wanted.size} runs are in ${shownPath(out)} already`);
  }
  await writeSweep(out, before); // so that a path that cannot be written costs no run

  const differing = differingOptions(asked);
  const nameOf = (options: TrainingOptions) =>
    [...differing, "seed" as const].map((name) => `${name} ${options[name]}`).join(", ");
  // In the order asked for, whenever they were run.
  const inOrder = () => [...wanted.keys()].flatMap((key) => ended.get(key) ?? []);
  interruption.begin();
  const { signal } = interruption;
  const runs = [...wanted].filter(([key]) => !ended.has(key)).map(([, options]) => options);
  const meter = new SweepMeter(runs, data);
  const start = performance.now();
  for await (const event of startSweep(runs, data, { ...flags, cpuReason }, asides)) {
    meter.update(event);
    if (event.event === "run") {
      ended.set(keyOf(event.options), { ...event, ...identity });
      const added = inOrder().filter((run) => !endedBefore.has(runKey(run)));
      await writeSweep(out, [...before, ...added]);
      asides.clear();
      if (json) print(JSON.stringify(event));
      const which = `run ${ended.size} of ${wanted.size}: ${nameOf(event.options)}`;
      asides.notice(`${which}: ${resultWords(event)}`);
    }
    const which = `${ended.size} of ${wanted.size} runs done`;
    asides.progress(meter.done, meter.total, which, { count: meter.steps, unit: "steps" });
    if (signal.aborted) break;
  }

  if (runs.length > 0 && !signal.aborted) {
    asides.notice(`${runs.length} runs took ${((performance.now() - start) / 1000).toFixed(2)} s`);
  }
  const shown = inOrder();
  const combined = summarize(shown);
  asides.clear();
  if (json) print(...combined.map((one) => JSON.stringify({ event: "combination", ...one })));
  else if (combined.length > 0) print(...summaryLines(combined));
  const devices = new Set(shown.map(({ device }) => device));
  if (devices.size > 1) {
    asides.warning(
      `These runs are of several devices, which differ in the last bits: ${
        [...devices].join(", ")
      }`,
    );
  }
  if (signal.aborted) {
    asides.notice(`Interrupted: ${ended.size} of ${wanted.size} runs are in ${shownPath(out)}.`);
  }
  if (data.name === "synthetic" && flags.dataset !== "synthetic") {
    asides.warning("All this is about SYNTHETIC DIGITS, NOT MNIST, which could not be had.");
  }
}

function checkJobs(jobs = 1): void {
  if (Number.isSafeInteger(jobs) && jobs >= 1) return;
  throw new UsageError(`--jobs must be a whole number of at least 1: current value is ${jobs}`);
}

/** Keeps other sweeps from the file as long as this one may write it. */
async function lockSweep(out: string): Promise<Disposable> {
  let lock;
  try {
    lock = await tryLock(`${await linkTarget(out)}.lock`);
  } catch (error) {
    throw new Error(`Cannot write ${out}: ${(error as Error).message}`, { cause: error });
  }
  if (lock) return lock;
  throw new Error(
    `Cannot continue the sweep in ${out} as another process is writing it: wait for that one, or ` +
      "name another file with --out",
  );
}

/** Begins the runs: side by side on the CPU engine, one after the other on a GPU. */
function startSweep(
  runs: readonly TrainingOptions[],
  data: Dataset,
  { backend, jobs, cpuReason }: FlagValues<typeof FLAGS> & { cpuReason: string | undefined },
  asides: Asides,
): AsyncGenerator<SweepEvent, void> {
  if (!cpuReason) {
    if (jobs !== undefined && jobs > 1) {
      asides.notice(`--jobs ${jobs} is for the CPU engine: on a GPU runs go one after the other`);
    }
    const makeEngine = (options: EngineOptions) =>
      createEngine({
        ...options,
        backend,
        noAdapterAdvice: DRIVER_ADVICE,
        onNotice: asides.notice,
      });
    return sweep({ data, runs, makeEngine });
  }
  const cores = navigator.hardwareConcurrency;
  const atATime = Math.max(1, Math.min(jobs ?? cores, runs.length));
  const threads = Math.max(1, Math.floor(cores / atATime));
  if (runs.length > 0) {
    asides.notice(
      `device: CPU, ${atATime} of ${runs.length} runs at a time, ` +
        `${threads} of ${cores} cores for each, ${cpuReason}`,
    );
  }
  return sweepSideBySide({ data, runs, jobs: atATime, threads });
}

/** Why the CPU engine trains; undefined if it does not. */
async function whyCpu(backend: Backend = "auto"): Promise<string | undefined> {
  if (backend === "cpu") return "as --backend cpu asks";
  if (backend === "webgpu") return undefined;
  const chosen = (await listDevices()).find(({ chosen }) => chosen);
  return chosen?.backend === "cpu" ? "as there is no WebGPU adapter" : undefined;
}

/** One set of options for each combination of the values given; the seed changes first. */
function combinations(flags: FlagValues<typeof FLAGS>): Partial<TrainingOptions>[] {
  const { seed, ...others } = SWEPT_FLAGS;
  let chosen: Record<string, unknown>[] = [{}];
  for (const name of Object.keys({ ...others, seed }) as (keyof typeof SWEPT_FLAGS)[]) {
    const unasked = name === "split" ? splitOf(flags).split : undefined;
    const values: readonly unknown[] = flags[name] ?? [unasked];
    chosen = chosen.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
  }
  return chosen.map(trainingOptions);
}

function resultWords({ result }: SweptRun): string {
  if (!result) return "diverged";
  const percent = (100 * result.test.accuracy).toFixed(2);
  return `${percent}% of the test rows, ${result.seconds.toFixed(2)} s`;
}

/** `deno task sweep`: trains many runs and compares them. */
import type { Dataset } from "../data/dataset.ts";
import { recordDataset } from "../data/record.ts";
import { coreCount } from "../engine/host.ts";
import { tryLock } from "../files/lock.ts";
import { linkTarget } from "../files/write_file.ts";
import { differingOptions, summarize, summaryLines } from "../report/sweep_summary.ts";
import { readSweep, SweepLedger } from "../runs/sweep_file.ts";
import { SweepMeter } from "../report/sweep_meter.ts";
import type { OptionValues } from "../training/option_table.ts";
import { resolveOptions, type TrainingOptions } from "../training/options.ts";
import { percent } from "../files/printable.ts";
import type { RunRecord } from "../training/record.ts";
import { EngineRunner, runAll, type RunAllPlan, type SweepEvent } from "../training/run_all.ts";
import { sharedData, WorkerRunner } from "../training/worker_runner.ts";
import { openStatus, type Status } from "./status.ts";
import { DATASET_FLAGS, openChosenDataset, warnOfSynthetic } from "./dataset_flags.ts";
import {
  type Flag,
  type FlagValues,
  listOf,
  path,
  type Task,
  toggle,
  wholeNumber,
} from "./flags.ts";
import type { Interruption } from "./interruption.ts";
import { print } from "./output.ts";
import { shownPath } from "./paths.ts";
import { reportSplit } from "./run_data.ts";
import { runTask } from "./run_task.ts";
import { BACKEND_FLAG } from "./device_choice.ts";
import { chooseSweepDevice, engineMaker, type SweepDevice } from "./sweep_device.ts";
import { fitToData, TRAINING_FLAGS, trainingOptions } from "./training_flags.ts";

type Swept<Table> = {
  [Name in keyof Table]: Table[Name] extends Flag<infer Value> ? Flag<Value[]> : never;
};

/**
 * The training flags, each with a list of values; those of `--hidden` contain commas, so slashes
 * separate them.
 */
const SWEPT_FLAGS = Object.fromEntries(
  Object.entries(TRAINING_FLAGS).map(([name, flag]) => [
    name,
    listOf<unknown>(flag, name === "hidden" ? "/" : ","),
  ]),
) as Swept<typeof TRAINING_FLAGS>;

const FLAGS = {
  ...SWEPT_FLAGS,
  ...DATASET_FLAGS,
  backend: BACKEND_FLAG,
  jobs: wholeNumber("runs in parallel on the CPU engine; by default one per core", 1),
  out: path(
    "FILE.csv",
    "file of finished runs; runs that it contains already are not repeated",
    "sweep.csv",
  ),
  json: toggle("print one JSON object per run, then one per combination"),
  quiet: toggle("print only warnings and errors on stderr"),
};

export const TASK: Task<typeof FLAGS> = {
  name: "sweep",
  summary:
    "Trains every combination of the given values, and prints mean and spread over the seeds:\n" +
    "  deno task sweep --learning-rate 0.1,0.5,1 --seed 1,2,3\n" +
    "On the CPU, one run per core trains in parallel; on a GPU, runs with the same net and batch size\n" +
    "train together. If a sweep was interrupted, start it again to continue.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, sweepTask);

/** Trains the runs that are not in the file yet, and prints the results of all requested runs. */
export async function sweepTask(
  flags: FlagValues<typeof FLAGS>,
  _: string[],
  interruption: Interruption,
): Promise<void> {
  const { out = "sweep.csv", json = false } = flags;
  const given = combinations(flags).map(resolveOptions);
  using _lock = await lockSweep(out);
  const before = await readSweep(out);
  using status = await openStatus(flags.quiet);

  const data = await openChosenDataset(flags, status);
  const options = fitAllToData(given, data, flags, status.notice);
  if (options.length > 0) reportSplit(data, options[0], status.warning);
  const { hash: dataHash, trainRows } = await recordDataset(data);
  const ledgerOf = (backend: SweepDevice["backend"]) =>
    new SweepLedger(out, before, { options, data: { dataHash, trainRows }, backend });
  const onCompiling = () => status.progress(0, 1, "compiling shaders");
  const device = await chooseSweepDevice(
    flags.backend ?? "auto",
    (backend) => ledgerOf(backend).left,
    data,
    onCompiling,
  );
  await using _tried = device.tried;
  const ledger = ledgerOf(device.backend);
  if (ledger.done.length > 0) {
    status.notice(`${shownPath(out)} already contains ${ledger.progress}`);
  }
  await ledger.write(); // so that an unwritable path fails before training starts

  interruption.deferExit();
  const { signal } = interruption;
  const start = performance.now();
  const { jobs } = flags;
  const runners = chooseRunners(ledger.left, data, device, { jobs, onCompiling, status });
  const events = runAll({ data, runs: ledger.left, signal, ...runners });
  const meter = new SweepMeter(ledger.left, data);
  await saveAndShow(events, ledger, { meter, nameOf: runNamer(options), status, json });
  if (ledger.left.length > 0 && !signal.aborted) {
    const seconds = (performance.now() - start) / 1000;
    status.notice(`${ledger.left.length} runs took ${seconds.toFixed(2)} s`);
  }

  const combined = summarize(ledger.done);
  if (json) print(...combined.map((one) => JSON.stringify({ type: "combination", ...one })));
  else if (combined.length > 0) print(...summaryLines(combined));
  warnOfDevices(ledger.done, status);
  if (signal.aborted) status.notice(`Interrupted. Saved ${ledger.progress} to ${shownPath(out)}.`);
  warnOfSynthetic(data, flags.dataset, status);
}

/** Saves each run that finishes, and shows the progress of all. */
async function saveAndShow(
  events: AsyncIterable<SweepEvent>,
  ledger: SweepLedger,
  { meter, nameOf, status, json }: {
    meter: SweepMeter;
    nameOf: (options: TrainingOptions) => string;
    status: Status;
    json: boolean;
  },
): Promise<void> {
  for await (const event of events) {
    meter.update(event);
    if (event.type === "run") {
      await ledger.add(event);
      status.clear();
      if (json) print(JSON.stringify(event));
      status.notice(`${ledger.progress} done: ${nameOf(event.options)}: ${resultText(event)}`);
    }
    const counted = { count: meter.steps, unit: "steps" };
    status.progress(meter.done, meter.total, `${ledger.progress} done`, counted);
  }
  status.clear();
}

/** Fits each run's options to the data; reports each assumption once. */
function fitAllToData(
  given: readonly TrainingOptions[],
  data: Dataset,
  flags: FlagValues<typeof FLAGS>,
  onNotice: (line: string) => void,
): TrainingOptions[] {
  const notices = new Set<string>();
  const options = given.map((one) => fitToData(one, data, flags, (line) => notices.add(line)));
  for (const line of notices) onNotice(line);
  // Without a published split, rows are always drawn at random: both words mean the same run.
  return data.publishedSplit === false
    ? options.map((one) => ({ ...one, split: "shuffle" }))
    : options;
}

/** Warns if not all results are from the same device. */
function warnOfDevices(runs: readonly Pick<RunRecord, "device">[], status: Status): void {
  const devices = new Set(runs.map(({ device }) => device));
  if (devices.size < 2) return;
  const names = [...devices].join(", ");
  status.warning(
    `These runs are from several devices, whose results differ in the last bits: ${names}`,
  );
}

/** Locks the file against other sweeps while this one may write it. */
async function lockSweep(out: string): Promise<Disposable> {
  let lock;
  try {
    lock = await tryLock(`${await linkTarget(out)}.lock`);
  } catch (error) {
    throw new Error(`Cannot write ${out}: ${(error as Error).message}`, { cause: error });
  }
  if (lock) return lock;
  throw new Error(
    `Cannot continue the sweep in ${out} as another process is writing it: wait until that has ` +
      "finished, or name another file with --out",
  );
}

/** Chooses how the runs train: in parallel on the CPU engine, as many together as it can on a GPU. */
function chooseRunners(
  runs: readonly TrainingOptions[],
  data: Dataset,
  device: SweepDevice,
  { jobs, onCompiling, status }: { jobs?: number; onCompiling: () => void; status: Status },
): Pick<RunAllPlan, "jobs" | "makeRunner"> {
  if (device.backend === "webgpu") {
    if (jobs !== undefined && jobs > 1) {
      status.notice(`--jobs ${jobs} has no effect on a GPU, which trains runs together as it can`);
    }
    const makeEngine = engineMaker(device, onCompiling, status.notice);
    return { makeRunner: () => new EngineRunner(data, makeEngine) };
  }
  const cores = coreCount();
  const atATime = Math.max(1, Math.min(jobs ?? cores, runs.length));
  const threads = Math.max(1, Math.floor(cores / atATime));
  if (runs.length > 0) {
    status.notice(
      `device: CPU, ${atATime} of ${runs.length} runs at a time, ` +
        `${threads} of ${cores} cores each, ${device.cpuReason}`,
    );
  }
  const shared = sharedData(data);
  return { jobs: atATime, makeRunner: () => new WorkerRunner(shared, threads) };
}

/** Returns the options of each combination of the given values; the seed varies fastest. */
function combinations(flags: FlagValues<typeof FLAGS>): Partial<OptionValues>[] {
  const { seed, ...others } = SWEPT_FLAGS;
  let chosen: Record<string, unknown>[] = [{}];
  for (const name of Object.keys({ ...others, seed }) as (keyof typeof SWEPT_FLAGS)[]) {
    const values: readonly unknown[] = flags[name] ?? [undefined];
    chosen = chosen.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
  }
  return chosen.map(trainingOptions);
}

/** Returns a function that describes a run by its seed and the options in which the runs differ. */
function runNamer(runs: readonly TrainingOptions[]): (options: TrainingOptions) => string {
  const names = [...differingOptions(runs), "seed" as const];
  return (options) => names.map((name) => `${name} ${options[name]}`).join(", ");
}

function resultText({ result }: RunRecord): string {
  if (!result) return "diverged";
  return `test accuracy ${percent(result.accuracy)}, ${result.seconds.toFixed(2)} s`;
}

/**
 * `deno task bench:growth`: measures how the time of a step scales with the batch size and the
 * layer sizes, and the time of sampling with the number of rows. Time should grow no faster than
 * the work.
 *
 * Each time is the median of five repetitions; a repetition takes enough steps to last 300 ms
 * (`timeSteps`). Steps that would take more than a minute are left out and listed.
 */
import type { Dataset } from "../lib/data/dataset.ts";
import { type FlagValues, oneOf, type Task, toggle } from "../lib/cli/flags.ts";
import { print, printError } from "../lib/cli/output.ts";
import { runTask } from "../lib/cli/run_task.ts";
import { createEngine } from "../lib/engine/create.ts";
import type { Backend, Engine } from "../lib/engine/engine.ts";
import { drawParameters } from "../lib/net/initialize.ts";
import { DistSampler } from "../lib/random/dist_sampler.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { engineOptions } from "../lib/training/engine_options.ts";
import { allRows } from "../lib/engine/reference.ts";
import { timeSteps } from "../lib/engine/self_check.ts";
import { stateBefore } from "../lib/engine/state.ts";
import { openDigits, tinyDataset } from "./digits.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { markdownTable } from "./table.ts";
import { median } from "./statistics.ts";
import { operationsOfStep } from "./operations.ts";

const BATCHES = [10, 100, 1000, 10_000, 60_000];
const HIDDEN = [[50, 100], [128, 64], [512, 256], [1024, 512]] as const;
const SAMPLED = [1, 10, 100, 250, 1000, 3000, 10_000, 60_000];
const REPETITIONS = 5;
/** A step is left out if the time of the next smaller batch predicts a longer time than this. */
const MOST_SECONDS = 60;

const FLAGS = {
  backend: oneOf(["auto", "webgpu", "cpu"], "the engine to measure", "auto"),
  json: toggle("print one JSON object instead of the tables"),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:growth",
  summary:
    "Times training steps for batches of 10 to 60,000 rows and four nets, and sampling 1 to " +
    "60,000 rows. Takes several minutes on two cores.",
  flags: FLAGS,
};

/** The time of a step of a net at a batch size. */
interface ScaledTiming {
  /** Milliseconds per step: the median of the repetitions. */
  milliseconds: number;
  /** The number of steps per repetition. */
  steps: number;
  repetitions: number;
  hidden: readonly [number, number];
  batchSize: number;
  /** Billions of floating-point operations per second. */
  gigaflops: number;
}

if (import.meta.main) await runTask(TASK, growthTask);

async function growthTask({ backend = "auto", json }: FlagValues<typeof FLAGS>): Promise<void> {
  const machine = await describeMachine();
  const data = openDigits();
  const leftOut: string[] = [];
  const steps: ScaledTiming[] = [];
  for (const hidden of HIDDEN) {
    steps.push(...await timeBatchSizes(data, backend, hidden, BATCHES, leftOut));
  }
  const samples = await timeBatchSizes(tinyDataset(), backend, [1, 1], SAMPLED, leftOut);
  if (json) {
    print(JSON.stringify({ machine, backend, data: data.name, steps, samples, leftOut }));
    return;
  }
  const timing = [
    { head: "ms", of: ({ milliseconds }: ScaledTiming) => milliseconds, digits: 3 },
    { head: "steps", of: ({ steps }: ScaledTiming) => steps },
    { head: "repetitions", of: ({ repetitions }: ScaledTiming) => repetitions },
  ];
  print(
    ...machineLines(machine),
    `Backend: ${backend}; data: ${data.name}; median of the repetitions`,
    "",
    "A training step, with rows sampled from all training rows:",
    "",
    ...markdownTable([
      { head: "hidden", of: ({ hidden }: ScaledTiming) => hidden.join() },
      { head: "batch", of: ({ batchSize }: ScaledTiming) => batchSize },
      ...timing,
      { head: "GFLOP/s", of: ({ gigaflops }: ScaledTiming) => gigaflops, digits: 2 },
    ], steps),
    "",
    "Sampling from 60,000 rows (each step also trains the smallest net, on images of 4 pixels):",
    "",
    ...markdownTable([
      { head: "rows", of: ({ batchSize }: ScaledTiming) => batchSize },
      ...timing,
    ], samples),
    ...leftOut.map((line) => `Left out: ${line}`),
  );
}

/** Times the steps of one net at increasing batch sizes. */
async function timeBatchSizes(
  data: Dataset,
  backend: Backend,
  hidden: readonly [number, number],
  batchSizes: number[],
  leftOut: string[],
): Promise<ScaledTiming[]> {
  const timings: ScaledTiming[] = [];
  for (const batchSize of batchSizes) {
    const name = `hidden ${hidden}, batch ${batchSize}, ${data.name}`;
    const smaller = timings.at(-1);
    const seconds = smaller === undefined
      ? 0
      : smaller.milliseconds / 1000 * batchSize / smaller.batchSize;
    if (seconds > MOST_SECONDS) {
      leftOut.push(`${name}: would take about ${Math.round(seconds)} s per step`);
      continue;
    }
    try {
      await using engine = await start(data, backend, hidden, batchSize);
      const { steps, milliseconds: measured } = await timeSteps(engine, REPETITIONS);
      const milliseconds = median(measured);
      const gigaflops = operationsOfStep(engine.options.architecture, batchSize) / milliseconds /
        1e6;
      const repetitions = measured.length;
      timings.push({ hidden, batchSize, steps, milliseconds, repetitions, gigaflops });
      printError(`${name}: ${milliseconds.toFixed(3)} ms per step`);
    } catch (error) {
      leftOut.push(`${name}: ${(error as Error).message}`);
    }
  }
  return timings;
}

/** Creates an engine, loads the data and starts a run. */
async function start(
  data: Dataset,
  backend: Backend,
  hidden: readonly [number, number],
  batchSize: number,
): Promise<Engine> {
  const options = engineOptions({ ...NOTEBOOK, hidden, batchSize }, data);
  const engine = await createEngine({ ...options, backend });
  engine.load(data);
  // Glorot initialization, because N(0, 1) would saturate all units of large layers.
  const parameters = drawParameters(options.architecture, "glorot", new DistSampler(NOTEBOOK.seed));
  const trainRows = allRows(data).subarray(0, data.trainRows);
  engine.start(trainRows, stateBefore(options.optimizer, parameters));
  return engine;
}

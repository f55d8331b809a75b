/**
 * `deno task bench:growth`: the time of a step as batches and layers grow, and of sampling as more
 * rows are sampled. Time should grow no faster than the work.
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
import { engineOptions } from "../lib/training/train.ts";
import { openDigits } from "./digits.ts";
import { fourPixels } from "./four_pixels.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { markdownTable } from "./table.ts";
import { timeSteps, type Timing } from "./timing.ts";
import { operationsOfStep } from "./work.ts";

const BATCHES = [10, 100, 1000, 10_000, 60_000];
const HIDDEN = [[50, 100], [128, 64], [512, 256], [1024, 512]] as const;
const DRAWN = [1, 10, 100, 250, 1000, 3000, 10_000, 60_000];
/** A step is left out if, judging by the next smaller batch, it would take longer than this. */
const MOST_SECONDS = 60;

const FLAGS = {
  backend: oneOf(["auto", "webgpu", "cpu"], "what to measure", "auto"),
  json: toggle("print one JSON object instead of the tables"),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:growth",
  summary:
    "Times training steps for batches of 10 to 60,000 rows and four nets, and the sampling of " +
    "1 to 60,000 rows. Takes several minutes on two cores.",
  flags: FLAGS,
};

/** The timing of a net at a batch size. */
interface Grown extends Timing {
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
  const steps: Grown[] = [];
  for (const hidden of HIDDEN) steps.push(...await grow(data, backend, hidden, BATCHES, leftOut));
  const draws = await grow(fourPixels(), backend, [1, 1], DRAWN, leftOut);
  if (json) {
    print(JSON.stringify({ machine, backend, data: data.name, steps, draws, leftOut }));
    return;
  }
  const timing = [
    { head: "ms", of: ({ milliseconds }: Timing) => milliseconds, digits: 3 },
    { head: "steps", of: ({ steps }: Timing) => steps },
    { head: "repetitions", of: ({ repetitions }: Timing) => repetitions },
  ];
  print(
    ...machineLines(machine),
    `Backend: ${backend}; data: ${data.name}; median of the repetitions`,
    "",
    "A training step, with rows sampled from all training rows:",
    "",
    ...markdownTable([
      { head: "hidden", of: ({ hidden }: Grown) => hidden.join() },
      { head: "batch", of: ({ batchSize }: Grown) => batchSize },
      ...timing,
      { head: "GFLOP/s", of: ({ gigaflops }: Grown) => gigaflops, digits: 2 },
    ], steps),
    "",
    "Sampling rows from 60,000 (and training a net with 1 and 1 hidden units on 4 pixels each):",
    "",
    ...markdownTable([
      { head: "rows", of: ({ batchSize }: Grown) => batchSize },
      ...timing,
    ], draws),
    ...leftOut.map((line) => `Left out: ${line}`),
  );
}

/** Times one net at growing batch sizes. */
async function grow(
  data: Dataset,
  backend: Backend,
  hidden: readonly [number, number],
  batchSizes: number[],
  leftOut: string[],
): Promise<Grown[]> {
  const grown: Grown[] = [];
  for (const batchSize of batchSizes) {
    const what = `hidden ${hidden}, batch ${batchSize}, ${data.name}`;
    const smaller = grown.at(-1);
    const seconds = smaller === undefined
      ? 0
      : smaller.milliseconds / 1000 * batchSize / smaller.batchSize;
    if (seconds > MOST_SECONDS) {
      leftOut.push(`${what}: would take about ${Math.round(seconds)} s a step`);
      continue;
    }
    try {
      await using engine = await start(data, backend, hidden, batchSize);
      const timing = await timeSteps(engine, batchSize);
      const operations = operationsOfStep(engine.options.architecture, batchSize);
      const gigaflops = operations / timing.milliseconds / 1e6;
      grown.push({ hidden, batchSize, ...timing, gigaflops });
      printError(`${what}: ${timing.milliseconds.toFixed(3)} ms per step`);
    } catch (error) {
      leftOut.push(`${what}: ${(error as Error).message}`);
    }
  }
  return grown;
}

/** Creates an engine and starts a run. */
async function start(
  data: Dataset,
  backend: Backend,
  hidden: readonly [number, number],
  batchSize: number,
): Promise<Engine> {
  const options = engineOptions({ ...NOTEBOOK, hidden, batchSize }, data);
  const engine = await createEngine({ ...options, backend });
  engine.load(data);
  // Glorot, since N(0, 1) would saturate all units of large layers.
  const parameters = drawParameters(options.architecture, "glorot", new DistSampler(NOTEBOOK.seed));
  const trainRows = Uint32Array.from({ length: data.trainRows }, (_, row) => row);
  engine.start(trainRows, { parameters, moments: new Float32Array(0), stepsTaken: 0 });
  return engine;
}

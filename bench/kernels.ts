/**
 * `deno task bench:kernels`: measures the time of each kernel in training steps and in an
 * evaluation, and the time of two empty dispatches per step.
 *
 * It records the dispatches of some steps, then repeats each kernel's dispatches without the
 * others, between two timestamps of the device (device_clock.ts). The kernels are timed in turn,
 * round after round, and the median of the rounds counts.
 */
import type { Dataset } from "../lib/data/dataset.ts";
import { type FlagValues, type Task, toggle, wholeNumber } from "../lib/cli/flags.ts";
import { print, printError } from "../lib/cli/output.ts";
import { runTask } from "../lib/cli/run_task.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { createWebGpuEngine } from "../lib/engine/webgpu/webgpu_engine.ts";
import { openCheckedEngine } from "./checked_engine.ts";
import { DeviceClock, openClockedGpu } from "./device_clock.ts";
import { openDigits } from "./digits.ts";
import {
  emptyDispatches,
  type KernelWork,
  netsToRecord,
  recordEvaluation,
  recordSteps,
} from "./kernel_work.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { median } from "./statistics.ts";
import { markdownTable } from "./table.ts";
import { timeSteps } from "../lib/engine/self_check.ts";

const ROUNDS = 7;
/** The work of one measurement is repeated so that it takes at least about this long. */
const LEAST_MILLISECONDS = 100;
const MOST_REPETITIONS = 10_000;

const FLAGS = {
  rounds: wholeNumber("how often each kernel is timed; the median counts", 1, ROUNDS),
  json: toggle("print one JSON object instead of the tables"),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:kernels",
  summary:
    "Records the dispatches of training steps on WebGPU, then repeats and times each kernel's " +
    "dispatches, by the device's clock if it has one.",
  flags: FLAGS,
};

/** The times of some work, kernel by kernel. */
interface KernelTimes {
  title: string;
  parts: Part[];
}

interface Part {
  name: string;
  /** The number of dispatches; NaN for totals. */
  count: number;
  milliseconds: number;
}

if (import.meta.main) await runTask(TASK, kernelsTask);

async function kernelsTask({ rounds = ROUNDS, json }: FlagValues<typeof FLAGS>): Promise<void> {
  const machine = await describeMachine();
  const data = openDigits();
  const nets = [await timeNet(data, "small", rounds), await timeNet(data, "large", rounds)];
  const [{ clock }] = nets;
  const timed = nets.flatMap(({ timed }) => timed);
  if (json) {
    print(JSON.stringify({ machine, data: data.name, rounds, clock, timed }));
    return;
  }
  print(
    ...machineLines(machine),
    `Data: ${data.name}; median of ${rounds} rounds, by the ${clock}'s clock`,
  );
  for (const { title, parts } of timed) {
    print(
      "",
      `${title}:`,
      "",
      ...markdownTable([
        { head: "kernel", of: ({ name }: Part) => name },
        { head: "dispatches", of: ({ count }: Part) => count },
        { head: "ms", of: ({ milliseconds }: Part) => milliseconds, digits: 3 },
        {
          head: "µs each",
          of: ({ count, milliseconds }: Part) => 1000 * milliseconds / count,
          digits: 1,
        },
      ], parts),
    );
  }
}

/** Times a net's kernels in steps and in an evaluation, and the steps as a whole. */
async function timeNet(
  data: Dataset,
  size: "small" | "large",
  rounds: number,
): Promise<{ clock: "device" | "host"; timed: KernelTimes[] }> {
  const gpu = await openClockedGpu();
  const net = netsToRecord(gpu.description.software)[size];
  await using engine = await openCheckedEngine(
    { data, ...net },
    (options) => createWebGpuEngine(gpu, options),
  );
  const clock = new DeviceClock(gpu);
  const title = `net of hidden ${net.hidden}`;
  printError(`${title}: timing`);
  const works = [await emptyDispatches(gpu, 2 * net.steps), ...await recordSteps(engine, net)];
  const [empty, ...parts] = await timeInTurn(clock, works, rounds);
  const whole = median((await timeSteps(engine, 5)).milliseconds);
  parts.push(
    { name: "all of these", count: NaN, milliseconds: sum(parts) },
    {
      name: "total, measured by the host",
      count: NaN,
      milliseconds: net.steps * whole,
    },
    { ...empty, name: "two empty dispatches per step" },
  );
  const timed = [
    { title: `${net.steps} steps of ${net.batchSize} rows, ${title}`, parts },
    {
      title: `An evaluation of ${NOTEBOOK.evalSize} rows, ${title}`,
      parts: await timeInTurn(clock, await recordEvaluation(engine, data), rounds),
    },
  ];
  return { clock: clock.whose, timed };
}

function sum(parts: Part[]): number {
  return parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

/**
 * Times every kernel once per round, so that a disturbance of the machine affects all of them;
 * returns medians.
 */
async function timeInTurn(
  clock: DeviceClock,
  works: KernelWork[],
  rounds: number,
): Promise<Part[]> {
  const repetitions: number[] = [];
  for (const { encode } of works) {
    await clock.time(encode);
    const wanted = Math.ceil(LEAST_MILLISECONDS / await clock.time(encode));
    repetitions.push(Math.min(wanted, MOST_REPETITIONS));
  }
  const found: number[][] = works.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { encode }] of works.entries()) {
      const milliseconds = await clock.time((encoder) => {
        for (let done = 0; done < repetitions[i]; done++) encode(encoder);
      });
      found[i].push(milliseconds / repetitions[i]);
    }
  }
  return works.map(({ name, count }, i) => ({ name, count, milliseconds: median(found[i]) }));
}

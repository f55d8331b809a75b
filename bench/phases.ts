/**
 * `deno task bench:phases`: how long each thread of the CPU engine spends in each part of a step,
 * and in waiting.
 *
 * It compiles the engine's module with a clock (lib/engine/cpu/assembly/clock.ts), and trains a
 * preset's net on its rows. What the clock costs is printed too: the time of a step with the
 * engine's own module, measured in turn.
 */
import { type FlagValues, oneOf, type Task, toggle, wholeNumber } from "../lib/cli/flags.ts";
import { print } from "../lib/cli/output.ts";
import { runTask } from "../lib/cli/run_task.ts";
import { compile } from "../lib/engine/cpu/build_wasm.ts";
import { type CpuInternals, createCpuEngine } from "../lib/engine/cpu/cpu_engine.ts";
import { coreCount } from "../lib/engine/host.ts";
import type { Engine, Step } from "../lib/engine/engine.ts";
import { stateBefore } from "../lib/engine/state.ts";
import { type Architecture, layerSizes } from "../lib/net/architecture.ts";
import { drawParameters } from "../lib/net/initialize.ts";
import { DistSampler } from "../lib/random/dist_sampler.ts";
import { resolveOptions } from "../lib/training/options.ts";
import { planRun } from "../lib/training/plan.ts";
import { PRESET_NAMES, PRESETS } from "../lib/training/presets.ts";
import { engineOptions } from "../lib/training/engine_options.ts";
import { openDigits } from "./digits.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { operationsOfStep } from "./operations.ts";
import { measurePeak } from "./peak.ts";
import { median } from "./statistics.ts";
import { markdownTable } from "./table.ts";

/** The parts of a step, in the order of assembly/parts.ts. */
const PARTS = [
  "waiting",
  "sampling rows",
  "nonzero pixels, augmentation",
  "sorting them by column",
  "forward, layer 1",
  "forward, layer 2",
  "forward, layer 3",
  "loss's derivatives",
  "backward to layer 1",
  "backward to layer 2",
  "gradient, update: biases",
  "gradient, update: layer 1",
  "gradient, update: layer 2",
  "gradient, update: layer 3",
];

const ROUNDS = 5;

const FLAGS = {
  net: oneOf(PRESET_NAMES, "the preset whose net trains", "record"),
  threads: wholeNumber("the number of threads; by default one per core", 1),
  warmUp: wholeNumber(
    "the number of untimed steps before; relu's zeros become more with time",
    1,
    100,
  ),
  steps: wholeNumber("the number of steps in each of the five turns", 1, 50),
  plain: toggle("without augmentation"),
  sgd: toggle("with SGD instead of the preset's optimizer; the difference is the optimizer's time"),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:phases",
  summary: "Times the parts of a training step in each thread of the CPU engine.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, phasesTask);

async function phasesTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { net = "record", threads, warmUp = 100, steps = 50, plain, sgd } = flags;
  const data = openDigits();
  const options = resolveOptions({
    ...PRESETS[net],
    ...plain ? { augment: "none" as const } : {},
    ...sgd ? { optimizer: "sgd" as const } : {},
  });
  const chosen = { ...engineOptions(options, data), ...threads === undefined ? {} : { threads } };
  const trainRows = Uint32Array.from({ length: data.trainRows }, (_, row) => row);
  const open = (internals: Partial<CpuInternals>) => {
    const engine = createCpuEngine(chosen, internals);
    engine.load(data);
    const parameters = drawParameters(
      chosen.architecture,
      options.initialization,
      new DistSampler(options.seed),
    );
    engine.start(trainRows, stateBefore(chosen.optimizer, parameters));
    return engine;
  };

  let times = (): Float64Array[] => [];
  const clock = await Deno.readTextFile(
    new URL("../lib/engine/cpu/assembly/clock_measuring.ts", import.meta.url),
  );
  const modules = new Map<boolean, WebAssembly.Module>();
  for (const isShared of [true, false]) {
    const bytes = await compile({ isRelaxed: true, isShared, replaced: { "clock.ts": clock } });
    modules.set(isShared, new WebAssembly.Module(bytes));
  }
  await using measured = open({
    compile: (isShared) => modules.get(isShared)!,
    onLoad({ bytes, layout: { sumsScratch } }) {
      times = () =>
        Array.from(
          { length: threads ?? Math.min(coreCount(), 16) },
          (_, i) => new Float64Array(bytes.buffer, sumsScratch + 512 * i + 256, PARTS.length),
        );
    },
  });
  await using ordinary = open({});

  const take = async (engine: Engine, taken: Step[]) => {
    const start = performance.now();
    engine.step(taken);
    await engine.settle();
    return (performance.now() - start) / taken.length;
  };
  const planned = planRun(options, data.trainRows, new DistSampler(options.seed).key)
    .drop(1).map(({ step }) => step!);
  const next = (number: number) => Array.from({ length: number }, () => planned.next().value!);
  for (const engine of [measured, ordinary]) await take(engine, next(warmUp));
  for (const thread of times()) thread.fill(0);
  const turns: { withClock: number; without: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const taken = next(steps);
    turns.push({ withClock: await take(measured, taken), without: await take(ordinary, taken) });
  }
  const withClock = turns.reduce((sum, turn) => sum + turn.withClock, 0) / ROUNDS;
  const perStep = times().map((thread) => {
    const [, ...parts] = [...thread].map((ms) => ms / ROUNDS / steps);
    // The threads also wait between the turns, so waiting is what the parts leave of the step.
    return [withClock - parts.reduce((sum, ms) => sum + ms), ...parts];
  });
  const without = median(turns.map((turn) => turn.without));
  const gigaflops = operationsOfStep(chosen.architecture, chosen.batchSize) / without / 1e6;

  const products = productsOf(chosen.architecture, chosen.batchSize);
  const rows = PARTS.map((part, i) => ({
    part,
    times: perStep.map((thread) => thread[i]),
    operations: products[part] ?? NaN,
  }));
  rows.push({
    part: "all",
    times: perStep.map((thread) => thread.reduce((sum, time) => sum + time)),
    operations: NaN,
  });
  print(
    ...machineLines(await describeMachine()),
    `Data: ${data.name}; net ${net}: hidden ${options.hidden}, batch ${options.batchSize}, ` +
      `${options.activation}, ${options.optimizer}, augmentation ${options.augment}`,
    `Step: ${without.toFixed(3)} ms (${gigaflops.toFixed(1)} GFLOP/s, zeros counted), ` +
      `with the clock ${median(turns.map((turn) => turn.withClock)).toFixed(3)} ms; ` +
      `medians of ${ROUNDS} turns of ${steps} steps after ${warmUp}`,
    `Peak of a core: ${(await measurePeak(true)).toFixed(1)} GFLOP/s with relaxed SIMD's ` +
      `multiply-add, ${(await measurePeak(false)).toFixed(1)} without. The last column counts ` +
      "multiplications by 0, which sparse products skip, and is of one thread",
    "",
    ...markdownTable([
      { head: "ms per step", of: ({ part }: typeof rows[number]) => part },
      ...perStep.map((_, i) => ({
        head: `thread ${i}`,
        of: ({ times }: typeof rows[number]) => times[i],
        digits: 3,
      })),
      {
        head: "together",
        of: ({ times }) => times.reduce((sum, time) => sum + time),
        digits: 3,
      },
      {
        head: "GFLOP/s",
        of: ({ times, operations }) => operations / times.reduce((sum, time) => sum + time) / 1e6,
        digits: 1,
      },
    ], rows),
  );
}

/** Counts the floating-point operations of the parts that are products of matrices. */
function productsOf(architecture: Architecture, batchSize: number): Record<string, number> {
  const [D, H1, H2, C] = layerSizes(architecture);
  const [layer1, layer2, layer3] = [D * H1, H1 * H2, H2 * C].map((n) => 2 * batchSize * n);
  return {
    "forward, layer 1": layer1,
    "forward, layer 2": layer2,
    "forward, layer 3": layer3,
    "backward to layer 1": layer2,
    "backward to layer 2": layer3,
    "gradient, update: layer 1": layer1,
    "gradient, update: layer 2": layer2,
    "gradient, update: layer 3": layer3,
  };
}

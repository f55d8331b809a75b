/** Checks whether an engine computes correctly on a device, by comparison with float64. */
import type { Dataset } from "../data/dataset.ts";
import { OPTIMIZERS } from "../net/optimizers.ts";
import { permutation } from "../random/distributions.ts";
import { prngKey, split } from "../random/threefry.ts";
import type { Engine, EngineOptions, EngineState, Step } from "./engine.ts";
import {
  allRows,
  drawnSteps,
  drawState,
  generatedData,
  Reference,
  relativeError,
  repeatedRows,
} from "./reference.ts";

/** The result of a check. */
export interface CheckResult {
  /** What was checked, such as `gradient of 784-50-100-10`. */
  what: string;
  /** The relative error; for sampled rows, the fraction of wrong rows. */
  error: number;
  /** The largest error to be expected of float32. */
  tolerance: number;
}

/** The notebook's engine options. */
export const NOTEBOOK_ENGINE: EngineOptions = {
  architecture: {
    inputs: 784,
    hidden: [50, 100],
    classes: 10,
    activation: "tanh",
    head: "notebook",
  },
  optimizer: OPTIMIZERS.sgd.defaults,
  batchSize: 100,
  scale: "l2",
  augment: "none",
  threefry: "legacy",
};

/** Options of a net that is too large for a GPU's fused kernels. */
const LARGE_ENGINE: EngineOptions = {
  ...NOTEBOOK_ENGINE,
  architecture: { ...NOTEBOOK_ENGINE.architecture, hidden: [300, 70] },
};

/** So large that the parameters after a step equal the scaled gradient, to float32's precision. */
const LARGE_RATE = 2 ** 20;

/**
 * Compares an engine's gradients, sampled rows and ten steps with float64.
 *
 * @param make Creates an engine on the device
 * @returns The checks; a check has failed if its error exceeds its tolerance
 * @throws {Error} If the device fails
 */
export async function checkDevice(
  make: (options: EngineOptions) => Promise<Engine>,
): Promise<CheckResult[]> {
  return [
    await checkGradient(make, NOTEBOOK_ENGINE),
    await checkGradient(make, LARGE_ENGINE),
    await checkDraws(make),
    await checkTenSteps(make),
  ];
}

async function checkGradient(
  make: (options: EngineOptions) => Promise<Engine>,
  options: EngineOptions,
): Promise<CheckResult> {
  const { inputs, hidden, classes } = options.architecture;
  const data = generatedData({ rows: 300, width: 28, height: 28, classes });
  const rows = allRows(data);
  const state = drawState(options.architecture, options.optimizer, 1);
  const step = { key: prngKey(1), from: 0, count: 100, learningRate: LARGE_RATE };
  await using engine = await make(options);
  engine.load(data);
  engine.start(rows, state);
  engine.step([step]);
  const { parameters } = await engine.read();
  const gradient = parameters.map((after, i) => (state.parameters[i] - after) / LARGE_RATE);
  const expected = new Reference(options, data, rows, state).gradient(step);
  return {
    what: `gradient of ${[inputs, ...hidden, classes].join("-")}`,
    error: relativeError(gradient, expected),
    tolerance: 1e-4,
  };
}

async function checkDraws(
  make: (options: EngineOptions) => Promise<Engine>,
): Promise<CheckResult> {
  const options: EngineOptions = {
    ...NOTEBOOK_ENGINE,
    architecture: { ...NOTEBOOK_ENGINE.architecture, inputs: 64, hidden: [1, 1] },
    scale: "unit",
  };
  const n = 60_000;
  // With random bytes and one label, the sum of a batch's images identifies its rows.
  const data = generatedData({ rows: n, width: 8, height: 8, classes: 1 });
  const state = drawState(options.architecture, options.optimizer);
  state.parameters.fill(0, 0, 64);
  await using engine = await make(options);
  engine.load(data);
  const keys = split(prngKey(2), 10);
  let wrong = 0;
  for (const key of keys) {
    const expected = new Float64Array(64);
    for (const row of permutation(key, n).slice(0, 100)) {
      for (let d = 0; d < 64; d++) expected[d] += data.images[row * 64 + d];
    }
    engine.start(allRows(data), state);
    engine.step([{ key, from: 0, count: 100, learningRate: LARGE_RATE }]);
    const { parameters } = await engine.read();
    // With w0 = 0, all rows have the same derivative d: w0 changes by d times the mean input, b0 by d.
    const change = parameters[64] - state.parameters[64];
    if (expected.some((sum, d) => Math.round(parameters[d] / change * 255 * 100) !== sum)) wrong++;
  }
  return { what: "rows drawn", error: wrong / keys.length, tolerance: 0 };
}

async function checkTenSteps(
  make: (options: EngineOptions) => Promise<Engine>,
): Promise<CheckResult> {
  const data = generatedData({ rows: 1000, width: 28, height: 28, classes: 10 });
  await using engine = await make(NOTEBOOK_ENGINE);
  const steps = drawnSteps(10, 100, 0.5);
  const { error } = await compareSteps(engine, { data, steps, options: NOTEBOOK_ENGINE });
  return { what: "change in ten steps", error, tolerance: 1e-4 };
}

/** What an engine and the reference train alike. */
export interface ComparedTraining {
  data: Dataset;
  steps: readonly Step[];
  /** The rows to train on; all by default. */
  trainRows?: Uint32Array;
  /** What the engine should have been created with; what it was created with by default. */
  options?: EngineOptions;
  /** The state from which they start; drawn by default. */
  state?: EngineState;
}

/** The results of an engine and of the reference. */
export interface ComparedSteps {
  /** The error of the engine's parameters as a fraction of their change. */
  error: number;
  ours: EngineState;
  reference: Reference;
}

/** Trains an engine and the float64 reference alike. */
export async function compareSteps(
  engine: Engine,
  {
    data,
    steps,
    trainRows = allRows(data),
    options = engine.options,
    state = drawState(options.architecture, options.optimizer),
  }: ComparedTraining,
): Promise<ComparedSteps> {
  engine.load(data);
  engine.start(trainRows, state);
  engine.step(steps);
  const ours = await engine.read();
  const reference = new Reference(options, data, trainRows, state);
  for (const step of steps) reference.step(step);
  const error = relativeError(ours.parameters, reference.parameters, state.parameters);
  return { error, ours, reference };
}

/** The times of repetitions of some steps. */
export interface Timing {
  /** The number of steps per repetition. */
  steps: number;
  /** Milliseconds per step of each repetition. */
  milliseconds: number[];
}

/** Minimum duration of a repetition, since a wait for WebGPU takes 11 ms in Deno. */
const LEAST_MILLISECONDS = 300;
/** If the first repetition takes at least this long, it is the only one. */
const LONG_MILLISECONDS = 5000;

/**
 * Measures the time of steps that each sample from all rows, in repetitions of enough of them.
 *
 * @param engine An engine that is loaded and started
 * @param repetitions How often to repeat them
 */
export async function timeSteps(engine: Engine, repetitions: number): Promise<Timing> {
  const take = async (steps: number) => {
    const queued = drawnSteps(steps, engine.options.batchSize, 0.01);
    const start = performance.now();
    engine.step(queued);
    await engine.settle();
    return performance.now() - start;
  };
  // The first step may compile kernels.
  await take(1);
  let steps = 1;
  let taken = await take(steps);
  while (taken < LEAST_MILLISECONDS) {
    const factor = 1.2 * LEAST_MILLISECONDS / taken;
    steps = Math.ceil(steps * Math.min(Math.max(factor, 2), 16));
    taken = await take(steps);
  }
  const milliseconds = [taken / steps];
  const wanted = taken < LONG_MILLISECONDS ? repetitions : 1;
  while (milliseconds.length < wanted) milliseconds.push(await take(steps) / steps);
  return { steps, milliseconds };
}

/**
 * Times the notebook's step, with rows sampled from 60,000.
 *
 * @param make Creates an engine on the device
 * @returns Milliseconds per step: the fastest of three repetitions
 */
export async function timeStep(
  make: (options: EngineOptions) => Promise<Engine>,
): Promise<number> {
  const different = generatedData({ rows: 1000, width: 28, height: 28, classes: 10 });
  const data = repeatedRows(different, 60_000);
  const state = drawState(NOTEBOOK_ENGINE.architecture, NOTEBOOK_ENGINE.optimizer);
  await using engine = await make(NOTEBOOK_ENGINE);
  engine.load(data);
  engine.start(allRows(data), state);
  return Math.min(...(await timeSteps(engine, 3)).milliseconds);
}

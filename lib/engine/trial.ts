/** Tries an adapter before a run: whether it computes what the CPU engine computes, and how fast. */
import { functionsOf } from "../net/optimizers.ts";
import { prngKey, split } from "../random/threefry.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine, EngineOptions, Step } from "./engine.ts";
import { drawState, generatedData, relativeError } from "./reference.ts";

/** The result of a trial. */
export interface Trial {
  /** How far the adapter's results are from the CPU engine's, relative to the change by training. */
  error: number;
  /** The largest error to be expected of float32. */
  tolerance: number;
  /** Milliseconds per step of the adapter; absent if the results are wrong. */
  adapter?: number;
  /** Milliseconds per step of the CPU engine. */
  cpu?: number;
}

/** The rows of the data set, and how many of them differ: random numbers take long to draw. */
const DATA_ROWS = 2000;
const DIFFERENT_ROWS = 128;
const COMPARED_STEPS = 3;
const TOLERANCE = 1e-4;
/** How long each engine is timed; a step may take longer. */
const TIMED_MILLISECONDS = 30;

/**
 * Takes a few steps on two engines with the same options, compares the results, and times more.
 *
 * @param adapter The WebGPU engine
 * @param cpu The CPU engine
 * @throws {Error} If the adapter fails
 */
export async function tryAdapter(adapter: Engine, cpu: Engine): Promise<Trial> {
  const { options } = cpu;
  const data = dataFor(options);
  const rows = Uint32Array.from(data.labels, (_, row) => row);
  // Such weights keep the layers' outputs in the range in which they differ from row to row.
  const state = drawState(options.architecture, options.optimizer, 1);
  const steps = stepsOf(options, COMPARED_STEPS);
  const results = [];
  for (const engine of [adapter, cpu]) {
    engine.load(data);
    engine.start(rows, state);
    engine.step(steps);
    results.push(await engine.read());
  }
  const [ours, theirs] = results;
  const errorOf = (name: "parameters" | "moments") => {
    const change = theirs[name].map((value, i) => value - state[name][i]);
    return relativeError(ours[name], theirs[name], change);
  };
  // The moments of an optimizer that divides by the gradient's size show the gradients themselves.
  const leniency = functionsOf(options.optimizer).dividesByGradient ? 100 : 1;
  const largest = Math.max(errorOf("parameters") / leniency, errorOf("moments"));
  const error = Number.isFinite(largest) ? largest : Infinity;
  if (error > TOLERANCE) return { error, tolerance: TOLERANCE };
  return {
    error,
    tolerance: TOLERANCE,
    adapter: await timeSteps(adapter),
    cpu: await timeSteps(cpu),
  };
}

/** Returns a data set for a net; its rows repeat after the first ones. */
function dataFor({ architecture: { inputs, classes }, batchSize }: EngineOptions): Dataset {
  const side = Math.round(Math.sqrt(inputs));
  const [width, height] = side * side === inputs ? [side, side] : [inputs, 1];
  const different = generatedData({ rows: DIFFERENT_ROWS, width, height, classes });
  const count = Math.max(DATA_ROWS, batchSize);
  const images = new Uint8Array(count * inputs);
  const labels = new Uint8Array(count);
  for (let row = 0; row < count; row += DIFFERENT_ROWS) {
    const rows = Math.min(DIFFERENT_ROWS, count - row);
    images.set(different.images.subarray(0, rows * inputs), row * inputs);
    labels.set(different.labels.subarray(0, rows), row);
  }
  return { ...different, images, labels, trainRows: count };
}

function stepsOf({ batchSize }: EngineOptions, count: number): Step[] {
  return split(prngKey(count), count)
    .map((key) => ({ key, from: 0, count: batchSize, learningRate: 0.01 }));
}

/** Returns milliseconds per step, without the wait for results that a run has rarely. */
async function timeSteps(engine: Engine): Promise<number> {
  const time = async (steps: readonly Step[]) => {
    const start = performance.now();
    engine.step(steps);
    await engine.settle();
    return performance.now() - start;
  };
  const waiting = Math.min(await time([]), await time([]));
  let [elapsed, best] = [0, Infinity];
  for (let count = 2; elapsed < TIMED_MILLISECONDS; count *= 4) {
    const taken = await time(stepsOf(engine.options, count));
    elapsed += taken;
    best = Math.min(best, Math.max(taken - waiting, taken / 10) / count);
  }
  return best;
}

/** Tries an adapter before a run: whether it computes what the CPU engine computes, and how fast. */
import { functionsOf } from "../net/optimizers.ts";
import { prngKey } from "../random/threefry.ts";
import type { Dataset } from "../data/dataset.ts";
import { parameterCount, parameterRanges } from "../net/architecture.ts";
import { normal } from "../random/distributions.ts";
import type { Engine, EngineOptions, EngineState, Step } from "./engine.ts";
import { stateBefore } from "./state.ts";
import { allRows, drawnSteps, generatedData, relativeError, repeatedRows } from "./reference.ts";

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

/** Thrown if the CPU engine fails, so that there is nothing to compare the adapter with. */
export class NoComparisonError extends Error {
  /** The error's class. */
  override readonly name = "NoComparisonError";
}

/** The rows of the data set; as with 60,000 rows, a permutation of them is sorted in two rounds. */
const DATA_ROWS = 1700;
/** Rows and parameters repeat after these numbers of them, since random numbers take long to draw. */
const DIFFERENT_ROWS = 64;
const DIFFERENT_PARAMETERS = 1021;
const COMPARED_STEPS = 3;
const LEARNING_RATE = 0.01;
const TOLERANCE = 1e-4;
/** How long each engine is timed; a step may take longer. */
const TIMED_MILLISECONDS = 25;
/** How many times as many steps are timed as before. */
const GROWTH = 8;

/**
 * Takes a few steps on two engines with the same options, compares the results, and times more.
 *
 * @param adapter The WebGPU engine
 * @param cpu The CPU engine
 * @throws {NoComparisonError} If the CPU engine fails
 * @throws {Error} If the adapter fails
 */
export async function tryAdapter(adapter: Engine, cpu: Engine): Promise<Trial> {
  const { options } = cpu;
  const data = dataFor(options);
  const state = startFor(options);
  const steps = drawnSteps(COMPARED_STEPS, options.batchSize, LEARNING_RATE);
  const begin = async (engine: Engine) => {
    engine.load(data);
    engine.start(allRows(data), state);
    engine.step(steps);
    return await engine.read();
  };
  // The adapter computes while the CPU engine starts its threads.
  const both = [begin(adapter), begin(cpu)];
  for (const one of both) one.catch(() => {});
  const ours = await both[0];
  const theirs = await both[1].catch((error) => {
    throw new NoComparisonError((error as Error).message, { cause: error });
  });
  // The moments of an optimizer that divides by the gradient's size show the gradients themselves.
  const leniency = functionsOf(options.optimizer).dividesByGradient ? 100 : 1;
  const largest = Math.max(
    relativeError(ours.parameters, theirs.parameters, state.parameters) / leniency,
    relativeError(ours.moments, theirs.moments, state.moments),
  );
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
  return repeatedRows(different, Math.max(DATA_ROWS, batchSize));
}

/**
 * Returns parameters, N(0, 1 / in) each, at which gradients are large compared with the rounding of
 * float32. With N(0, 1), as the notebook draws them, most units are saturated and gradients so small that
 * right results of wide nets differ by more than the tolerance. Some units must be saturated, though, since
 * an adapter may compute these wrong: every fourth hidden unit gets a large bias.
 */
function startFor({ architecture, optimizer }: EngineOptions): EngineState {
  const drawn = normal(prngKey(1), DIFFERENT_PARAMETERS);
  const count = parameterCount(architecture);
  const parameters = new Float32Array(count);
  parameterRanges(architecture).forEach(({ shape: [, fanIn], offset, length }, array) => {
    for (let i = 0; i < length; i++) {
      const deviation = fanIn ? 1 / Math.sqrt(fanIn) : array < 5 && i % 4 === 0 ? 10 : 1;
      parameters[offset + i] = drawn[(offset + i) % DIFFERENT_PARAMETERS] * deviation;
    }
  });
  return stateBefore(optimizer, parameters);
}

/** Returns milliseconds per step, without the wait for results that a run has rarely. */
async function timeSteps(engine: Engine): Promise<number> {
  const time = async (steps: readonly Step[]) => {
    const start = performance.now();
    engine.step(steps);
    await engine.settle();
    return performance.now() - start;
  };
  const waiting = await time([]);
  let [elapsed, best] = [0, Infinity];
  for (let [count, next] = [0, 1]; next > count;) {
    count = next;
    const taken = await time(drawnSteps(count, engine.options.batchSize, LEARNING_RATE));
    elapsed += taken;
    best = Math.min(best, Math.max(taken - waiting, taken / 10) / count);
    // More steps, as far as the rest of the time allows, are timed more precisely.
    next = Math.floor(Math.min(GROWTH * count, (TIMED_MILLISECONDS - elapsed) / best));
  }
  return best;
}

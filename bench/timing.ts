/** How long an engine's step takes. */
import type { Engine } from "../lib/engine/engine.ts";
import { median } from "./statistics.ts";
import { stepsOf } from "./steps.ts";

/** What was found. */
export interface Timing {
  /** A step, the median of the repetitions. */
  milliseconds: number;
  /** Steps of a repetition. */
  steps: number;
  repetitions: number;
}

const REPETITIONS = 5;
/** Of a repetition: a wait for WebGPU, 11 ms in Deno, is to be small against it. */
const LEAST_MILLISECONDS = 300;
/** Where a repetition takes as long as this, one tells enough. */
const LONG_MILLISECONDS = 5000;

/**
 * Times steps that each draw their rows anew.
 *
 * @param engine Loaded and started
 * @param batchSize Rows of a step
 */
export async function timeSteps(engine: Engine, batchSize: number): Promise<Timing> {
  const take = async (steps: number) => {
    const queued = stepsOf(steps, batchSize);
    const start = performance.now();
    engine.step(queued);
    await engine.settle();
    return performance.now() - start;
  };
  // A first step may find kernels to compile.
  await take(1);
  let steps = 1;
  let taken = await take(steps);
  while (taken < LEAST_MILLISECONDS) {
    const factor = 1.2 * LEAST_MILLISECONDS / taken;
    steps = Math.ceil(steps * Math.min(Math.max(factor, 2), 16));
    taken = await take(steps);
  }
  const repetitions = taken < LONG_MILLISECONDS ? REPETITIONS : 1;
  const measured = [taken];
  while (measured.length < repetitions) measured.push(await take(steps));
  return { milliseconds: median(measured) / steps, steps, repetitions };
}

/** Measures the time of an engine's step. */
import type { Engine } from "../lib/engine/engine.ts";
import { median } from "./statistics.ts";
import { stepsOf } from "./steps.ts";

/** The time of a step. */
export interface Timing {
  /** Milliseconds per step: the median of the repetitions. */
  milliseconds: number;
  /** The number of steps per repetition. */
  steps: number;
  repetitions: number;
}

const REPETITIONS = 5;
/**
 * The minimum duration of a repetition. A wait for WebGPU, 11 ms in Deno, is short compared with
 * it.
 */
const LEAST_MILLISECONDS = 300;
/** If the first repetition takes at least this long, it is the only one. */
const LONG_MILLISECONDS = 5000;

/**
 * Measures the time of a step: the median of five repetitions of enough steps to last 300 ms.
 *
 * @param engine An engine that is loaded and started
 * @param batchSize The number of rows that each step samples
 */
export async function timeSteps(engine: Engine, batchSize: number): Promise<Timing> {
  const take = async (steps: number) => {
    const queued = stepsOf(steps, batchSize);
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
  const repetitions = taken < LONG_MILLISECONDS ? REPETITIONS : 1;
  const measured = [taken];
  while (measured.length < repetitions) measured.push(await take(steps));
  return { milliseconds: median(measured) / steps, steps, repetitions };
}

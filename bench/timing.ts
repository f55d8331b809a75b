/** Times an engine's steps. */
import type { Engine } from "../lib/engine/engine.ts";
import { median } from "./statistics.ts";
import { stepsOf } from "./steps.ts";

/** The timing of a step. */
export interface Timing {
  /** Milliseconds per step: the median of the repetitions. */
  milliseconds: number;
  /** Steps per repetition. */
  steps: number;
  repetitions: number;
}

const REPETITIONS = 5;
/** Minimum duration of a repetition, long compared with a wait for WebGPU (11 ms in Deno). */
const LEAST_MILLISECONDS = 300;
/** If a repetition takes at least this long, one is enough. */
const LONG_MILLISECONDS = 5000;

/**
 * Times steps that each sample new rows.
 *
 * @param engine An engine that is loaded and started
 * @param batchSize Rows per step
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

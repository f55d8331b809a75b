/** Decides how many steps to queue at a time. */

/** Target time between two readbacks: short enough for the progress display and for Ctrl-C. */
const TARGET_MILLISECONDS = 100;
/** Measured overhead of a readback on WebGPU in Deno, which polls for it. */
const WAIT_MILLISECONDS = 11;
/** The largest factor by which the number of queued steps may grow at once. */
const LARGEST_GROWTH = 16;
/** Maximum steps of the first chunk; even a tiny step has a fixed cost. */
const FIRST_STEPS = 64;
/** Rows times parameters of the first chunk: 64 of the notebook's steps, a few ms on a fast GPU. */
const FIRST_WORK = FIRST_STEPS * 100 * 45_360;

/** The number of readbacks over which speed is averaged. */
export const AVERAGED_READBACKS = 8;

/**
 * Returns the size of the first chunk. It is small, since the device's speed is not known yet.
 *
 * @param batchSize Rows per step
 * @param parameters The net's number of parameters
 * @returns Number of steps, at least 1
 *
 * @example
 * ```ts
 * import { firstChunk } from "./pace.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([firstChunk(100, 45_360), firstChunk(60_000, 45_360)], [64, 1]);
 * assertEquals(firstChunk(1, 100), 64);
 * ```
 */
export function firstChunk(batchSize: number, parameters: number): number {
  const steps = Math.round(FIRST_WORK / (batchSize * parameters));
  return Math.max(1, Math.min(FIRST_STEPS, steps));
}

/**
 * Returns the size of the next chunk, which should take about 100 ms. The caller measures speed over
 * the last `AVERAGED_READBACKS` readbacks instead of the last chunk: some devices work while the host
 * waits, others while it queues more, so the work between two readbacks varies.
 *
 * @param done Number of steps done in that time
 * @param milliseconds How long they took, including waits
 * @param queued Number of steps queued so far
 * @returns Number of steps, at least 1
 *
 * @example
 * ```ts
 * import { nextChunk } from "./pace.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nextChunk(64, 11 + 64, 64), 100);
 * assertEquals(nextChunk(64, 12, 64), 1024);
 * ```
 */
export function nextChunk(done: number, milliseconds: number, queued: number): number {
  const working = Math.max(milliseconds - WAIT_MILLISECONDS, milliseconds / LARGEST_GROWTH);
  const steps = done * TARGET_MILLISECONDS / working;
  return Math.max(1, Math.round(Math.min(steps, LARGEST_GROWTH * queued)));
}

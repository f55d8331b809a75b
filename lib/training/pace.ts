/** How many steps to queue at a time. */

/** The time between two answers of the device that a progress display and Ctrl-C ask for. */
const TARGET_MILLISECONDS = 100;
/** What the first answer takes by itself on WebGPU in Deno, which polls: measured, and no work of the steps'. */
const WAIT_MILLISECONDS = 11;
/** How many times what was queued before may be queued on the word of a measurement. */
const LARGEST_GROWTH = 16;
/** Steps of the first chunk at most, however little a step computes: each has costs besides. */
const FIRST_STEPS = 64;
/** Rows times parameters of the first chunk: 64 of the notebook's steps, a few ms on a fast GPU. */
const FIRST_WORK = FIRST_STEPS * 100 * 45_360;

/** How many answers back the pace goes: so far, a machine that paused is remembered. */
export const ANSWERS_OF_PACE = 8;

/**
 * The first chunk, before anything was measured: small, as the device may be slow.
 *
 * @param batchSize Rows a step
 * @param parameters How many parameters the net has
 * @returns Steps, at least 1
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
 * The next chunk, which ought to take about 100 ms. It goes by what was done up to the last answer since
 * one `ANSWERS_OF_PACE` before, not by the last chunk alone: some devices work while they are waited for,
 * others while more is queued, so that what they did between two answers is hard to say.
 *
 * @param done How many steps were done
 * @param milliseconds How long they took, waits included
 * @param queued How many steps were queued so far
 * @returns Steps, at least 1
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

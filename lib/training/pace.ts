/** How many steps to queue before the next wait for the device. */

/** The time between waits that a progress display and Ctrl-C ask for. */
const TARGET_MILLISECONDS = 100;
/** What a wait takes by itself on WebGPU in Deno, which polls; measured, and no work of the steps'. */
const WAIT_MILLISECONDS = 11;
/** The most by which one measurement may enlarge the next chunk. */
const LARGEST_GROWTH = 16;
/** Rows times parameters of the first chunk: some 64 of the notebook's steps, a few ms on a fast GPU. */
const FIRST_WORK = 64 * 100 * 45_360;

/**
 * The first chunk, before anything was measured: small, as the device may be slow.
 *
 * @param batchSize Rows a step
 * @param parameters How many parameters the net has
 * @returns Steps, at least 1
 */
export function firstChunk(batchSize: number, parameters: number): number {
  return Math.max(1, Math.round(FIRST_WORK / (batchSize * parameters)));
}

/**
 * The next chunk, which ought to take about 100 ms.
 *
 * @param steps How many steps the last one had
 * @param milliseconds How long it took, the wait for it included
 * @returns Steps, at least 1
 *
 * @example
 * ```ts
 * import { nextChunk } from "./pace.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nextChunk(64, 11 + 64), 100);
 * assertEquals(nextChunk(64, 12), 1024);
 * ```
 */
export function nextChunk(steps: number, milliseconds: number): number {
  const working = Math.max(milliseconds - WAIT_MILLISECONDS, TARGET_MILLISECONDS / LARGEST_GROWTH);
  return Math.max(1, Math.round(steps * TARGET_MILLISECONDS / working));
}

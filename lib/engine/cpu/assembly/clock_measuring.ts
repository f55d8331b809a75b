/**
 * The version of clock.ts with which `deno task bench:phases` compiles the module: it adds up the
 * milliseconds that each thread spends in each part of a step, f64 (16), after the thread's sums.
 */
import { sums, VECTOR } from "./memory";
import { WAIT } from "./parts";

export * from "./parts";

// @ts-ignore: decorator
@external("env", "now")
declare function now(): f64;

/** This thread's part, and since when. */
let current: u32 = WAIT;
let since: f64 = 0;

export function mark(part: u32): void {
  const time = now();
  const total = sums() + 16 * VECTOR + 8 * current;
  if (since != 0) store<f64>(total, load<f64>(total) + time - since);
  current = part;
  since = time;
}

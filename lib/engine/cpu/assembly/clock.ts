/**
 * What a thread is doing, for `deno task bench:phases`. The bench compiles the module with
 * clock_measuring.ts in place of this file, which adds up each thread's time in each part of a step.
 * In the engine's module, `mark` does nothing and costs nothing.
 */

export * from "./parts";

/** Says that from now on, this thread does a part of a step. */
// @ts-ignore: decorator
@inline
export function mark(_part: u32): void {}

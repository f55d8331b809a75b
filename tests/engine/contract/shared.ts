/** Options, steps and assertions for the tests of the contract. */
import { assert, equal } from "@std/assert";
import type { Dataset } from "../../../lib/data/dataset.ts";
import type { Engine, EngineOptions, EngineState, Step } from "../../../lib/engine/engine.ts";
import { allRows, generatedData } from "../../../lib/engine/reference.ts";
import { OPTIMIZERS } from "../../../lib/net/optimizers.ts";
import { prngKey } from "../../../lib/random/threefry.ts";

export { allRows, drawnSteps } from "../../../lib/engine/reference.ts";
export { NOTEBOOK_ENGINE } from "../../../lib/engine/self_check.ts";

/** Creates the engine under test. */
export type MakeEngine = (options: EngineOptions) => Promise<Engine>;
/** Creates an engine, loads a data set and starts a run, on all its rows unless others are given. */
export async function startEngine(
  make: MakeEngine,
  { options, data, state, trainRows = allRows(data) }: {
    options: EngineOptions;
    data: Dataset;
    state: EngineState;
    trainRows?: Uint32Array;
  },
): Promise<Engine> {
  const engine = await make(options);
  engine.load(data);
  engine.start(trainRows, state);
  return engine;
}

/** A test of an engine. */
export interface Case {
  /** What the engine does: the test's name without the engine's. */
  does: string;
  test(): Promise<void>;
  /**
   * Whether it belongs to the core: a few tests on few nets that together cover all that an engine
   * does, for devices that compile slowly.
   */
  core: boolean;
  /**
   * The sets of kernels that run it in Chromium, a second implementation of WebGPU, on which a net's
   * kernels take ten seconds to compile: all of them, or only the first. These are the fewest tests of
   * the core that run each kernel in several workgroups, on nets whose sizes are no multiples of the
   * tiles. What the kernels compute, the first implementation decides.
   */
  smoke: "all sets" | "one set" | undefined;
  /** Whether it tests only how rows are sampled or distorted, with kernels that all sets share. */
  shared: boolean;
}

/** Registers a test; its name is the engine's name followed by `does`. */
export type Register = (
  does: string,
  test: () => Promise<void>,
  options?: Partial<Pick<Case, "core" | "smoke" | "shared">>,
) => void;

/**
 * Options of a small net that differ from the notebook's in every respect. An engine that pads images
 * of 63 pixels must not shift pixels into the padding.
 */
export const OTHER_ENGINE: EngineOptions = {
  architecture: { inputs: 63, hidden: [20, 12], classes: 4, activation: "relu", head: "softmax" },
  optimizer: OPTIMIZERS.adam.defaults,
  batchSize: 60,
  scale: "unit",
  augment: "shift",
  threefry: "partitionable",
};

/** Like `OTHER_ENGINE`, with layers and batches of several tiles and workgroups. */
export const LARGE_BATCH_ENGINE: EngineOptions = {
  ...OTHER_ENGINE,
  architecture: { ...OTHER_ENGINE.architecture, hidden: [76, 45], classes: 10 },
  batchSize: 1500,
};

/** Returns images for `OTHER_ENGINE`. */
export function otherData(rows: number): Dataset {
  return generatedData({ rows, width: 9, height: 7, classes: 4 });
}

/** Returns the steps of one epoch of n rows; the last step has the remaining rows. */
export function epochSteps(n: number, batchSize: number, learningRate: number, seed = 1): Step[] {
  return Array.from({ length: Math.ceil(n / batchSize) }, (_, i) => ({
    key: prngKey(seed),
    from: i * batchSize,
    count: Math.min(batchSize, n - i * batchSize),
    learningRate,
  }));
}

/**
 * Like `assertEquals`, but does not print the differences, which takes minutes for thousands of
 * numbers.
 */
export function assertSame(actual: unknown, expected: unknown): void {
  assert(equal(actual, expected), "The values are not equal");
}

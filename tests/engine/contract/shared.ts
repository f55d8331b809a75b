/** What the parts of the contract share. */
import { assert, equal } from "@std/assert";
import type { Dataset } from "../../../lib/data/dataset.ts";
import type { Engine, EngineOptions, Step } from "../../../lib/engine/engine.ts";
import { OPTIMIZERS } from "../../../lib/net/optimizer.ts";
import { prngKey, split } from "../../../lib/random/threefry.ts";

/** Makes the engine under test. */
export type MakeEngine = (options: EngineOptions) => Promise<Engine>;
/** Registers one test. */
export type Register = (does: string, test: () => Promise<void>, ignore?: boolean) => void;

/** The notebook's net and options. */
export const NOTEBOOK_ENGINE: EngineOptions = {
  architecture: {
    inputs: 784,
    hidden: [50, 100],
    classes: 10,
    activation: "tanh",
    head: "notebook",
  },
  optimizer: OPTIMIZERS.sgd,
  batchSize: 100,
  scale: "l2",
  augment: "none",
  threefry: "legacy",
};

/** A small net with everything that the notebook's has not. */
export const OTHER_ENGINE: EngineOptions = {
  architecture: { inputs: 64, hidden: [20, 12], classes: 4, activation: "relu", head: "softmax" },
  optimizer: OPTIMIZERS.adam,
  batchSize: 60,
  scale: "unit",
  augment: "shift",
  threefry: "partitionable",
};

/** Steps that each draw anew from all rows, as the notebook's do. */
export function drawnSteps(steps: number, count: number, learningRate: number): Step[] {
  return split(prngKey(42), steps).map((key) => ({ key, from: 0, count, learningRate }));
}

/** The steps of one pass over n rows, the last with what is left. */
export function epochSteps(n: number, batchSize: number, learningRate: number, seed = 1): Step[] {
  return Array.from({ length: Math.ceil(n / batchSize) }, (_, i) => ({
    key: prngKey(seed),
    from: i * batchSize,
    count: Math.min(batchSize, n - i * batchSize),
    learningRate,
  }));
}

/** The numbers of a data set's rows. */
export function allRows(data: Dataset): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(data.labels, (_, row) => row);
}

/** `assertEquals` for thousands of numbers, of which it would take minutes to print the differences. */
export function assertSame(actual: unknown, expected: unknown): void {
  assert(equal(actual, expected), "The two are not the same");
}

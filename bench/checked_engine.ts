/**
 * Creates engines for benchmarks, and checks their results against float64 before they are timed.
 */
import { assert } from "@std/assert";
import type { Dataset } from "../lib/data/dataset.ts";
import type { Engine, EngineOptions, Step } from "../lib/engine/engine.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { engineOptions } from "../lib/training/engine_options.ts";
import { allRows, drawnSteps } from "../lib/engine/reference.ts";
import { compareSteps } from "../lib/engine/self_check.ts";

/** What to create an engine for; the net and the batch size are the notebook's by default. */
export interface CheckedEngineOptions {
  data: Dataset;
  hidden?: readonly [number, number];
  batchSize?: number;
}

/**
 * Creates an engine and checks it.
 *
 * @param options The data, the net and the batch size
 * @param create Creates the engine
 * @returns The engine, loaded and started
 * @throws {AssertionError} If the engine's results are wrong
 */
export async function openCheckedEngine(
  { data, hidden = NOTEBOOK.hidden, batchSize = NOTEBOOK.batchSize }: CheckedEngineOptions,
  create: (options: EngineOptions) => Promise<Engine>,
): Promise<Engine> {
  const engine = await create(engineOptions({ ...NOTEBOOK, hidden, batchSize }, data));
  await checkEngine(engine, data);
  return engine;
}

/**
 * Loads data into an engine, starts a run, and compares three steps and an evaluation with float64.
 *
 * @throws {AssertionError} If the engine's results are wrong
 */
async function checkEngine(engine: Engine, data: Dataset): Promise<void> {
  const trainRows = allRows(data).subarray(0, data.trainRows);
  const steps = notebookSteps(3, engine.options.batchSize);
  const { error, reference } = await compareSteps(engine, { data, trainRows, steps });
  const evaluated = trainRows.subarray(0, 1000);
  engine.evaluate(evaluated);
  const [{ correct, loss }] = await engine.settle();
  assert(error <= 1e-4, `the parameters' error is ${error} of their change in float64`);
  const expected = reference.evaluate(evaluated);
  assert(
    Math.abs(loss / expected.loss - 1) <= 1e-5,
    `the loss is ${loss}, in float64 ${expected.loss}`,
  );
  assert(
    Math.abs(correct - expected.correct) <= expected.undecided,
    `${correct} rows are correct, in float64 ${expected.correct}`,
  );
}

/** Creates steps that each sample from all training rows, with the notebook's learning rate. */
export function notebookSteps(count: number, batchSize: number = NOTEBOOK.batchSize): Step[] {
  return drawnSteps(count, batchSize, NOTEBOOK.learningRate);
}

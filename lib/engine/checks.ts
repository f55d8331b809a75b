/** Checks shared by all engines: the assertions throw a RangeError that names the invalid value. */
import type { Dataset } from "../data/dataset.ts";
import { parameterCount } from "../net/architecture.ts";
import { functionsOf } from "../net/optimizers.ts";
import type { EngineOptions, EngineState, Step } from "./engine.ts";

/** Throws if a data set does not fit the net. */
export function assertLoadable({ architecture }: EngineOptions, data: Dataset): void {
  const { inputs, classes } = architecture;
  const pixels = data.width * data.height;
  if (pixels !== inputs) {
    throw new RangeError(
      `Cannot load ${data.name} as its images must have ${inputs} pixels, like the net's inputs: current value is ${pixels}`,
    );
  }
  if (data.classes > classes) {
    throw new RangeError(
      `Cannot load ${data.name} as it must have at most the net's ${classes} classes: current value is ${data.classes}`,
    );
  }
}

/** Throws if a state belongs to another net or optimizer. */
export function assertState({ architecture, optimizer }: EngineOptions, state: EngineState): void {
  const parameters = parameterCount(architecture);
  const moments = parameters * functionsOf(optimizer).momentArrays;
  if (state.parameters.length !== parameters || state.moments.length !== moments) {
    throw new RangeError(
      `Cannot start a run as the state must have ${parameters} parameters and ${moments} moments: ` +
        `current values are ${state.parameters.length} and ${state.moments.length}`,
    );
  }
}

/** Throws if a step has more rows than the engine was created for, or than there are training rows. */
export function assertDrawable(
  { batchSize }: EngineOptions,
  { from, count }: Step,
  n: number,
): void {
  if (!(Number.isInteger(count) && count >= 1 && count <= batchSize)) {
    throw new RangeError(
      `Cannot step as the count of rows must be a whole number from 1 to the batch size of ${batchSize}: current value is ${count}`,
    );
  }
  if (!(Number.isInteger(from) && from >= 0 && from + count <= n)) {
    throw new RangeError(
      `Cannot step as its rows must be among the ${n} training rows: current values are ${count} rows from ${from}`,
    );
  }
}

/** Throws if there are no row numbers, or if one is not below `count`. */
export function assertRows(action: string, rows: Uint32Array, count: number): void {
  if (rows.length === 0) throw new RangeError(`Cannot ${action} no rows: give at least one`);
  const wrong = rows.find((row) => row >= count);
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot ${action} rows as their numbers must be below ${count}: current value is ${wrong}`,
    );
  }
}

/** Throws if rows to train on are not rows of a data set of `count` rows, or are more than it has. */
export function assertTrainRows(rows: Uint32Array, count: number): void {
  assertRows("train on", rows, count);
  if (rows.length > count) {
    throw new RangeError(
      `Cannot train on rows as there must be at most the ${count} of the data set: current value is ${rows.length}`,
    );
  }
}

/** The error of a call that needs data, before `load()`. */
export function notLoadedError(action: string): Error {
  return new Error(`Cannot ${action} as no data is loaded: call load() first`);
}

/** The error of `step()` before `start()`. */
export function notStartedError(): Error {
  return new Error("Cannot step as no run was started: call start() first");
}

/** The error of any call after the disposal. */
export function disposedError(): Error {
  return new Error("Cannot use the engine as it was disposed: create another");
}

/** The options of a training run, with the notebook's choices as defaults. */
import type { Dataset } from "../data/dataset.ts";
import { OPTION_NAMES, OPTIONS, type OptionValues } from "./option_table.ts";

/** The mark of validated options, for the compiler alone: no object has this field. */
export interface Validated {
  /** Makes other objects unassignable. */
  readonly "validated by resolveOptions": true;
}

/** All options of a run, each with a valid value: `resolveOptions` returns them. */
export type TrainingOptions = OptionValues & Validated;

/** The published notebook's run. */
export const NOTEBOOK: Readonly<TrainingOptions> = Object.fromEntries(
  OPTION_NAMES.map((name) => [name, OPTIONS[name].default]),
) as unknown as TrainingOptions;

/** Thrown for an invalid option value. */
export class OptionError extends RangeError {
  /** The error's class. */
  override name = "OptionError";
  /** The name of the option. */
  readonly option: string;
  /** What its value must be. */
  readonly rule: string;

  /**
   * Creates the error.
   *
   * @param option The name of the option
   * @param rule What its value must be
   * @param value Its value
   */
  constructor(option: string, rule: string, value: unknown) {
    super(`Cannot train as ${option} must be ${rule}: current value is ${value}`);
    this.option = option;
    this.rule = rule;
  }
}

/**
 * Completes the options of a run with the notebook's, and validates them.
 *
 * @param given The options that differ from the notebook's
 * @returns All options
 * @throws {OptionError} If an option has an invalid value
 *
 * @example
 * ```ts
 * import { resolveOptions } from "./options.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(resolveOptions({ batchSize: 10 }).iterations, 5000);
 * assertThrows(() => resolveOptions({ batchSize: 0.5 }), RangeError, "current value is 0.5");
 * ```
 */
export function resolveOptions(given: Partial<OptionValues> = {}): TrainingOptions {
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(OPTIONS, name)) continue;
    throw new OptionError(name, `an option, one of ${OPTION_NAMES.join(", ")}`, value);
  }
  const chosen = Object.entries(given).filter(([, value]) => value !== undefined);
  const options: TrainingOptions = { ...NOTEBOOK, ...Object.fromEntries(chosen) };
  for (const name of OPTION_NAMES) {
    const { holds, rule } = OPTIONS[name];
    if (!holds(options[name])) throw new OptionError(name, rule, options[name]);
  }
  return options;
}

/** What a data set's numbers of rows follow from: `labels.length` is that of all rows. */
interface RowCounts extends Pick<Dataset, "trainRows"> {
  labels: { length: number };
}

/**
 * Throws if the options require more rows than a data set has.
 *
 * @param data The data set's number of training rows, and its labels
 * @throws {OptionError} If a batch, an evaluation or the validation set is too large
 * @throws {RangeError} If there are no rows to test on
 */
export function checkAgainstRows(
  { validation, patience, batchSize, evalSize }: TrainingOptions,
  { trainRows, labels }: RowCounts,
): void {
  const testRows = labels.length - trainRows;
  if (testRows < 1) {
    throw new RangeError("Cannot train as the data set must have test rows: current value is 0");
  }
  const trained = trainRows - validation;
  const evaluated = validation > 0 ? validation : testRows;
  if (trained < 1) {
    throw new OptionError("validation", `below the ${trainRows} rows to train on`, validation);
  }
  if (patience > 0 && validation === 0) {
    throw new OptionError(
      "patience",
      "0 unless validation is above 0, since test rows must not select the net",
      patience,
    );
  }
  if (batchSize > trained) {
    throw new OptionError("batchSize", `at most the ${trained} rows to train on`, batchSize);
  }
  if (evalSize > evaluated) {
    throw new OptionError("evalSize", `at most the ${evaluated} rows to evaluate on`, evalSize);
  }
}

/**
 * Reduces default sizes of batches and evaluations to what a data set allows.
 *
 * @param data The data set's number of training rows, and its labels
 * @param given The sizes that the user set; these are not changed
 * @returns The options, with smaller sizes if there are fewer rows
 */
export function fitToRows(
  options: TrainingOptions,
  { trainRows, labels }: RowCounts,
  given: { batchSize?: unknown; evalSize?: unknown },
): TrainingOptions {
  const { validation, batchSize, evalSize } = options;
  const evaluated = validation > 0 ? validation : labels.length - trainRows;
  const fit = (size: number, rows: number) => Math.max(1, Math.min(size, rows));
  return {
    ...options,
    ...given.batchSize === undefined && { batchSize: fit(batchSize, trainRows - validation) },
    ...given.evalSize === undefined && { evalSize: fit(evalSize, evaluated) },
  };
}

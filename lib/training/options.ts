/** The options of a training run, with the notebook's choices as defaults. */
import type { Distortion } from "../engine/distortion.ts";
import type { Augmentation } from "../engine/engine.ts";
import type { Dataset, PixelScale } from "../data/dataset.ts";
import type { SplitKind } from "../data/split.ts";
import type { Activation } from "../net/activations.ts";
import type { Head } from "../net/heads.ts";
import type { Initialization } from "../net/initialize.ts";
import type { Optimizer } from "../net/optimizers.ts";
import type { ThreefryLayout } from "../random/threefry.ts";

/**
 * How the learning rate changes during training: `step` multiplies it by `decay` after every
 * `decayEvery`-th step, as the notebook does; `linear` decreases it linearly to 0 over the whole
 * run.
 */
export type Schedule = "step" | "linear";

/**
 * Random changes to training images: `shift` moves them by up to 2 whole pixels; `affine` rotates,
 * scales, shears and shifts them; `elastic` also bends them by a smooth random field. The options
 * of `Distortion` set the strength of the last two.
 */
export type AugmentationKind = "none" | "shift" | "affine" | "elastic";

/** All options that affect a run's numbers. */
export interface TrainingOptions extends Distortion {
  /** The seed of all random numbers, 0 to 2^32 - 1. */
  seed: number;
  /** Number of steps; ignored if `epochs` is set. */
  iterations: number;
  /**
   * Passes over the training rows, each in a new random order. If 0, every batch is sampled from
   * all rows, as in the notebook.
   */
  epochs: number;
  /** Number of rows whose gradients are averaged in a step. */
  batchSize: number;
  /** The learning rate of the first step. */
  learningRate: number;
  /** How the learning rate changes during training. */
  schedule: Schedule;
  /**
   * With the schedule `step`, the learning rate is multiplied by `decay` after every
   * `decayEvery`-th step.
   */
  decay: number;
  /** See `decay`. */
  decayEvery: number;
  /** Number of steps between evaluations, each on `evalSize` newly sampled rows. */
  evalEvery: number;
  /** See `evalEvery`. */
  evalSize: number;
  /** Which rows are for training: drawn from all rows, or those published for training. */
  split: SplitKind;
  /**
   * Number of training rows held out. If there are any, all evaluations before the final one use
   * them instead of test rows.
   */
  validation: number;
  /**
   * Early stopping: the run ends after this many evaluations on held-out rows without improvement.
   * Whether or not it ended early, the net gets the parameters of the evaluation with the highest
   * accuracy (the first, if several are equal). If 0, the run is not stopped, and the net keeps its
   * last parameters.
   */
  patience: number;
  /** Units of the two hidden layers. */
  hidden: readonly [number, number];
  /** The activation function of the hidden layers. */
  activation: Activation;
  /** The output function of the last layer, and the loss. */
  head: Head;
  /** How the parameters are initialized. */
  initialization: Initialization;
  /** How pixels are scaled to the net's inputs. */
  scale: PixelScale;
  /** The optimizer. */
  optimizer: Optimizer["name"];
  /** Random changes to training images. */
  augment: AugmentationKind;
  /** The layout of all random bits. */
  threefry: ThreefryLayout;
}

/**
 * Returns the augmentation that the options ask an engine for.
 *
 * @param options Valid options
 * @returns For `affine`, the distortion with a `warp` of 0
 */
export function augmentationOf(
  { augment, rotate, zoom, shear, shift, warp }: Pick<
    TrainingOptions,
    "augment" | keyof Distortion
  >,
): Augmentation {
  if (augment === "none" || augment === "shift") return augment;
  return { rotate, zoom, shear, shift, warp: augment === "elastic" ? warp : 0 };
}

/** The options whose values are words. */
export type WordOption = {
  [Name in keyof TrainingOptions]: TrainingOptions[Name] extends string ? Name : never;
}[keyof TrainingOptions];

/** The words that each of those options accepts, for flags, checks and files. */
export const OPTION_WORDS: Readonly<{ [Name in WordOption]: readonly TrainingOptions[Name][] }> = {
  schedule: ["step", "linear"],
  split: ["shuffle", "original"],
  activation: ["tanh", "relu"],
  head: ["notebook", "softmax"],
  initialization: ["normal", "glorot"],
  scale: ["l2", "unit"],
  optimizer: ["sgd", "momentum", "adam"],
  augment: ["none", "shift", "affine", "elastic"],
  threefry: ["legacy", "partitionable"],
};

/** The published notebook's run. */
export const NOTEBOOK: Readonly<TrainingOptions> = {
  seed: 298504,
  iterations: 5000,
  epochs: 0,
  batchSize: 100,
  learningRate: 0.5,
  schedule: "step",
  decay: 0.5,
  decayEvery: 2000,
  evalEvery: 500,
  evalSize: 1000,
  split: "shuffle",
  validation: 0,
  patience: 0,
  hidden: [50, 100],
  activation: "tanh",
  head: "notebook",
  initialization: "normal",
  scale: "l2",
  optimizer: "sgd",
  augment: "none",
  rotate: 12,
  zoom: 0.12,
  shear: 0.12,
  shift: 1.5,
  warp: 2.5,
  threefry: "legacy",
};

/** Thrown for an invalid option value. */
export class OptionError extends RangeError {
  /** The error's class. */
  override name = "OptionError";
  /** The name of the option. */
  readonly option: keyof TrainingOptions;
  /** What its value must be. */
  readonly rule: string;

  /**
   * Creates the error.
   *
   * @param option The name of the option
   * @param rule What its value must be
   * @param value Its value
   */
  constructor(option: keyof TrainingOptions, rule: string, value: unknown) {
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
export function resolveOptions(given: Partial<TrainingOptions> = {}): TrainingOptions {
  const options: TrainingOptions = { ...NOTEBOOK };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(RULES, name)) {
      throw new RangeError(
        `Cannot train as every option must be one of ${Object.keys(RULES).join(", ")}: ` +
          `current value is ${name}`,
      );
    }
    if (value !== undefined) Object.assign(options, { [name]: value });
  }
  for (const name of Object.keys(RULES) as (keyof TrainingOptions)[]) {
    const { holds, rule } = RULES[name];
    if (!holds(options[name])) throw new OptionError(name, rule, options[name]);
  }
  return options;
}

/**
 * Throws if the options require more rows than a data set has.
 *
 * @param options Valid options
 * @param rows The number of training rows, and of test rows
 * @throws {OptionError} If a batch, an evaluation or the validation set is too large
 * @throws {RangeError} If there are no rows to test on
 */
export function checkAgainstRows(
  { validation, patience, batchSize, evalSize }: TrainingOptions,
  rows: { train: number; test: number },
): void {
  if (rows.test < 1) {
    throw new RangeError("Cannot train as the data set must have test rows: current value is 0");
  }
  const trained = rows.train - validation;
  const evaluated = validation > 0 ? validation : rows.test;
  if (trained < 1) {
    throw new OptionError("validation", `below the ${rows.train} rows to train on`, validation);
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
 * @param options Valid options
 * @param data The data set's number of training rows, and its labels
 * @param given The sizes that the user set; these are not changed
 * @returns The options, with smaller sizes if there are fewer rows
 *
 * @example
 * ```ts
 * import { fitToRows, NOTEBOOK } from "./options.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = { trainRows: 60, labels: new Uint8Array(70) };
 * const given = { batchSize: 20 };
 * const { batchSize, evalSize } = fitToRows({ ...NOTEBOOK, ...given }, data, given);
 * assertEquals([batchSize, evalSize], [20, 10]);
 * ```
 */
export function fitToRows(
  options: TrainingOptions,
  { trainRows, labels }: Pick<Dataset, "trainRows"> & { labels: { length: number } },
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

/** The rule for an option's value: its description and its predicate. */
interface Rule {
  rule: string;
  holds: (value: unknown) => boolean;
}

function wholeFrom(from: number, to = Number.MAX_SAFE_INTEGER): Rule {
  return {
    rule: to === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${from}`
      : `a whole number from ${from} to ${to}`,
    holds: (value) => Number.isSafeInteger(value) && from <= Number(value) && Number(value) <= to,
  };
}

const ABOVE_ZERO: Rule = {
  rule: "a number above 0",
  holds: (value) => Number.isFinite(value) && Number(value) > 0,
};

function from0To(most: number): Rule {
  return {
    rule: `a number from 0 to ${most}`,
    holds: (value) => Number.isFinite(value) && Number(value) >= 0 && Number(value) <= most,
  };
}

function wordOf(option: WordOption): Rule {
  const words: readonly unknown[] = OPTION_WORDS[option];
  return { rule: `one of ${words.join(", ")}`, holds: (value) => words.includes(value) };
}

const RULES: Readonly<Record<keyof TrainingOptions, Rule>> = {
  seed: wholeFrom(0, 2 ** 32 - 1),
  iterations: wholeFrom(0),
  epochs: wholeFrom(0),
  batchSize: wholeFrom(1),
  learningRate: ABOVE_ZERO,
  schedule: wordOf("schedule"),
  decay: ABOVE_ZERO,
  decayEvery: wholeFrom(1),
  evalEvery: wholeFrom(1),
  evalSize: wholeFrom(1),
  split: wordOf("split"),
  validation: wholeFrom(0),
  patience: wholeFrom(0),
  hidden: {
    rule: "two whole numbers of at least 1",
    holds: (value) => Array.isArray(value) && value.length === 2 && value.every(wholeFrom(1).holds),
  },
  activation: wordOf("activation"),
  head: wordOf("head"),
  initialization: wordOf("initialization"),
  scale: wordOf("scale"),
  optimizer: wordOf("optimizer"),
  augment: wordOf("augment"),
  rotate: from0To(180),
  zoom: from0To(0.99),
  shear: from0To(1000),
  shift: from0To(1000),
  warp: from0To(1000),
  threefry: wordOf("threefry"),
};

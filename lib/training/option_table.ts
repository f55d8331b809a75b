/**
 * The table of a run's options: one entry for each. The notebook's options, the checks, the flags of
 * the tasks that train, the columns of a sweep's file, the page's form and address, and the labels
 * of reports are derived from it.
 */
import type { PixelScale } from "../data/dataset.ts";
import { PIXEL_SCALES } from "../data/normalize.ts";
import { type SplitKind, SPLITS } from "../data/split.ts";
import { type Activation, ACTIVATIONS } from "../net/activations.ts";
import { type Head, HEADS } from "../net/heads.ts";
import { type Initialization, INITIALIZATIONS } from "../net/initialize.ts";
import { type Optimizer, OPTIMIZERS } from "../net/optimizers.ts";
import { THREEFRY_LAYOUTS, type ThreefryLayout } from "../random/threefry.ts";
import { type AugmentationKind, AUGMENTATIONS } from "./augmentations.ts";
import { type Schedule, SCHEDULES } from "./schedules.ts";

/** The name of an option. */
export type OptionName = keyof OptionTable;

/** All options that affect a run's numbers, with their values: `OptionTable` describes each. */
export type OptionValues = { [Name in OptionName]: OptionTable[Name]["default"] };

/** The headings under which help and page show the options. */
export type OptionGroup = "Training" | "Net" | "Augmentation" | "Evaluation";

/** What a value must be. */
export interface Rule<Value> {
  /** The rule for messages: `a number above 0`. */
  rule: string;
  /** Whether a value obeys it. */
  holds(value: unknown): boolean;
  /** What the text of a value must be, for messages: `a number`. */
  expects: string;
  /** Reads a value, which may still break the rule; undefined if the text is not of its kind. */
  parse(text: string): Value | undefined;
  /** The accepted words; undefined if values are not words. */
  words: [Value] extends [string] ? readonly Value[] : undefined;
}

/** An entry of the table. */
export interface OptionEntry<Value> extends Rule<Value> {
  /** The notebook's value. */
  default: Value;
  /** The heading under which help and page show it. */
  group: OptionGroup;
  /** The name for readers: `Learning rate`. */
  label: string;
  /** What it does, in terms of flags. */
  help: string;
  /** The name of its flag in camel case, if that is not the option's. */
  flag?: string;
  /** The option that would make this one ineffective: giving this one drops a preset's value of it. */
  displaces?: OptionName;
  /** Whether a resumed run may increase it, if its schedule allows that. */
  mayGrow?: true;
  /** For a slider: how far it goes, by steps of what, and the unit of its values. */
  slider?: { max: number; step: number; unit: "degrees" | "fraction" | "pixels" };
}

/**
 * The options of a run, in the order in which files and reports list them. A class, since a property of
 * a class can declare its type beside its value, which JSR requires of what it publishes.
 */
export class OptionTable {
  /** The seed of all random numbers, 0 to 2^32 - 1. */
  readonly seed: OptionEntry<number> = {
    ...whole(298504, 0, 2 ** 32 - 1),
    group: "Training",
    label: "Seed",
    help: "seed of all random numbers, 0 to 4294967295",
  };
  /** Number of steps; ignored if `epochs` is set. */
  readonly iterations: OptionEntry<number> = {
    ...whole(5000, 0),
    group: "Training",
    label: "Steps",
    help: "number of training steps",
    displaces: "epochs",
    mayGrow: true,
  };
  /**
   * Passes over the training rows, each in a new random order. If 0, every batch is sampled from
   * all rows, as in the notebook.
   */
  readonly epochs: OptionEntry<number> = {
    ...whole(0, 0),
    group: "Training",
    label: "Epochs",
    help: "passes over the shuffled training rows, instead of --iterations; 0 for none",
    mayGrow: true,
  };
  /** Number of rows whose gradients are averaged in a step. */
  readonly batchSize: OptionEntry<number> = {
    ...whole(100, 1),
    group: "Training",
    label: "Batch size",
    help: "rows per step",
  };
  /** The learning rate of the first step. */
  readonly learningRate: OptionEntry<number> = {
    ...aboveZero(0.5),
    group: "Training",
    label: "Learning rate",
    help: "learning rate of the first step",
  };
  /** How the learning rate changes during training. */
  readonly schedule: OptionEntry<Schedule> = {
    ...wordOf(SCHEDULES, "step"),
    group: "Training",
    label: "Schedule",
    help: `learning rate schedule: ${
      Object.entries(SCHEDULES).map(([name, { help }]) => `${help} (${name})`).join(", or ")
    }`,
  };
  /**
   * With the schedule `step`, the learning rate is multiplied by `decay` after every
   * `decayEvery`-th step.
   */
  readonly decay: OptionEntry<number> = {
    ...aboveZero(0.5),
    group: "Training",
    label: "Decay",
    help: "with --schedule step, the factor of the learning rate after every --decay-every steps",
    displaces: "schedule",
  };
  /** See `decay`. */
  readonly decayEvery: OptionEntry<number> = {
    ...whole(2000, 1),
    group: "Training",
    label: "Steps between decays",
    help: "steps between two changes of the learning rate",
    displaces: "schedule",
  };
  /** Number of steps between evaluations, each on `evalSize` newly sampled rows. */
  readonly evalEvery: OptionEntry<number> = {
    ...whole(500, 1),
    group: "Evaluation",
    label: "Steps between evaluations",
    help: "steps between two evaluations",
  };
  /** See `evalEvery`. */
  readonly evalSize: OptionEntry<number> = {
    ...whole(1000, 1),
    group: "Evaluation",
    label: "Rows per evaluation",
    help: "rows sampled for each evaluation",
  };
  /** Which rows are for training: drawn from all rows, or those published for training. */
  readonly split: OptionEntry<SplitKind> = {
    ...wordOf(SPLITS, "shuffle"),
    group: "Evaluation",
    label: "Split",
    help: "training rows: drawn from all rows as in the notebook (shuffle), or as published",
  };
  /**
   * Number of training rows held out. If there are any, all evaluations before the final one use
   * them instead of test rows.
   */
  readonly validation: OptionEntry<number> = {
    ...whole(0, 0),
    group: "Evaluation",
    label: "Validation rows",
    help: "number of training rows to hold out, and to evaluate on instead of test rows",
  };
  /**
   * Early stopping: the run ends after this many evaluations on held-out rows without improvement.
   * Whether or not it ended early, the net gets the parameters of the evaluation with the highest
   * accuracy (the first, if several are equal). If 0, the run is not stopped, and the net keeps its
   * last parameters.
   */
  readonly patience: OptionEntry<number> = {
    ...whole(0, 0),
    group: "Evaluation",
    label: "Patience",
    help:
      "stop early after this many evaluations on held-out rows without improvement, and keep the best net; 0 for never",
  };
  /** Units of the two hidden layers. */
  readonly hidden: OptionEntry<readonly [number, number]> = {
    default: [50, 100],
    rule: "two whole numbers of at least 1",
    holds: (value) => Array.isArray(value) && value.length === 2 && value.every(whole(1, 1).holds),
    expects: "two numbers separated by a comma",
    parse(text) {
      const sizes = text.split(",").map(parseNumber);
      return sizes.includes(undefined) ? undefined : sizes as unknown as [number, number];
    },
    words: undefined,
    group: "Net",
    label: "Hidden units",
    help: "units of the two hidden layers",
  };
  /** The activation function of the hidden layers. */
  readonly activation: OptionEntry<Activation> = {
    ...wordOf(ACTIVATIONS, "tanh"),
    group: "Net",
    label: "Activation",
    help: "activation of the hidden layers",
  };
  /** The output function of the last layer, and the loss. */
  readonly head: OptionEntry<Head> = {
    ...wordOf(HEADS, "notebook"),
    group: "Net",
    label: "Head",
    help:
      "output function and loss: the notebook's, with tanh before softmax, or softmax cross-entropy",
  };
  /** How the parameters are initialized. */
  readonly initialization: OptionEntry<Initialization> = {
    ...wordOf(INITIALIZATIONS, "normal"),
    group: "Net",
    label: "Initialization",
    help: "initial parameters: drawn from N(0, 1) (normal), or Glorot initialization",
    flag: "init",
  };
  /** How pixels are scaled to the net's inputs. */
  readonly scale: OptionEntry<PixelScale> = {
    ...wordOf(PIXEL_SCALES, "l2"),
    group: "Net",
    label: "Pixel scaling",
    help: "pixel scaling: by the image's L2 norm, or by 255 (unit)",
  };
  /** The optimizer. */
  readonly optimizer: OptionEntry<Optimizer["name"]> = {
    ...wordOf(OPTIMIZERS, "sgd"),
    group: "Training",
    label: "Optimizer",
    help: "optimizer",
  };
  /** Random changes to training images. */
  readonly augment: OptionEntry<AugmentationKind> = {
    ...wordOf(AUGMENTATIONS, "none"),
    group: "Augmentation",
    label: "Augmentation",
    help:
      "random changes to training images; elastic includes affine, and the flags below set their strength",
  };
  /** See `Distortion`. */
  readonly rotate: OptionEntry<number> = {
    ...upTo(180, 12),
    group: "Augmentation",
    label: "Rotation",
    help: "maximum rotation in degrees",
    slider: { max: 45, step: 1, unit: "degrees" },
  };
  /** See `Distortion`. */
  readonly zoom: OptionEntry<number> = {
    ...upTo(0.99, 0.12),
    group: "Augmentation",
    label: "Zoom",
    help: "maximum scaling, as a fraction",
    slider: { max: 0.5, step: 0.01, unit: "fraction" },
  };
  /** See `Distortion`. */
  readonly shear: OptionEntry<number> = {
    ...upTo(1000, 0.12),
    group: "Augmentation",
    label: "Shear",
    help: "maximum shear, as a fraction",
    slider: { max: 0.5, step: 0.01, unit: "fraction" },
  };
  /** See `Distortion`. */
  readonly shift: OptionEntry<number> = {
    ...upTo(1000, 1.5),
    group: "Augmentation",
    label: "Shift",
    help: "maximum shift in pixels",
    slider: { max: 6, step: 0.1, unit: "pixels" },
  };
  /** See `Distortion`. */
  readonly warp: OptionEntry<number> = {
    ...upTo(1000, 2.5),
    group: "Augmentation",
    label: "Warp",
    help: "maximum displacement of elastic's 7 x 7 control points in pixels",
    slider: { max: 8, step: 0.1, unit: "pixels" },
  };
  /** The layout of all random bits. */
  readonly threefry: OptionEntry<ThreefryLayout> = {
    ...wordOf(THREEFRY_LAYOUTS, "legacy"),
    group: "Training",
    label: "Random bits",
    help: "layout of random bits: as in JAX before version 0.5 (legacy), or since",
  };
}

/** The options by name. */
export const OPTIONS: OptionTable = new OptionTable();

/** The options' names. */
export const OPTION_NAMES: readonly OptionName[] = Object.keys(OPTIONS) as OptionName[];

/** Parses a number; undefined if the text is not one. */
export function parseNumber(text: string): number | undefined {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}

type DefaultAndRule<Value> = Rule<Value> & { default: Value };

function numberOf(
  standard: number,
  rule: string,
  holds: (value: number) => boolean,
): DefaultAndRule<number> {
  return {
    default: standard,
    rule,
    holds: (value) => Number.isFinite(value) && holds(Number(value)),
    expects: "a number",
    parse: parseNumber,
    words: undefined,
  };
}

function whole(standard: number, from: number, to?: number): DefaultAndRule<number> {
  const range = to === undefined ? `of at least ${from}` : `from ${from} to ${to}`;
  return numberOf(
    standard,
    `a whole number ${range}`,
    (value) => Number.isSafeInteger(value) && value >= from && value <= (to ?? Infinity),
  );
}

function aboveZero(standard: number): DefaultAndRule<number> {
  return numberOf(standard, "a number above 0", (value) => value > 0);
}

function upTo(most: number, standard: number): DefaultAndRule<number> {
  return numberOf(standard, `a number from 0 to ${most}`, (value) => value >= 0 && value <= most);
}

/** A word of a table. */
function wordOf<Word extends string>(
  table: Readonly<Record<Word, unknown>>,
  standard: Word,
): DefaultAndRule<Word> {
  const words = Object.keys(table) as Word[];
  const rule = `one of ${words.join(", ")}`;
  return {
    default: standard,
    rule,
    holds: (value) => words.some((word) => word === value),
    expects: rule,
    parse: (text) => words.find((word) => word === text),
    words: words as unknown as Rule<Word>["words"],
  };
}

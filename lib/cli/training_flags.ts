/** The flags that choose a run's options: of `train`, and of whatever else trains. */
import type { Dataset } from "../data/dataset.ts";
import {
  type AugmentationKind,
  fitToRows,
  NOTEBOOK,
  OPTION_WORDS,
  type TrainingOptions,
  type WordOption,
} from "../training/options.ts";
import { type Preset, PRESETS } from "../training/presets.ts";
import {
  type Flag,
  type FlagTable,
  type FlagValues,
  listOf,
  number,
  oneOf,
  parseNumber,
  UsageError,
} from "./flags.ts";

const seed: Flag<number> = {
  placeholder: "N|random",
  help: "seed of all random numbers of the run, 0 to 4294967295",
  default: String(NOTEBOOK.seed),
  expects: "a number or the word random",
  parse: (text) =>
    text === "random" ? crypto.getRandomValues(new Uint32Array(1))[0] : parseNumber(text),
};

const hidden: Flag<number[]> = {
  ...listOf(number("units of the two hidden layers")),
  placeholder: "N,N",
  default: NOTEBOOK.hidden.join(),
  expects: "two numbers separated by a comma",
};

/** A flag for an option that accepts a few words. */
function wordOf<Option extends WordOption>(
  option: Option,
  help: string,
): Flag<TrainingOptions[Option]> {
  const words: readonly TrainingOptions[Option][] = OPTION_WORDS[option];
  return oneOf(words, help, NOTEBOOK[option]);
}

/** The notebook's own flags, then those that go beyond it. */
export const TRAINING_FLAGS = {
  preset: oneOf(
    Object.keys(PRESETS) as Preset[],
    "set of defaults for the flags below, which override it; accurate and best reach higher accuracy",
    "notebook",
  ),
  seed,
  iterations: number("number of training steps", NOTEBOOK.iterations),
  batchSize: number("rows per step", NOTEBOOK.batchSize),
  learningRate: number("learning rate of the first step", NOTEBOOK.learningRate),
  decay: number(
    "factor of the learning rate after every --decay-every steps, if --schedule is step",
    NOTEBOOK.decay,
  ),
  decayEvery: number("steps between changes of the learning rate", NOTEBOOK.decayEvery),
  evalEvery: number("steps between evaluations", NOTEBOOK.evalEvery),
  evalSize: number("rows sampled for each evaluation", NOTEBOOK.evalSize),
  hidden,
  threefry: wordOf("threefry", "layout of JAX's random bits: before version 0.5, or since"),
  epochs: number(
    "passes over the shuffled training rows, instead of --iterations; 0 for none",
    NOTEBOOK.epochs,
  ),
  schedule: wordOf(
    "schedule",
    "learning rate schedule: by --decay, or linearly to 0",
  ),
  optimizer: wordOf("optimizer", "optimizer"),
  init: wordOf("initialization", "initialization of the parameters: N(0, 1) or Glorot"),
  activation: wordOf("activation", "activation of the hidden layers"),
  head: wordOf(
    "head",
    "outputs and loss: the notebook's (tanh before softmax), or softmax cross-entropy",
  ),
  scale: wordOf("scale", "pixel scaling: by the L2 norm of the image, or by 255"),
  augment: wordOf(
    "augment",
    "random changes to training images; affine and elastic (which includes affine) go up to:",
  ),
  rotate: number("rotation, in degrees either way", NOTEBOOK.rotate),
  zoom: number("scaling, as a fraction either way", NOTEBOOK.zoom),
  shear: number("shear, as a fraction either way", NOTEBOOK.shear),
  shift: number("shift, in pixels either way", NOTEBOOK.shift),
  warp: number("movement of elastic's 7 x 7 control points, in pixels either way", NOTEBOOK.warp),
  split: wordOf(
    "split",
    "training rows: drawn from all rows as in the notebook, or those published for training",
  ),
  validation: number(
    "training rows to hold out and evaluate on instead of test rows",
    NOTEBOOK.validation,
  ),
  patience: number(
    "stop early after this many evaluations on held-out rows without a new best, and keep the best net; 0 for never",
    NOTEBOOK.patience,
  ),
} satisfies FlagTable;

/** The option that makes a flag ineffective; if the flag is given, the preset's value is dropped. */
const SILENCED_BY: Readonly<Record<string, keyof TrainingOptions>> = {
  iterations: "epochs",
  decay: "schedule",
  decayEvery: "schedule",
};

/** The kinds of augmentation to which each strength applies. */
const STRENGTHENS = {
  rotate: ["affine", "elastic"],
  zoom: ["affine", "elastic"],
  shear: ["affine", "elastic"],
  shift: ["affine", "elastic"],
  warp: ["elastic"],
} as const satisfies Partial<Record<keyof TrainingOptions, readonly AugmentationKind[]>>;

/** Throws if a strength does not apply to the augmentation. */
function checkStrengths(options: Partial<TrainingOptions>, given: readonly string[]): void {
  const { augment = NOTEBOOK.augment } = options;
  for (const [name, kinds] of Object.entries(STRENGTHENS)) {
    const isUsed = (kinds as readonly AugmentationKind[]).includes(augment);
    if (given.includes(name) && !isUsed) {
      throw new UsageError(`--${name} needs --augment ${kinds.join(" or ")}: it is ${augment}`);
    }
  }
}

/** Returns the preset's options, overridden by those given as flags. */
export function trainingOptions(
  { preset = "notebook", init: initialization, ...others }: FlagValues<typeof TRAINING_FLAGS>,
): Partial<TrainingOptions> {
  const given = Object.entries({ ...others, initialization })
    .filter(([name, value]) => Object.hasOwn(NOTEBOOK, name) && value !== undefined);
  const options = { ...PRESETS[preset] };
  for (const [name] of given) {
    if (Object.hasOwn(SILENCED_BY, name)) delete options[SILENCED_BY[name]];
  }
  Object.assign(options, Object.fromEntries(given));
  checkStrengths(options, given.map(([name]) => name));
  return options;
}

/**
 * Fits options to the data: reduces the sizes of batches and evaluations to what the data allows,
 * unless they are given by flags, and reports the changes.
 *
 * @param options The options from flags, presets and defaults
 * @param data The data set
 * @param flags The flags given
 * @param onNotice Called with a message about each assumption
 * @returns The options to train with
 */
export function fitToData(
  options: TrainingOptions,
  data: Dataset,
  flags: { batchSize?: unknown; evalSize?: unknown },
  onNotice: (line: string) => void,
): TrainingOptions {
  const fitted = fitToRows(options, data, flags);
  const { batchSize, evalSize } = fitted;
  if (batchSize < options.batchSize || evalSize < options.evalSize) {
    onNotice(
      `${data.name} has few rows: --batch-size is ${batchSize} and --eval-size ${evalSize}`,
    );
  }
  if (options.split === "original" && data.publishedSplit === false) {
    onNotice(`${data.name} does not say which rows are for testing: they are drawn at random`);
  }
  return fitted;
}

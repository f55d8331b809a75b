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
  help: "what all random numbers of the run come from, 0 to 4294967295",
  default: String(NOTEBOOK.seed),
  expects: "a number or the word random",
  parse: (text) =>
    text === "random" ? crypto.getRandomValues(new Uint32Array(1))[0] : parseNumber(text),
};

const hidden: Flag<number[]> = {
  ...listOf(number("units of the two hidden layers")),
  placeholder: "N,N",
  default: NOTEBOOK.hidden.join(),
  expects: "two numbers divided by a comma",
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
    "defaults for the flags below, here shown for notebook; the others do better",
    "notebook",
  ),
  seed,
  iterations: number("steps to take", NOTEBOOK.iterations),
  batchSize: number("rows averaged in a step", NOTEBOOK.batchSize),
  learningRate: number("how far the first step goes", NOTEBOOK.learningRate),
  decay: number(
    "what the learning rate is multiplied by every --decay-every steps, if --schedule is step",
    NOTEBOOK.decay,
  ),
  decayEvery: number("steps between two changes of the learning rate", NOTEBOOK.decayEvery),
  evalEvery: number("steps between two evaluations", NOTEBOOK.evalEvery),
  evalSize: number("rows drawn for an evaluation", NOTEBOOK.evalSize),
  hidden,
  threefry: wordOf("threefry", "layout of JAX's random bits: before 0.5, or since"),
  epochs: number(
    "passes over shuffled training rows, in place of --iterations; 0 for none",
    NOTEBOOK.epochs,
  ),
  schedule: wordOf(
    "schedule",
    "how the learning rate changes: by --decay, or down to 0 in a straight line",
  ),
  optimizer: wordOf("optimizer", "how a step uses the gradient"),
  init: wordOf("initialization", "how parameters are drawn"),
  activation: wordOf("activation", "of the hidden layers"),
  head: wordOf(
    "head",
    "the last layer's output and loss: tanh and its loss, or plain cross-entropy",
  ),
  scale: wordOf("scale", "pixels divided by their row's L2 norm, or by 255"),
  augment: wordOf(
    "augment",
    "seeded changes to training images; affine and elastic (which is affine too) go up to:",
  ),
  rotate: number("rotation, in degrees either way", NOTEBOOK.rotate),
  zoom: number("scaling, as a fraction either way", NOTEBOOK.zoom),
  shear: number("shear, as a fraction either way", NOTEBOOK.shear),
  shift: number("shift, in pixels either way", NOTEBOOK.shift),
  warp: number("movement of elastic's 7 x 7 control points, in pixels either way", NOTEBOOK.warp),
  split: wordOf(
    "split",
    "training rows drawn from all rows as in the notebook, or those that were published as such",
  ),
  validation: number(
    "training rows held out and evaluated on in place of test rows",
    NOTEBOOK.validation,
  ),
  patience: number(
    "evaluations on held-out rows without a new best that end the run, whose best net is kept; 0 for off",
    NOTEBOOK.patience,
  ),
} satisfies FlagTable;

/** The option under which a flag says nothing: a preset's gives way where the flag is given. */
const SILENCED_BY: Readonly<Record<string, keyof TrainingOptions>> = {
  iterations: "epochs",
  decay: "schedule",
  decayEvery: "schedule",
};

/** What of `augment` a strength is for. */
const STRENGTHENS = {
  rotate: ["affine", "elastic"],
  zoom: ["affine", "elastic"],
  shear: ["affine", "elastic"],
  shift: ["affine", "elastic"],
  warp: ["elastic"],
} as const satisfies Partial<Record<keyof TrainingOptions, readonly AugmentationKind[]>>;

/** Refuses a strength that the augmentation does not have. */
function checkStrengths(options: Partial<TrainingOptions>, given: readonly string[]): void {
  const { augment = NOTEBOOK.augment } = options;
  for (const [name, kinds] of Object.entries(STRENGTHENS)) {
    const isUsed = (kinds as readonly AugmentationKind[]).includes(augment);
    if (given.includes(name) && !isUsed) {
      throw new UsageError(`--${name} needs --augment ${kinds.join(" or ")}: it is ${augment}`);
    }
  }
}

/** The options that flags ask for: the preset's, and in their place what has a flag of its own. */
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
 * Fits options to the data: batches and evaluations no larger than it allows where no flag says how
 * large, and says what that changes.
 *
 * @param options As flags, presets and defaults give them
 * @param data The data set
 * @param flags What was given
 * @param onNotice Told what is assumed
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

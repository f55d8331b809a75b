/** The flags that choose a run's options, for all tasks that train. */
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
  inGroup,
  listOf,
  number,
  oneOf,
  parseNumber,
  UsageError,
} from "./flags.ts";

const seed: Flag<number> = {
  placeholder: "N|random",
  help: "seed of all random numbers, 0 to 4294967295",
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

/** Creates the flag of an option that accepts a few words. */
function wordOf<Option extends WordOption>(
  option: Option,
  help: string,
): Flag<TrainingOptions[Option]> {
  const words: readonly TrainingOptions[Option][] = OPTION_WORDS[option];
  return oneOf(words, help, NOTEBOOK[option]);
}

/** The flags of all options of a run. */
export const TRAINING_FLAGS = {
  ...inGroup("Training:", {
    preset: oneOf(
      Object.keys(PRESETS) as Preset[],
      "a set of defaults, which other flags override; accurate, best and record reach higher accuracy and take longer",
      "notebook",
    ),
    seed,
    iterations: number("number of training steps", NOTEBOOK.iterations),
    epochs: number(
      "passes over the shuffled training rows, instead of --iterations; 0 for none",
      NOTEBOOK.epochs,
    ),
    batchSize: number("rows per step", NOTEBOOK.batchSize),
    optimizer: wordOf("optimizer", "optimizer"),
    learningRate: number("learning rate of the first step", NOTEBOOK.learningRate),
    schedule: wordOf(
      "schedule",
      "learning rate schedule: by --decay (step), or linearly to 0",
    ),
    decay: number(
      "with --schedule step, the factor of the learning rate after every --decay-every steps",
      NOTEBOOK.decay,
    ),
    decayEvery: number("steps between two changes of the learning rate", NOTEBOOK.decayEvery),
    threefry: wordOf(
      "threefry",
      "layout of random bits: as in JAX before version 0.5 (legacy), or since",
    ),
  }),
  ...inGroup("Net:", {
    hidden,
    activation: wordOf("activation", "activation of the hidden layers"),
    head: wordOf(
      "head",
      "output function and loss: the notebook's, with tanh before softmax, or softmax cross-entropy",
    ),
    init: wordOf(
      "initialization",
      "initial parameters: drawn from N(0, 1) (normal), or Glorot initialization",
    ),
    scale: wordOf("scale", "pixel scaling: by the image's L2 norm, or by 255 (unit)"),
  }),
  ...inGroup("Augmentation:", {
    augment: wordOf(
      "augment",
      "random changes to training images; elastic includes affine, and the flags below set their strength",
    ),
    rotate: number("maximum rotation in degrees", NOTEBOOK.rotate),
    zoom: number("maximum scaling, as a fraction", NOTEBOOK.zoom),
    shear: number("maximum shear, as a fraction", NOTEBOOK.shear),
    shift: number("maximum shift in pixels", NOTEBOOK.shift),
    warp: number("maximum displacement of elastic's 7 x 7 control points in pixels", NOTEBOOK.warp),
  }),
  ...inGroup("Evaluation:", {
    evalEvery: number("steps between two evaluations", NOTEBOOK.evalEvery),
    evalSize: number("rows sampled for each evaluation", NOTEBOOK.evalSize),
    split: wordOf(
      "split",
      "training rows: drawn from all rows as in the notebook (shuffle), or as published",
    ),
    validation: number(
      "number of training rows to hold out, and to evaluate on instead of test rows",
      NOTEBOOK.validation,
    ),
    patience: number(
      "stop early after this many evaluations on held-out rows without improvement, and keep the best net; 0 for never",
      NOTEBOOK.patience,
    ),
  }),
} satisfies FlagTable;

/**
 * The option that would make a flag ineffective. If the flag is given, the preset's value of that
 * option is dropped.
 */
const OVERRIDDEN_BY: Readonly<Record<string, keyof TrainingOptions>> = {
  iterations: "epochs",
  decay: "schedule",
  decayEvery: "schedule",
};

/** The kinds of augmentation that use each strength. */
const STRENGTHENS = {
  rotate: ["affine", "elastic"],
  zoom: ["affine", "elastic"],
  shear: ["affine", "elastic"],
  shift: ["affine", "elastic"],
  warp: ["elastic"],
} as const satisfies Partial<Record<keyof TrainingOptions, readonly AugmentationKind[]>>;

/** Throws if a strength is given that the augmentation does not use. */
function checkStrengths(options: Partial<TrainingOptions>, given: readonly string[]): void {
  const { augment = NOTEBOOK.augment } = options;
  for (const [name, kinds] of Object.entries(STRENGTHENS)) {
    const isUsed = (kinds as readonly AugmentationKind[]).includes(augment);
    if (given.includes(name) && !isUsed) {
      throw new UsageError(
        `--${name} needs --augment ${kinds.join(" or ")}: current value is ${augment}`,
      );
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
    if (Object.hasOwn(OVERRIDDEN_BY, name)) delete options[OVERRIDDEN_BY[name]];
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
  data:
    & Pick<Dataset, "name" | "trainRows" | "publishedSplit" | "validationRows" | "hasNamedTest">
    & { labels: { length: number } },
  flags: { batchSize?: unknown; evalSize?: unknown; split?: unknown; validation?: unknown },
  onNotice: (line: string) => void,
): TrainingOptions {
  const { hasNamedTest, validationRows = 0 } = data;
  if (hasNamedTest && flags.split === undefined) {
    options = { ...options, split: "original" };
    if (validationRows > 0 && flags.validation === undefined) {
      options = { ...options, validation: validationRows };
      onNotice(`${data.name}: its ${validationRows} validation rows are held out`);
    }
  }
  const fitted = fitToRows(options, data, flags);
  const { batchSize, evalSize } = fitted;
  if (batchSize < options.batchSize || evalSize < options.evalSize) {
    onNotice(
      `${data.name} has few rows, so --batch-size is ${batchSize} and --eval-size is ${evalSize}`,
    );
  }
  if (data.publishedSplit === false) {
    onNotice(
      `${data.name} does not say which rows are for testing, so they are drawn at random, with ` +
        `rows of each class in both parts`,
    );
  }
  return fitted;
}

/** The flags that choose a run's options: of `train`, and of whatever else trains. */
import { NOTEBOOK, type TrainingOptions } from "../training/options.ts";
import { type Preset, PRESETS } from "../training/presets.ts";
import {
  type Flag,
  type FlagTable,
  type FlagValues,
  listOf,
  number,
  oneOf,
  parseNumber,
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
  threefry: oneOf(
    ["legacy", "partitionable"],
    "layout of JAX's random bits: before 0.5, or since",
    NOTEBOOK.threefry,
  ),
  epochs: number(
    "passes over shuffled training rows, in place of --iterations; 0 for none",
    NOTEBOOK.epochs,
  ),
  schedule: oneOf(
    ["step", "linear"],
    "how the learning rate changes: by --decay, or down to 0 in a straight line",
    NOTEBOOK.schedule,
  ),
  optimizer: oneOf(["sgd", "momentum", "adam"], "how a step uses the gradient", NOTEBOOK.optimizer),
  init: oneOf(["normal", "glorot"], "how parameters are drawn", NOTEBOOK.initialization),
  activation: oneOf(["tanh", "relu"], "of the hidden layers", NOTEBOOK.activation),
  head: oneOf(
    ["notebook", "softmax"],
    "the last layer's output and loss: tanh and its loss, or plain cross-entropy",
    NOTEBOOK.head,
  ),
  scale: oneOf(["l2", "unit"], "pixels divided by their row's L2 norm, or by 255", NOTEBOOK.scale),
  augment: oneOf(["none", "shift"], "seeded changes to training images", NOTEBOOK.augment),
  split: oneOf(
    ["shuffle", "original"],
    "training rows drawn from all rows as in the notebook, or those that were published as such",
    NOTEBOOK.split,
  ),
  validation: number(
    "training rows held out and evaluated on in place of test rows",
    NOTEBOOK.validation,
  ),
} satisfies FlagTable;

/** The option under which a flag says nothing: a preset's gives way where the flag is given. */
const SILENCED_BY: Readonly<Record<string, keyof TrainingOptions>> = {
  iterations: "epochs",
  decay: "schedule",
  decayEvery: "schedule",
};

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
  return { ...options, ...Object.fromEntries(given) };
}

/** The flags that choose a run's options, for all tasks that train. */
import type { Dataset } from "../data/dataset.ts";
import { SPLITS } from "../data/split.ts";
import { AUGMENTATIONS, kindsThatUse, STRENGTHS } from "../training/augmentations.ts";
import {
  OPTION_NAMES,
  type OptionGroup,
  type OptionName,
  OPTIONS,
  type OptionValues,
} from "../training/option_table.ts";
import { fitToRows, NOTEBOOK, type TrainingOptions } from "../training/options.ts";
import { type Preset, PRESET_NAMES, PRESETS } from "../training/presets.ts";
import { type Flag, type FlagValues, oneOf, UsageError } from "./flags.ts";

/** A flag has the name of its option, except `--init`. */
type FlagKey<Name extends OptionName> = Name extends "initialization" ? "init" : Name;

/** The flags of a preset and of all options of a run. */
type TrainingFlags =
  & { preset: Flag<Preset> }
  & { [Name in OptionName as FlagKey<Name>]: Flag<OptionValues[Name]> };

const GROUPS: readonly OptionGroup[] = ["Training", "Net", "Augmentation", "Evaluation"];

/** The flags of all options of a run, by groups. */
export const TRAINING_FLAGS: TrainingFlags = Object.fromEntries([
  ["preset", {
    ...oneOf(
      PRESET_NAMES,
      "a set of defaults, which other flags override; accurate, best and record reach higher accuracy and take longer",
      "notebook",
    ),
    group: "Training:",
  }],
  ...GROUPS.flatMap((group) => OPTION_NAMES.filter((name) => OPTIONS[name].group === group))
    .map((name) => [keyOf(name), flagOf(name)]),
]);

/** Returns the key of an option's flag. */
export function keyOf(name: OptionName): string {
  return OPTIONS[name].flag ?? name;
}

function flagOf(name: OptionName): Flag<unknown> {
  const { words, help, group, default: standard, expects, parse } = OPTIONS[name];
  const flag = { help, group: `${group}:`, default: String(standard), expects };
  if (name === "seed") {
    return {
      ...flag,
      placeholder: "N|random",
      expects: "a number or the word random",
      parse: (text) => text === "random" ? randomSeed() : parse(text),
    };
  }
  const placeholder = words ? "NAME" : Array.isArray(standard) ? "N,N" : "N";
  return { ...flag, placeholder, choices: words, parse };
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

/** Throws if a strength is given that the augmentation does not use. */
function checkStrengths({ augment = NOTEBOOK.augment, ...given }: Partial<OptionValues>): void {
  for (const name of STRENGTHS) {
    if (given[name] === undefined || AUGMENTATIONS[augment].strengths.includes(name)) continue;
    throw new UsageError(
      `--${name} needs --augment ${kindsThatUse(name).join(" or ")}: current value is ${augment}`,
    );
  }
}

/** Returns the preset's options, overridden by those given as flags. */
export function trainingOptions(flags: FlagValues<TrainingFlags>): Partial<OptionValues> {
  const values: Record<string, unknown> = flags;
  const given = OPTION_NAMES.filter((name) => values[keyOf(name)] !== undefined);
  const options = { ...PRESETS[flags.preset ?? "notebook"] };
  for (const name of given) {
    const { displaces } = OPTIONS[name];
    if (displaces !== undefined) delete options[displaces];
  }
  const flagged = Object.fromEntries(given.map((name) => [name, values[keyOf(name)]]));
  checkStrengths({ augment: options.augment, ...flagged });
  return { ...options, ...flagged };
}

/**
 * Fits options to the data: reduces the sizes of batches and evaluations to what the data allows,
 * unless they are given by flags, and reports the changes.
 *
 * @param options The options from flags, presets and defaults
 * @param onNotice Called with a message about each assumption
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
  if (hasNamedTest && (flags.split === undefined || SPLITS[options.split].isPublished)) {
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
        `rows of each class in both parts where possible`,
    );
  }
  return fitted;
}

/** The visitor's settings, and their form in the page's address, so that a link repeats a run. */
import type { Distortion } from "../lib/engine/distortion.ts";
import type { Backend } from "../lib/engine/engine.ts";
import { type AugmentationKind, AUGMENTATIONS, STRENGTHS } from "../lib/training/augmentations.ts";
import { OPTIONS, type OptionValues } from "../lib/training/option_table.ts";
import {
  NOTEBOOK,
  OptionError,
  resolveOptions,
  type TrainingOptions,
} from "../lib/training/options.ts";
import { PRESETS } from "../lib/training/presets.ts";

/**
 * The page's own preset: every unit of its net has a place in the picture, its probabilities can be
 * read as such, and it classifies 95% of the test digits correctly within seconds. Its learning rate
 * is constant, so that the visitor alone changes it.
 */
const SMALL = {
  hidden: [32, 16],
  activation: "relu",
  head: "softmax",
  initialization: "glorot",
  scale: "unit",
  batchSize: 50,
  epochs: 10,
  learningRate: 0.1,
  decay: 1,
  split: "original",
  evalEvery: 1200, // an epoch of 60,000 rows
} as const satisfies Partial<OptionValues>;

/** The presets by name; the first is the default. */
export const PAGE_PRESETS = { small: SMALL, ...PRESETS } as const;

/** A preset of the page. */
export type PagePreset = keyof typeof PAGE_PRESETS;

/** The names of the presets. */
export const PRESET_NAMES = Object.keys(PAGE_PRESETS) as PagePreset[];

/** The options that the visitor can set, in the order of a link. */
export const SETTING_OPTIONS = [
  "seed",
  "hidden",
  "activation",
  "batchSize",
  "learningRate",
  "augment",
  "rotate",
  "zoom",
  "shear",
  "shift",
  "warp",
] as const satisfies readonly (keyof OptionValues)[];

/** An option that the visitor can set. */
export type SettingOption = typeof SETTING_OPTIONS[number];

/** The settings of a run. */
export interface Settings extends Pick<OptionValues, SettingOption> {
  /** The options that the other settings override. */
  preset: PagePreset;
  /** Which digits: MNIST's if there are any, or those that the page draws. */
  data: typeof DATA[number];
  /** The kind of device to train on. */
  backend: Backend;
  /** The largest number of steps per second; Infinity for no limit. */
  stepsPerSecond: number;
}

/** The values of `Settings.data`. */
export const DATA = ["auto", "synthetic"] as const;

const BACKENDS: readonly Backend[] = ["auto", "webgpu", "cpu"];

/** Larger layers and batches would freeze a page for minutes. */
const LIMITS = { hidden: 2048, batchSize: 2048 };

/** Returns whether a kind of augmentation uses a strength. */
export function usesStrength(augment: AugmentationKind, strength: keyof Distortion): boolean {
  return AUGMENTATIONS[augment].strengths.includes(strength);
}

/** Returns a preset's settings. */
export function settingsOfPreset(preset: PagePreset): Settings {
  const options = resolveOptions(PAGE_PRESETS[preset]);
  const chosen = Object.fromEntries(SETTING_OPTIONS.map((name) => [name, options[name]]));
  return {
    ...chosen as Pick<OptionValues, SettingOption>,
    preset,
    data: "auto",
    backend: "auto",
    stepsPerSecond: Infinity,
  };
}

/**
 * Returns the options of a run.
 *
 * @param settings The visitor's settings
 * @returns All options
 * @throws {OptionError} If an option has an invalid value, or one that is too large for a page
 */
export function trainingOptions(settings: Settings): TrainingOptions {
  const { preset, data: _data, backend: _backend, stepsPerSecond: _steps, ...options } = settings;
  const resolved = resolveOptions({ ...PAGE_PRESETS[preset], ...options });
  if (Math.max(...resolved.hidden) > LIMITS.hidden) {
    throw new OptionError(
      "hidden",
      `two whole numbers from 1 to ${LIMITS.hidden} in the page`,
      resolved.hidden,
    );
  }
  if (resolved.batchSize > LIMITS.batchSize) {
    throw new OptionError(
      "batchSize",
      `a whole number from 1 to ${LIMITS.batchSize} in the page`,
      resolved.batchSize,
    );
  }
  return resolved;
}

/** Returns whether a run repeats the published notebook's, on MNIST. */
export function repeatsNotebook(settings: Settings): boolean {
  return JSON.stringify(trainingOptions(settings)) === JSON.stringify(NOTEBOOK);
}

/** Returns whether a run with these settings could go on with the others: only the speed differs. */
export function isSameRun(one: Settings, other: Settings): boolean {
  const of = (settings: Settings) => queryOfSettings({ ...settings, stepsPerSecond: 1 });
  return of(one) === of(other);
}

/** Describes a run by what differs from the default settings, in a few words. */
export function nameOfRun(settings: Settings): string {
  const query = new URLSearchParams(queryOfSettings({ ...settings, stepsPerSecond: Infinity }));
  query.delete("preset");
  query.delete("backend");
  query.delete("data");
  const names: Record<string, string> = { "learning-rate": "rate", "batch-size": "batch" };
  const parts = Array.from(query, ([name, value]) => `${names[name] ?? name} ${value}`);
  return [settings.preset, ...parts].join(", ");
}

/**
 * Reads settings from an address. Its parameters have the names of the flags of `deno task train`.
 *
 * @param query The part of the address after the `?`
 * @returns The settings: the preset's, except where the address overrides them
 * @throws {RangeError} If a parameter has an invalid value
 */
export function settingsOfQuery(query: URLSearchParams): Settings {
  const settings = settingsOfPreset(word(query, "preset", PRESET_NAMES) ?? PRESET_NAMES[0]);
  const given: Partial<Record<SettingOption, unknown>> = {};
  for (const name of SETTING_OPTIONS) {
    const text = query.get(flagOf(name));
    if (text === null) continue;
    given[name] = valueOf(name, text);
    const { holds, rule } = OPTIONS[name];
    if (!holds(given[name])) {
      throw new RangeError(`The link's ${flagOf(name)} must be ${rule}: it is ${text}`);
    }
  }
  Object.assign(settings, given);
  settings.backend = word(query, "backend", BACKENDS) ?? "auto";
  settings.data = word(query, "data", DATA) ?? "auto";
  const speed = query.get("speed");
  settings.stepsPerSecond = speed === null ? Infinity : Number(speed || NaN);
  if (!(settings.stepsPerSecond > 0)) {
    throw new RangeError(`The link's speed must be above 0: it is ${speed}`);
  }
  trainingOptions(settings);
  for (const name of STRENGTHS) {
    if (given[name] !== undefined && !usesStrength(settings.augment, name)) {
      throw new RangeError(`The link's ${name} has no effect: its augment is ${settings.augment}`);
    }
  }
  return settings;
}

/** Returns the query from which `settingsOfQuery` reads these settings, as short as possible. */
export function queryOfSettings(settings: Settings): string {
  const standard = settingsOfPreset(settings.preset);
  const query = new URLSearchParams();
  const add = (name: string, value: unknown, standard: unknown) => {
    if (String(value) !== String(standard)) query.set(name, String(value));
  };
  add("preset", settings.preset, PRESET_NAMES[0]);
  for (const name of SETTING_OPTIONS) {
    const isStrength = STRENGTHS.some((strength) => strength === name);
    if (isStrength && !usesStrength(settings.augment, name as keyof Distortion)) continue;
    add(flagOf(name), settings[name], standard[name]);
  }
  add("backend", settings.backend, "auto");
  add("data", settings.data, "auto");
  add("speed", settings.stepsPerSecond, Infinity);
  // Commas need no escape there, and read better.
  return query.toString().replaceAll("%2C", ",");
}

/** Reads an option's value from a text: the field's, or a link's. A value of the wrong kind breaks the rule. */
export function valueOf(name: SettingOption, text: string): unknown {
  const { parse, default: standard } = OPTIONS[name];
  return parse(typeof standard === "number" ? withPoint(text) : text.trim()) ?? NaN;
}

/** Replaces a decimal comma, which many keyboards have, by a point. */
function withPoint(text: string): string {
  return text.trim().replace(/^(-?\d*),(\d+)$/, "$1.$2");
}

function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Reads a parameter that is one of some words. */
function word<Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const found = words.find((word) => word === text);
  if (found === undefined) {
    throw new RangeError(`The link's ${name} must be one of ${words.join(", ")}: it is ${text}`);
  }
  return found;
}

/** The visitor's settings, and their form in the page's address, so that a link repeats a run. */
import type { Distortion } from "../lib/engine/distortion.ts";
import type { Backend } from "../lib/engine/engine.ts";
import { type AugmentationKind, AUGMENTATIONS } from "../lib/training/augmentations.ts";
import { OPTIONS } from "../lib/training/option_table.ts";
import { OptionError, resolveOptions, type TrainingOptions } from "../lib/training/options.ts";
import { type Preset, PRESETS } from "../lib/training/presets.ts";

/** The settings of a run. */
export interface Settings extends Distortion {
  /** The options that the other settings override. */
  preset: Preset;
  /** The seed of all random numbers. */
  seed: number;
  /** Units of the two hidden layers. */
  hidden: readonly [number, number];
  /** The learning rate of the first step. */
  learningRate: number;
  /** Seeded changes to training images. */
  augment: AugmentationKind;
  /** The kind of device to train on. */
  backend: Backend;
  /** The largest number of steps per second; Infinity for no limit. */
  stepsPerSecond: number;
}

/** The names of the presets. */
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[];

const BACKENDS: readonly Backend[] = ["auto", "webgpu", "cpu"];

/** The strengths of distortions, in the order of the page's sliders. */
export const STRENGTHS: readonly (keyof Distortion)[] = [
  "rotate",
  "zoom",
  "shear",
  "shift",
  "warp",
];

/** Returns whether a kind of augmentation uses a strength. */
export function usesStrength(augment: AugmentationKind, strength: keyof Distortion): boolean {
  return AUGMENTATIONS[augment].strengths.includes(strength);
}

/** Returns a preset's settings. */
export function settingsOfPreset(preset: Preset): Settings {
  const { seed, hidden, learningRate, augment, rotate, zoom, shear, shift, warp } = resolveOptions(
    PRESETS[preset],
  );
  return {
    preset,
    seed,
    hidden,
    learningRate,
    augment,
    rotate,
    zoom,
    shear,
    shift,
    warp,
    backend: "auto",
    stepsPerSecond: Infinity,
  };
}

/**
 * Returns the options of a run.
 *
 * @param settings The visitor's settings
 * @returns All options
 * @throws {OptionError} If an option has an invalid value
 */
export function trainingOptions(settings: Settings): TrainingOptions {
  const { preset, backend: _backend, stepsPerSecond: _steps, ...options } = settings;
  return resolveOptions({ ...PRESETS[preset], ...options });
}

/**
 * Reads settings from an address. Its parameters have the names of the flags of `deno task train`.
 *
 * @param query The part of the address after the `?`
 * @returns The settings: the preset's, except where the address overrides them
 * @throws {RangeError} If a parameter has an invalid value
 */
export function settingsOfQuery(query: URLSearchParams): Settings {
  const settings = settingsOfPreset(word(query, "preset", PRESET_NAMES) ?? "notebook");
  settings.seed = number(query, "seed") ?? settings.seed;
  settings.learningRate = number(query, "learning-rate") ?? settings.learningRate;
  settings.augment = word(query, "augment", OPTIONS.augment.words) ?? settings.augment;
  for (const name of STRENGTHS) {
    const strength = number(query, name);
    if (strength === undefined) continue;
    if (!usesStrength(settings.augment, name)) {
      throw new RangeError(`The link's ${name} has no effect: its augment is ${settings.augment}`);
    }
    settings[name] = strength;
  }
  settings.stepsPerSecond = number(query, "speed") ?? Infinity;
  if (!(settings.stepsPerSecond > 0)) {
    throw new RangeError(`The link's speed must be above 0: it is ${query.get("speed")}`);
  }
  const hidden = query.get("hidden");
  if (hidden !== null) {
    const sizes = hidden.split(",").map(Number);
    if (sizes.length !== 2) throw new OptionError("hidden", "two numbers", hidden);
    settings.hidden = [sizes[0], sizes[1]];
  }
  settings.backend = word(query, "backend", BACKENDS) ?? "auto";
  trainingOptions(settings);
  return settings;
}

/** Returns the query from which `settingsOfQuery` reads these settings, as short as possible. */
export function queryOfSettings(settings: Settings): string {
  const standard = settingsOfPreset(settings.preset);
  const query = new URLSearchParams();
  const add = (name: string, value: string | number, standard: string | number) => {
    if (value !== standard) query.set(name, String(value));
  };
  add("preset", settings.preset, "notebook");
  add("seed", settings.seed, standard.seed);
  add("hidden", settings.hidden.join(), standard.hidden.join());
  add("learning-rate", settings.learningRate, standard.learningRate);
  add("augment", settings.augment, standard.augment);
  for (const name of STRENGTHS) {
    if (usesStrength(settings.augment, name)) add(name, settings[name], standard[name]);
  }
  add("backend", settings.backend, "auto");
  add("speed", settings.stepsPerSecond, Infinity);
  // Commas need no escape there, and read better.
  return query.toString().replaceAll("%2C", ",");
}

/** Reads a parameter that is a number. */
function number(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text.trim() === "" ? NaN : Number(text);
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

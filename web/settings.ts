/** What a visitor chose, and how it stands in the page's address: a link repeats the run. */
import type { Backend } from "../lib/engine/engine.ts";
import { OptionError, resolveOptions, type TrainingOptions } from "../lib/training/options.ts";
import { type Preset, PRESETS } from "../lib/training/presets.ts";

/** See the head of this file. */
export interface Settings {
  /** What the other choices start from. */
  preset: Preset;
  /** Of all random numbers. */
  seed: number;
  /** Units of the two hidden layers. */
  hidden: readonly [number, number];
  /** Of the first step. */
  learningRate: number;
  /** What to train on. */
  backend: Backend;
  /** Steps a second at most; Infinity for no limit. */
  stepsPerSecond: number;
}

const BACKENDS: readonly Backend[] = ["auto", "webgpu", "cpu"];

/** A preset's own settings. */
export function settingsOfPreset(preset: Preset): Settings {
  const { seed, hidden, learningRate } = resolveOptions(PRESETS[preset]);
  return { preset, seed, hidden, learningRate, backend: "auto", stepsPerSecond: Infinity };
}

/**
 * The options of a run.
 *
 * @param settings What was chosen
 * @returns All options
 * @throws {OptionError} If one has a value that it cannot have
 */
export function trainingOptions({ preset, seed, hidden, learningRate }: Settings): TrainingOptions {
  return resolveOptions({ ...PRESETS[preset], seed, hidden, learningRate });
}

/**
 * Reads settings from an address; its parameters are named like the flags of `deno task train`.
 *
 * @param query What follows the `?`
 * @returns The settings; what the address does not say is the preset's
 * @throws {RangeError} If the address says something that cannot be
 */
export function settingsOfQuery(query: URLSearchParams): Settings {
  const preset = query.get("preset") ?? "notebook";
  if (!Object.hasOwn(PRESETS, preset)) {
    throw new RangeError(
      `The link's preset must be one of ${Object.keys(PRESETS).join(", ")}: it is ${preset}`,
    );
  }
  const settings = settingsOfPreset(preset as Preset);
  const number = (name: string, read: (value: number) => void) => {
    const text = query.get(name);
    if (text !== null) read(text.trim() === "" ? NaN : Number(text));
  };
  number("seed", (seed) => settings.seed = seed);
  number("learning-rate", (rate) => settings.learningRate = rate);
  number("speed", (speed) => settings.stepsPerSecond = speed);
  if (!(settings.stepsPerSecond > 0)) {
    throw new RangeError(`The link's speed must be above 0: it is ${query.get("speed")}`);
  }
  const hidden = query.get("hidden");
  if (hidden !== null) {
    const sizes = hidden.split(",").map(Number);
    if (sizes.length !== 2) throw new OptionError("hidden", "two numbers", hidden);
    settings.hidden = [sizes[0], sizes[1]];
  }
  const backend = query.get("backend");
  if (backend !== null) {
    if (!BACKENDS.some((known) => known === backend)) {
      throw new RangeError(
        `The link's backend must be one of ${BACKENDS.join(", ")}: it is ${backend}`,
      );
    }
    settings.backend = backend as Backend;
  }
  trainingOptions(settings);
  return settings;
}

/** The opposite of `settingsOfQuery`: says only what differs from the preset's settings. */
export function queryOfSettings(settings: Settings): string {
  const standard = settingsOfPreset(settings.preset);
  const query = new URLSearchParams();
  if (settings.preset !== "notebook") query.set("preset", settings.preset);
  if (settings.seed !== standard.seed) query.set("seed", String(settings.seed));
  if (settings.hidden.join() !== standard.hidden.join()) {
    query.set("hidden", settings.hidden.join());
  }
  if (settings.learningRate !== standard.learningRate) {
    query.set("learning-rate", String(settings.learningRate));
  }
  if (settings.backend !== "auto") query.set("backend", settings.backend);
  if (Number.isFinite(settings.stepsPerSecond)) {
    query.set("speed", String(settings.stepsPerSecond));
  }
  // Commas need no escape there, and read better.
  return query.toString().replaceAll("%2C", ",");
}

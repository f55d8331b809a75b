/// <reference lib="dom" />
/** The fields in which a visitor chooses a run. */
import type { Backend } from "../lib/engine/engine.ts";
import { OptionError, type TrainingOptions } from "../lib/training/options.ts";
import { type Preset, PRESETS } from "../lib/training/presets.ts";
import { element } from "./dom.ts";
import { type Settings, settingsOfPreset, trainingOptions } from "./settings.ts";

const preset = element("preset", HTMLSelectElement);
const seed = element("seed", HTMLInputElement);
const hidden = element("hidden", HTMLInputElement);
const learningRate = element("learning-rate", HTMLInputElement);
const backend = element("backend", HTMLSelectElement);
const speed = element("speed", HTMLSelectElement);

/** Which field an option stands in. */
const FIELDS: Partial<Record<keyof TrainingOptions, HTMLInputElement>> = {
  seed,
  hidden,
  learningRate,
};

preset.append(...Object.keys(PRESETS).map((name) => new Option(name)));

/** Shows settings in the fields. */
export function showSettings(settings: Settings): void {
  preset.value = settings.preset;
  seed.value = String(settings.seed);
  hidden.value = settings.hidden.join(", ");
  learningRate.value = String(settings.learningRate);
  backend.value = settings.backend;
  const rate = String(settings.stepsPerSecond);
  // A link may have a speed that is not on the list.
  if (![...speed.options].some(({ value }) => value === rate)) {
    speed.add(new Option(`${rate} steps a second`, rate));
  }
  speed.value = rate;
}

/**
 * Calls back when the visitor has changed something.
 *
 * @param changed Given the new settings
 * @param failed Given what is wrong with a field, in a line
 */
export function onSettings(
  changed: (settings: Settings) => void,
  failed: (message: string) => void,
): void {
  const form = element("settings", HTMLFormElement);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", ({ target }) => {
    if (target === preset) {
      const { hidden, learningRate } = settingsOfPreset(preset.value as Preset);
      showSettings({ ...readSettings(), hidden, learningRate });
    }
    for (const input of Object.values(FIELDS)) input.removeAttribute("aria-invalid");
    try {
      const settings = readSettings();
      trainingOptions(settings);
      changed(settings);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      FIELDS[error.option]?.setAttribute("aria-invalid", "true");
      failed(error.message);
    }
  });
}

/** What the fields say, right or wrong. */
function readSettings(): Settings {
  const sizes = hidden.value.split(",").map(number);
  return {
    preset: preset.value as Preset,
    seed: number(seed.value),
    hidden: sizes.length === 2 ? [sizes[0], sizes[1]] : [NaN, NaN],
    learningRate: number(learningRate.value),
    backend: backend.value as Backend,
    stepsPerSecond: Number(speed.value),
  };
}

function number(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}

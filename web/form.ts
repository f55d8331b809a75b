/// <reference lib="dom" />
/** The fields in which the visitor chooses a run's settings. */
import type { Distortion } from "../lib/engine/distortion.ts";
import type { Backend } from "../lib/engine/engine.ts";
import type { AugmentationKind } from "../lib/training/augmentations.ts";
import { type OptionName, OPTIONS } from "../lib/training/option_table.ts";
import { OptionError } from "../lib/training/options.ts";
import type { Preset } from "../lib/training/presets.ts";
import { element } from "./dom.ts";
import {
  PRESET_NAMES,
  type Settings,
  settingsOfPreset,
  STRENGTHS,
  trainingOptions,
  usesStrength,
} from "./settings.ts";

const preset = element("preset", HTMLSelectElement);
const seed = element("seed", HTMLInputElement);
const hidden = element("hidden", HTMLInputElement);
const learningRate = element("learning-rate", HTMLInputElement);
const backend = element("backend", HTMLSelectElement);
const speed = element("speed", HTMLSelectElement);
const augment = element("augment", HTMLSelectElement);
const sliders = new Map(STRENGTHS.map((name) => [name, element(name, HTMLInputElement)]));

/** The text fields of options, and the options' names for people. */
const FIELDS: Partial<Record<OptionName, [field: HTMLInputElement, name: string]>> = {
  seed: [seed, "Seed"],
  hidden: [hidden, "Hidden units"],
  learningRate: [learningRate, "Learning rate"],
};

/** Milliseconds after a slider's last movement until the run uses its value. */
const SLIDER_REST = 300;

preset.append(...PRESET_NAMES.map((name) => new Option(name)));
augment.append(...OPTIONS.augment.words.map((kind) => new Option(kind)));

/** Shows settings in the fields. */
export function showSettings(settings: Settings): void {
  preset.value = settings.preset;
  seed.value = String(settings.seed);
  hidden.value = settings.hidden.join(", ");
  learningRate.value = String(settings.learningRate);
  backend.value = settings.backend;
  const rate = String(settings.stepsPerSecond);
  // A link may contain a speed that is not in the list.
  if (![...speed.options].some(({ value }) => value === rate)) {
    speed.add(new Option(`${rate} steps per second`, rate));
  }
  speed.value = rate;
  augment.value = settings.augment;
  for (const [name, slider] of sliders) {
    const strength = settings[name];
    // A link may contain a strength that is beyond the slider's end or between its steps.
    slider.max = String(Math.max(strength, Number(slider.max)));
    if (!isMultiple(strength, Number(slider.step))) slider.step = "any";
    slider.value = String(strength);
  }
  for (const [field] of Object.values(FIELDS)) field.removeAttribute("aria-invalid");
  showStrengths();
}

/** Callbacks of `onSettings`. */
export interface SettingsCallbacks {
  /** The visitor chose valid settings for the run. */
  onChange(settings: Settings): void;
  /** The visitor is moving a slider: the run does not use these settings yet. */
  onMove(settings: Settings): void;
  /** A field has an invalid value. */
  onError(message: string): void;
}

/** Reports what the visitor chooses from now on. */
export function onSettings({ onChange, onMove, onError }: SettingsCallbacks): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const apply = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const [field] of Object.values(FIELDS)) field.removeAttribute("aria-invalid");
    try {
      const settings = readSettings();
      trainingOptions(settings);
      onChange(settings);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      const [field, name] = FIELDS[error.option as OptionName]!;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", "failure");
      onError(`${name} must be ${error.rule}: current value is "${field.value}"`);
    }
  };
  const isSlider = (target: EventTarget | null) => [...sliders.values()].some((s) => s === target);
  for (const id of ["settings", "augmentation"]) {
    const form = element(id, HTMLFormElement);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", ({ target }) => {
      if (!isSlider(target)) return;
      showStrengths();
      onMove(readSettings());
    });
    form.addEventListener("change", ({ target }) => {
      // An arrow key that is held down moves a slider, and ends the movement, 30 times a second.
      clearTimeout(timer);
      if (isSlider(target)) return timer = setTimeout(apply, SLIDER_REST);
      if (target === preset) {
        const { seed: _seed, ...others } = settingsOfPreset(preset.value as Preset);
        const { seed, backend, stepsPerSecond } = readSettings();
        showSettings({ ...others, seed, backend, stepsPerSecond });
      }
      if (target === augment) showStrengths();
      apply();
    });
    form.addEventListener("focusout", () => timer !== undefined && apply());
  }
}

/** Returns the fields' values, which may be invalid. */
function readSettings(): Settings {
  const sizes = hidden.value.split(",").map(number);
  return {
    preset: preset.value as Preset,
    seed: number(seed.value),
    hidden: sizes.length === 2 ? [sizes[0], sizes[1]] : [NaN, NaN],
    learningRate: number(learningRate.value),
    augment: augment.value as AugmentationKind,
    ...Object.fromEntries([...sliders].map(([name, { value }]) => [name, Number(value)])) as Record<
      keyof Distortion,
      number
    >,
    backend: backend.value as Backend,
    stepsPerSecond: Number(speed.value),
  };
}

/** Shows the sliders' values as text, and disables those that the augmentation does not use. */
function showStrengths(): void {
  for (const [name, slider] of sliders) {
    const value = Number(slider.value);
    const [text, spoken] = {
      rotate: [`${value}°`, `${value} degrees`],
      zoom: [percentage(value), percentage(value)],
      shear: [percentage(value), percentage(value)],
      shift: [`${value} px`, `${value} pixels`],
      warp: [`${value} px`, `${value} pixels`],
    }[name];
    element(`${name}-value`, HTMLOutputElement).textContent = text;
    slider.setAttribute("aria-valuetext", spoken);
    slider.disabled = !usesStrength(augment.value as AugmentationKind, name);
  }
}

/** Writes a fraction as a percentage without rounding. */
function percentage(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(12))}%`;
}

function isMultiple(value: number, step: number): boolean {
  return Math.abs(value / step - Math.round(value / step)) < 1e-9;
}

function number(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}

/// <reference lib="dom" />
/** The fields in which the visitor chooses a run's settings. */
import type { Backend } from "../lib/engine/engine.ts";
import { STRENGTHS } from "../lib/training/augmentations.ts";
import { OPTIONS } from "../lib/training/option_table.ts";
import { OptionError } from "../lib/training/options.ts";
import { element, make } from "./dom.ts";
import {
  type PagePreset,
  PRESET_NAMES,
  type SettingOption,
  type Settings,
  settingsOfPreset,
  trainingOptions,
  usesStrength,
  valueOf,
} from "./settings.ts";

const preset = element("preset", HTMLSelectElement);
const backend = element("backend", HTMLSelectElement);
const speed = element("speed", HTMLSelectElement);
const data = element("data", HTMLSelectElement);
const rateSlider = element("rate-slider", HTMLInputElement);
const presetNote = element("preset-note", HTMLParagraphElement);

// A slider for each strength of an augmentation
element("strengths", HTMLDivElement).append(...STRENGTHS.map((name) => {
  const { label: text, slider } = OPTIONS[name];
  const label = make("label", "slider");
  const head = make("span", "", `${text} `);
  const output = make("output");
  output.htmlFor.add(name);
  head.append(output);
  const input = make("input");
  const { max, step } = slider!;
  Object.assign(input, { id: name, type: "range", min: "0", max: `${max}`, step: `${step}` });
  input.dataset.option = name;
  label.append(head, input);
  return label;
}));

/** The fields of options: each element of index.html with the option's name as its `data-option`. */
const fields = new Map(
  Array.from(
    document.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-option]"),
    (field) => [field.dataset.option as SettingOption, field],
  ),
);
const learningRate = fields.get("learningRate")!;

/** What each preset is for, in one sentence. */
const PRESET_NOTES: Record<PagePreset, string> = {
  small: "A net small enough to see all of it. It learns within seconds.",
  notebook:
    "Repeats a published JAX notebook with its random numbers. Its outputs go through tanh, " +
    "so no answer exceeds 45.1%.",
  accurate: "A larger net on augmented images: about 99% in a minute.",
  best: "Larger again, and longer.",
  record: "The largest: for a fast GPU and an hour.",
};

preset.append(...PRESET_NAMES.map((name) => new Option(name)));
for (const [name, field] of fields) {
  for (const word of OPTIONS[name].words ?? []) {
    (field as HTMLSelectElement).append(new Option(word));
  }
}

/** Shows settings in the fields. */
export function showSettings(settings: Settings): void {
  preset.value = settings.preset;
  presetNote.textContent = PRESET_NOTES[settings.preset];
  backend.value = settings.backend;
  data.value = settings.data;
  for (const [name, field] of fields) {
    const value = settings[name];
    if (field.type === "range") widen(field as HTMLInputElement, value as number);
    field.value = Array.isArray(value) ? value.join(", ") : String(value);
    field.removeAttribute("aria-invalid");
  }
  rateSlider.value = String(Math.log10(settings.learningRate));
  const rate = String(settings.stepsPerSecond);
  // A link may contain a speed that is not in the list.
  if (![...speed.options].some(({ value }) => value === rate)) {
    speed.add(new Option(`${rate} steps/s`, rate));
  }
  speed.value = rate;
  showStrengths();
}

/** A link may contain a strength that is beyond the slider's end or between its steps. */
function widen(slider: HTMLInputElement, value: number): void {
  slider.max = String(Math.max(value, Number(slider.max)));
  const steps = value / Number(slider.step);
  if (Math.abs(steps - Math.round(steps)) > 1e-9) slider.step = "any";
}

/** Moves the focus to the first field with an invalid value. */
export function focusInvalid(): void {
  document.querySelector<HTMLElement>("[aria-invalid]")?.focus();
}

/**
 * Reports what the visitor chooses from now on.
 *
 * @param onChange Called with valid settings; `isMoving` while a slider is being moved
 * @param onError Called with a message if a field's value is invalid
 */
export function onSettings(
  onChange: (settings: Settings) => void,
  onError: (message: string) => void,
): void {
  const apply = () => {
    for (const field of fields.values()) field.removeAttribute("aria-invalid");
    try {
      const settings = readSettings();
      trainingOptions(settings);
      onChange(settings);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      const field = fields.get(error.option as SettingOption)!;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", "failure");
      const name = OPTIONS[error.option as SettingOption].label;
      onError(`${name} must be ${error.rule}: current value is "${field.value}"`);
    }
  };
  const changed = (target: EventTarget | null) => {
    if (target === preset) {
      const standard = settingsOfPreset(preset.value as PagePreset);
      const { backend, data, stepsPerSecond } = readSettings();
      showSettings({ ...standard, backend, data, stepsPerSecond });
    }
    if (target === rateSlider) {
      learningRate.value = String(Number((10 ** Number(rateSlider.value)).toPrecision(2)));
    } else if (target === learningRate) {
      rateSlider.value = String(Math.log10(Number(learningRate.value.replace(",", "."))));
    }
    showStrengths();
    apply();
  };
  element("settings", HTMLFormElement).addEventListener(
    "submit",
    (event) => event.preventDefault(),
  );
  const all: HTMLElement[] = [preset, backend, speed, data, rateSlider, ...fields.values()];
  for (const field of all) {
    field.addEventListener("change", ({ target }) => changed(target));
    // A slider takes effect while it moves.
    if (field instanceof HTMLInputElement && field.type === "range") {
      field.addEventListener("input", ({ target }) => changed(target));
    }
  }
}

/** Returns the fields' values, which may be invalid. */
function readSettings(): Settings {
  const options = Object.fromEntries(
    Array.from(fields, ([name, field]) => [name, valueOf(name, field.value)]),
  );
  return {
    ...options as unknown as Pick<Settings, SettingOption>,
    preset: preset.value as PagePreset,
    data: data.value as Settings["data"],
    backend: backend.value as Backend,
    stepsPerSecond: Number(speed.value),
  };
}

/** Shows the strengths' values as text, and hides those that the augmentation does not use. */
function showStrengths(): void {
  for (const name of STRENGTHS) {
    const slider = fields.get(name)!;
    const value = Number(slider.value);
    const [text, spoken] = {
      degrees: [`${value}°`, `${value} degrees`],
      fraction: [percentage(value), percentage(value)],
      pixels: [`${value} px`, `${value} pixels`],
    }[OPTIONS[name].slider!.unit];
    document.querySelector(`output[for=${name}]`)!.textContent = text;
    slider.setAttribute("aria-valuetext", spoken);
    slider.closest("label")!.hidden = !usesStrength(
      fields.get("augment")!.value as Settings["augment"],
      name,
    );
  }
}

/** Writes a fraction as a percentage without rounding. */
function percentage(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(12))}%`;
}

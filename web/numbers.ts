/// <reference lib="dom" />
/** The run's numbers, such as its device, steps and accuracy. */
import type { DeviceDescription } from "../lib/engine/engine.ts";
import { element } from "./dom.ts";
import type { Progress } from "./messages.ts";

/** The list's values by their names in index.html. */
const values = new Map(
  [...element("numbers", HTMLDListElement).children].map(({ children: [name, value] }) => [
    name.textContent,
    value,
  ]),
);

/** Shows a number under a name of index.html. */
export function showNumber(name: string, text: string): void {
  const value = values.get(name);
  if (!value) throw new Error(`index.html must have a number "${name}"`);
  if (value.textContent !== text) value.textContent = text;
}

/** Shows a run before its first step. */
export function clearProgress(iterations: number): void {
  for (const name of values.keys()) if (name !== "Data") showNumber(name, "–");
  showNumber("Steps", `0 of ${count(iterations)}`);
}

/** Shows how far a run has progressed. */
export function showProgress(progress: Progress): void {
  const { iteration, iterations, rows, seconds, millisecondsPerStep, accuracy, loss } = progress;
  showNumber("Steps", `${count(iteration)} of ${count(iterations)}`);
  showNumber("Accuracy now", percent(accuracy));
  showNumber("Loss now", loss.toFixed(3));
  showNumber("Time per step", `${millisecondsPerStep.toFixed(2)} ms`);
  showNumber("Images used", count(rows));
  showNumber("Training time", `${seconds.toFixed(1)} s`);
}

/** Shows the device that trains. */
export function showDevice({ name, backend, software }: DeviceDescription): void {
  const kind = backend === "cpu" ? "" : software ? " (WebGPU in software)" : " (WebGPU)";
  showNumber("Device", name + kind);
}

/** Formats a fraction as a percentage. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** Formats a whole number with separators. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

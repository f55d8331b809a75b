/// <reference lib="dom" />
/** A run's numbers: device, steps, speed. */
import type { DeviceDescription } from "../lib/engine/engine.ts";
import { element, make } from "./dom.ts";
import type { Progress } from "./messages.ts";

const list = element("numbers", HTMLDListElement);
const cells = new Map<string, HTMLElement>();

/** Shows a number under its name; the first time it is added to the list, a wide one in two columns. */
export function showNumber(name: string, value: string, className = ""): void {
  let cell = cells.get(name);
  if (!cell) {
    const pair = make("div", className);
    cell = make("dd");
    pair.append(make("dt", "", name), cell);
    list.append(pair);
    cells.set(name, cell);
  }
  if (cell.textContent !== value) cell.textContent = value;
}

/** Shows how far a run is. */
export function showProgress(progress: Progress): void {
  const { iteration, iterations, rows, seconds, millisecondsPerStep, accuracy, loss } = progress;
  showNumber("Steps", `${count(iteration)} of ${count(iterations)}`);
  showNumber("Accuracy now", percent(accuracy));
  showNumber("Loss now", loss.toFixed(3));
  showNumber("Time a step", `${millisecondsPerStep.toFixed(2)} ms`);
  showNumber("Steps a second", count(Math.round(1000 / millisecondsPerStep)));
  showNumber("Digits seen", count(rows));
  showNumber("Time training", `${seconds.toFixed(1)} s`);
}

/** Shows what trains. */
export function showDevice({ name, backend, software }: DeviceDescription): void {
  const kind = backend === "cpu" ? "" : software ? " (WebGPU in software)" : " (WebGPU)";
  showNumber("Device", name + kind, "wide");
}

/** A fraction as a percentage. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** A whole number with separators. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

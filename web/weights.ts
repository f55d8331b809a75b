/// <reference lib="dom" />
/** Pictures of the first layer's weights. */
import type { Model } from "../lib/net/architecture.ts";
import { element, show, write } from "./dom.ts";
import { count } from "./numbers.ts";
import { largestOf, paintSigned } from "./pixels.ts";

/** Maximum number of units shown: more would be too small to see. */
const MOST_UNITS = 96;

const weights = element("weights", HTMLCanvasElement);
const added = element("weights-added", HTMLCanvasElement);
const note = element("weights-note", HTMLElement);

/**
 * Shows a net's first-layer weights, and how training changed them.
 *
 * @param model The net
 * @param initial The net before its first step; without it only the weights are shown
 */
export function showWeights({ architecture, parameters }: Model, initial: Model | undefined): void {
  const { inputs, hidden } = architecture;
  paintUnits(weights, parameters.w0, inputs, MOST_UNITS);
  show(added.parentElement!, initial !== undefined);
  const isAll = hidden[0] <= MOST_UNITS;
  write(note, isAll ? "" : `(the first ${MOST_UNITS} of ${count(hidden[0])} units)`);
  if (initial === undefined) return;
  const shown = parameters.w0.subarray(0, MOST_UNITS * inputs);
  const change = shown.map((weight, i) => weight - initial.parameters.w0[i]);
  paintUnits(added, change, inputs, MOST_UNITS);
}

/** Paints a picture of each unit's weights, up to a number of units, with so many in a line. */
export function paintUnits(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  inputs: number,
  most: number,
  perLine = values.length > 32 * inputs ? 24 : 16,
): void {
  const units = Math.min(values.length / inputs, most);
  const side = Math.sqrt(inputs);
  const columns = Math.min(units, perLine);
  const shown = values.subarray(0, units * inputs);
  paintSigned(canvas, shown, { columns, width: side, height: side, gap: 2 }, largestOf(shown));
}

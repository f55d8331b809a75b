/// <reference lib="dom" />
/** Pictures of the first layer's weights. */
import { count } from "../lib/files/printable.ts";
import { element, show, write } from "./dom.ts";
import { largestOf, paintSigned } from "./pixels.ts";
import { shownNet, state } from "./state.ts";

/** Maximum number of units shown: more would be too small to see. */
const MOST_UNITS = 96;

const weights = element("weights", HTMLCanvasElement);
const added = element("weights-added", HTMLCanvasElement);
const note = element("weights-note", HTMLElement);

/** Shows the shown net's first-layer weights, and how training changed them if it is the run's. */
export function showWeights(): void {
  const model = shownNet(state);
  if (!model) return;
  const { architecture, parameters } = model;
  const initial = state.file ? undefined : state.run?.initial;
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

/** Paints a picture of each unit's weights, up to a number of units, with so many in a line if there is space. */
export function paintUnits(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  inputs: number,
  most: number,
  perLine = 11,
): void {
  const units = Math.min(values.length / inputs, most);
  const side = Math.sqrt(inputs);
  const isNarrow = canvas.parentElement!.clientWidth < 480;
  const columns = Math.min(units, isNarrow ? 8 : values.length > 32 * inputs ? 24 : perLine);
  const shown = values.subarray(0, units * inputs);
  paintSigned(canvas, shown, { columns, width: side, height: side, gap: 2 }, largestOf(shown));
}

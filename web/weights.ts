/// <reference lib="dom" />
/** Pictures of the first layer's weights. */
import type { Model } from "../lib/net/architecture.ts";
import { element } from "./dom.ts";
import { largestOf, paintSigned } from "./pixels.ts";

/** Maximum number of units shown: more would be too small to see. */
const MOST_UNITS = 100;

const weights = element("weights", HTMLCanvasElement);
const added = element("weights-added", HTMLCanvasElement);

/**
 * Shows a net's first-layer weights, and how training changed them.
 *
 * @param model The net
 * @param initial The net before its first step; without it only the weights are shown
 */
export function showWeights({ architecture, parameters }: Model, initial: Model | undefined): void {
  const { inputs, hidden } = architecture;
  const units = Math.min(hidden[0], MOST_UNITS);
  const side = Math.sqrt(inputs);
  const columns = Math.min(units, units > 50 ? 20 : 10);
  const grid = { columns, width: side, height: side, gap: 2 };
  const shown = parameters.w0.subarray(0, units * inputs) as Float32Array;
  paintSigned(weights, shown, grid, largestOf(shown));
  added.parentElement!.hidden = initial === undefined;
  if (initial === undefined) return;
  const change = shown.map((weight, i) => weight - initial.parameters.w0[i]);
  paintSigned(added, change, grid, largestOf(change));
}

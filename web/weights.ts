/// <reference lib="dom" />
/** The first layer's weights as pictures. */
import type { Model } from "../lib/net/model.ts";
import { element } from "./dom.ts";
import { largestOf, paintSigned } from "./pixels.ts";

/** Units shown; more would be too small to see. */
const MOST_UNITS = 100;

const weights = element("weights", HTMLCanvasElement);
const added = element("weights-added", HTMLCanvasElement);

/**
 * Shows the weights of a net, and what training added to them.
 *
 * @param model The net as it is
 * @param initial The net as it began; without it there is nothing to compare with
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

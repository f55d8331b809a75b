/** The report's section that shows the weights of the first layer as images, one per unit. */
import type { Dataset } from "../../data/dataset.ts";
import { count } from "../../files/printable.ts";
import type { Model } from "../../net/architecture.ts";
import { type Html, html } from "./html.ts";
import { signedPicture } from "./pictures.ts";

/** Maximum number of units shown. */
const MAX_UNITS = 100;
/** The fraction of values that are drawn in less than full color. */
const UNSATURATED = 0.995;

/**
 * Shows w0 and its change by training. If the initial parameters are large random numbers, w0 alone
 * looks like noise.
 *
 * @param initial w0 before the first step, if known
 */
export function firstLayerSection(
  { architecture, parameters: { w0 } }: Model,
  initial: Float32Array | undefined,
  shape: Pick<Dataset, "width" | "height">,
): Html {
  const units = Math.min(architecture.hidden[0], MAX_UNITS);
  const shown = units < architecture.hidden[0]
    ? html`<p>Shown are the first ${units} of ${count(architecture.hidden[0])} units.</p>`
    : "";
  const change = initial && w0.map((weight, i) => weight - initial[i]);
  const added = change
    ? html`<div><h3>Change by training</h3>${pictures(change, units, shape)}</div>`
    : "";
  return html`
    ${shown}<div class="halves">
      <div><h3>Weights</h3>${pictures(w0, units, shape)}</div>
      ${added}
    </div>
  `;
}

function pictures(
  values: Float32Array,
  units: number,
  shape: Pick<Dataset, "width" | "height">,
): Html {
  const pixels = shape.width * shape.height;
  const magnitudes = values.map(Math.abs).sort();
  const largest = magnitudes[Math.floor(UNSATURATED * (magnitudes.length - 1))] || 1;
  const images = Array.from({ length: units }, (_, unit) => {
    const picture = signedPicture(
      values.subarray(unit * pixels, (unit + 1) * pixels),
      shape,
      largest,
    );
    return html`
      <img src="${picture}" alt="unit ${unit}">
    `;
  });
  return html`<p class="muted">Colors are opaque for values of at least ${
    largest.toPrecision(2)
  } in magnitude.</p>
<div class="pictures dense">${images}</div>`;
}

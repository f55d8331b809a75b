/** Shows the weights of the first layer as images: each unit has one weight per pixel. */
import type { Dataset } from "../../data/dataset.ts";
import type { Model } from "../../net/model.ts";
import { type Html, html } from "./html.ts";
import { signedPicture } from "./pictures.ts";
import { count } from "./words.ts";

/** Maximum number of units shown. */
const MOST = 100;
/** The fraction of numbers drawn in less than full color. */
const SHARE = 0.995;

/**
 * Shows w0, and what training added to it: if the initial parameters are large random numbers, the
 * weights alone look like noise.
 *
 * @param model The trained net
 * @param initial Its w0 before the first step, if known
 * @param shape The size of the images
 */
export function firstLayerSection(
  { architecture, parameters: { w0 } }: Model,
  initial: Float32Array | undefined,
  shape: Pick<Dataset, "width" | "height">,
): Html {
  const units = Math.min(architecture.hidden[0], MOST);
  const shown = units < architecture.hidden[0]
    ? html`<p>The first ${units} of ${count(architecture.hidden[0])} units.</p>`
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
  const distances = values.map(Math.abs).sort();
  const largest = distances[Math.floor(SHARE * (distances.length - 1))] || 1;
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
  return html`<p class="muted">Full color means ${largest.toPrecision(2)} or more.</p>
<div class="pictures dense">${images}</div>`;
}

/** Folds what another program did to pixels into the first layer of its net. */
import type { PixelScale } from "../data/dataset.ts";
import { fail } from "./metadata.ts";

/**
 * What another program did to an image's bytes x before its net saw them: s, then (s - mean) / std.
 */
export interface Pixels {
  /**
   * How bytes became s: as in `PixelScale`, or `raw`: s = x. With `invert`, `unit` is 1 - x / 255 and
   * `raw` 255 - x.
   */
  scale: PixelScale | "raw";
  /**
   * What was subtracted from s: one number, or one per pixel.
   * @default 0
   */
  mean?: number | readonly number[];
  /**
   * What that was divided by: one number, or one per pixel.
   * @default 1
   */
  std?: number | readonly number[];
  /**
   * Whether dark and bright were exchanged.
   * @default false
   */
  invert?: boolean;
}

/**
 * The scale of this program's input, how many times as large s is, and whether inverted images can be
 * computed from that input.
 */
export const FOREIGN_SCALES: Readonly<
  Record<Pixels["scale"], { own: PixelScale; brightest: number; canInvert: boolean }>
> = {
  l2: { own: "l2", brightest: 1, canInvert: false },
  unit: { own: "unit", brightest: 1, canInvert: true },
  raw: { own: "unit", brightest: 255, canInvert: true },
};

/** A dense layer: weights (O, I), biases (O). */
export interface Layer {
  weights: Float32Array;
  biases: Float32Array;
}

/**
 * Changes the first layer of a net so that it computes the same of this program's inputs as it did
 * of the other program's: with s = factor u + offset for this program's input u, the new weights are
 * w factor / std, and the new biases b + sum of w (offset - mean) / std. The sums are in float64.
 *
 * @param layer The first layer; it is changed
 * @param pixels What the other program did to pixels
 * @throws {ModelError} If mean or std do not fit the net's images, or it cannot be done
 */
export function foldPixels(
  { weights, biases }: Layer,
  { scale, mean = 0, std = 1, invert = false }: Pixels,
): void {
  const inputs = weights.length / biases.length;
  const means = perPixel("mean", mean, inputs);
  const deviations = perPixel("std", std, inputs);
  const wrong = deviations.find((value) => !(value > 0));
  if (wrong !== undefined) {
    fail("every std must be above 0 (where scikit-learn's scale_ has 1)", wrong);
  }
  const { brightest, canInvert } = FOREIGN_SCALES[scale];
  if (invert && !canInvert) {
    fail("inverted images must not be scaled by their norm: give scale unit or raw", scale);
  }
  const [factor, offset] = invert ? [-brightest, brightest] : [brightest, 0];
  for (let unit = 0; unit < biases.length; unit++) {
    let bias = biases[unit];
    for (let i = 0, j = unit * inputs; i < inputs; i++, j++) {
      bias += weights[j] * (offset - means[i]) / deviations[i];
      weights[j] = weights[j] * factor / deviations[i];
    }
    biases[unit] = bias;
  }
}

function perPixel(name: string, value: number | readonly number[], inputs: number): number[] {
  const values = typeof value === "number" ? Array<number>(inputs).fill(value) : [...value];
  if (values.length !== inputs) {
    fail(`${name} must be one number, or one for each of the ${inputs} pixels`, values.length);
  }
  const bad = values.find((one) => !Number.isFinite(one));
  if (bad !== undefined) fail(`every ${name} must be finite`, bad);
  return values;
}

/**
 * Converts ink to an image like MNIST's, by MNIST's procedure (http://yann.lecun.com/exdb/mnist/):
 * the ink is scaled by averaging so that its longer side is 20 pixels, and its center of mass is
 * placed in the middle of 28 x 28 pixels.
 */
import { removeSpecks } from "./blobs.ts";
import { crop, fitInto, inkBox, longerSide, type Plane, resize } from "./plane.ts";
import { thicken } from "./morphology.ts";

/** The side of MNIST's images, in pixels. */
export const DIGIT_SIDE = 28;
/** The side of the square into which the ink is scaled. */
const INK_SIDE = 20;

/** Larger pictures are first reduced to this side. It suffices for a digit that fills a tenth of it. */
export const WORKING_SIDE = 200;

/** Minimum stroke width in the digit, in pixels; thinner strokes are thickened. MNIST's have 2 to 3. */
const MIN_STROKE_WIDTH = 1.5;

/**
 * Renders ink like MNIST's digits. This is for a drawing on a canvas, whose ink is known. For a
 * photograph or scan, use `imageToDigit`, which finds the ink first.
 *
 * @param ink Shape (height, width), from 0 (paper) to 1 (full ink); specks are ignored
 * @returns Shape (28 * 28), row-major; 0 is background, 255 full ink
 * @throws {RangeError} If there is no ink
 *
 * @example A vertical stroke
 * ```ts
 * import { inkToDigit } from "./ink_to_digit.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const values = new Float32Array(100 * 80);
 * for (let y = 30; y < 70; y++) values.fill(1, y * 100 + 10, y * 100 + 16);
 * const digit = inkToDigit({ width: 100, height: 80, values });
 * // 20 rows high, 3 columns wide
 * assertEquals(digit.filter((byte) => byte === 255).length, 20 * 3);
 * assertEquals(digit.filter((byte) => byte === 0).length, 28 * 28 - 20 * 3);
 * ```
 */
export function inkToDigit(ink: Plane): Uint8Array<ArrayBuffer> {
  const strokes = removeSpecks(fitInto(ink, WORKING_SIDE));
  const box = inkBox(strokes);
  if (box.width <= 0) throw new RangeError("Cannot render a digit as there is no ink");
  const thick = thicken(strokes, MIN_STROKE_WIDTH * longerSide(box) / INK_SIDE);
  const cropped = crop(thick, inkBox(thick));
  const scale = INK_SIDE / longerSide(cropped);
  const digit = resize(
    cropped,
    Math.max(1, Math.round(cropped.width * scale)),
    Math.max(1, Math.round(cropped.height * scale)),
  );
  return center(digit);
}

/** Centers a digit by its center of mass, and scales its darkest ink to 255. */
function center({ width, height, values }: Plane): Uint8Array<ArrayBuffer> {
  let [darkest, mass, massX, massY] = [0, 0, 0, 0];
  values.forEach((value, i) => {
    darkest = Math.max(darkest, value);
    mass += value;
    massX += value * (i % width);
    massY += value * Math.floor(i / width);
  });
  const left = offset(massX / mass, width);
  const top = offset(massY / mass, height);
  const digit = new Uint8Array(DIGIT_SIDE * DIGIT_SIDE);
  values.forEach((value, i) => {
    const [x, y] = [left + i % width, top + Math.floor(i / width)];
    digit[y * DIGIT_SIDE + x] = Math.round(255 * value / darkest);
  });
  return digit;
}

/**
 * Computes where a digit begins along one side. In every image of MNIST's test set, the center of
 * mass is in [13.5, 14.5), counting pixels from 0. All ink stays inside the image.
 */
function offset(centerOfMass: number, size: number): number {
  const centered = Math.ceil(DIGIT_SIDE / 2 - 0.5 - centerOfMass);
  return Math.min(Math.max(centered, 0), DIGIT_SIDE - size);
}

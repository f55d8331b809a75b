/**
 * A photograph or drawing of a digit, made into what the net was trained on.
 *
 * MNIST's own recipe (http://yann.lecun.com/exdb/mnist/): the ink's longer side becomes 20 pixels
 * by averaging, and its centre of mass comes to the middle of 28 x 28 pixels. Before that the ink
 * must be found, which MNIST's makers were spared.
 */
import { removeSpecks } from "./blobs.ts";
import { findInk } from "./ink.ts";
import { type Box, crop, type Plane, resize, toGrey } from "./plane.ts";
import { thicken } from "./thicken.ts";

/** The side of MNIST's images, and of the square that the ink itself fits in. */
export const DIGIT_SIDE = 28;
const INK_SIDE = 20;
/** Larger pictures are first made as large as this: enough for a digit that fills a tenth of the side. */
const WORKING_SIDE = 200;

/** Thinner strokes, in pixels of the digit, are thickened: MNIST's are 2 to 3 wide. */
const LEAST_STROKE = 1.5;

/**
 * Finds the digit in a picture and draws it as MNIST's are drawn.
 *
 * @param pixels Shape (height, width, 4) as red, green, blue and alpha, or (height, width) as grey
 * @param width Pixels in a row
 * @param height Rows
 * @returns Shape (28 * 28), row-major; 0 is background, 255 full ink
 * @throws {RangeError} If the number of pixels is not what width and height say, or no ink is found
 *
 * @example A vertical stroke, dark on light
 * ```ts
 * import { imageToDigit } from "./image_to_digit.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const paper = new Uint8Array(100 * 80).fill(200);
 * for (let y = 30; y < 70; y++) paper.fill(20, y * 100 + 10, y * 100 + 16);
 * const digit = imageToDigit(paper, 100, 80);
 * // 20 rows high, 3 columns wide
 * assertEquals(digit.filter((byte) => byte === 255).length, 20 * 3);
 * assertEquals(digit.filter((byte) => byte === 0).length, 28 * 28 - 20 * 3);
 * ```
 */
export function imageToDigit(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const grey = fitInto(toGrey(pixels, width, height), WORKING_SIDE);
  const strokes = removeSpecks(findInk(grey));
  const ink = thicken(strokes, LEAST_STROKE * longerSide(inkBox(strokes)) / INK_SIDE);
  const cropped = crop(ink, inkBox(ink));
  const scale = INK_SIDE / longerSide(cropped);
  const digit = resize(
    cropped,
    Math.max(1, Math.round(cropped.width * scale)),
    Math.max(1, Math.round(cropped.height * scale)),
  );
  return centre(digit);
}

function longerSide({ width, height }: { width: number; height: number }): number {
  return Math.max(width, height);
}

/** The plane itself, or a smaller one whose longer side is the given one. */
function fitInto(plane: Plane, side: number): Plane {
  const scale = side / longerSide(plane);
  if (scale >= 1) return plane;
  return resize(
    plane,
    Math.max(1, Math.round(plane.width * scale)),
    Math.max(1, Math.round(plane.height * scale)),
  );
}

/** The smallest box that holds all ink. */
function inkBox({ width, height, values }: Plane): Box {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right, top, bottom] = [
      Math.min(left, x),
      Math.max(right, x + 1),
      Math.min(top, y),
      Math.max(bottom, y + 1),
    ];
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** Lays a digit down by its centre of mass, its strongest ink as 255. */
function centre({ width, height, values }: Plane): Uint8Array<ArrayBuffer> {
  let [most, mass, massX, massY] = [0, 0, 0, 0];
  values.forEach((value, i) => {
    most = Math.max(most, value);
    mass += value;
    massX += value * (i % width);
    massY += value * Math.floor(i / width);
  });
  const left = offset(massX / mass, width);
  const top = offset(massY / mass, height);
  const digit = new Uint8Array(DIGIT_SIDE * DIGIT_SIDE);
  values.forEach((value, i) => {
    const [x, y] = [left + i % width, top + Math.floor(i / width)];
    digit[y * DIGIT_SIDE + x] = Math.round(255 * value / most);
  });
  return digit;
}

/**
 * Where a digit begins along one side. In every image of MNIST's test set the centre of mass lies
 * from 13.5 (included) to 14.5 (excluded), counting pixels from 0. All of the ink stays inside.
 */
function offset(centreOfMass: number, size: number): number {
  const wanted = Math.ceil(DIGIT_SIDE / 2 - 0.5 - centreOfMass);
  return Math.min(Math.max(wanted, 0), DIGIT_SIDE - size);
}

/** Classifies images with a trained net, in plain TypeScript, without a device. */
import { PIXEL_SCALES } from "../data/normalize.ts";
import { forward, predictedClass } from "../net/maths.ts";
import { flatParameters, type Model } from "../net/architecture.ts";

/** Predictions for n images. */
export interface Predictions {
  /** Shape (n): the class with the largest output, the first of equal ones. */
  labels: Uint8Array;
  /** Shape (n, C). */
  probabilities: Float32Array;
}

/** The maximum number of images processed at a time, to bound memory, and of multiply-adds: about 20 ms. */
const MAX_ROWS = 500;
const MAX_WORK = 20_000_000;

/**
 * Classifies images.
 *
 * @param model A trained net
 * @param images Shape (n, D), row-major: 0 is background, 255 full ink; fractions are allowed
 * @returns A class and the probabilities of all classes for each image
 * @throws {RangeError} If the images' length is not a multiple of D, they are no array of bytes or
 *   32-bit floats, or pixels are colors or not from 0 to 255
 *
 * @example
 * ```ts
 * import { predict } from "./predict.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // One pixel, two classes; w2 tells ink from background.
 * const model = {
 *   architecture: { inputs: 1, hidden: [1, 1], classes: 2, activation: "relu", head: "softmax" },
 *   scale: "unit",
 *   parameters: {
 *     w0: Float32Array.of(1), b0: Float32Array.of(0), w1: Float32Array.of(1),
 *     b1: Float32Array.of(0), w2: Float32Array.of(-1, 1), b2: Float32Array.of(0.5, 0),
 *   },
 * } as const;
 * assertEquals(predict(model, Uint8Array.of(0, 255)).labels, Uint8Array.of(0, 1));
 * ```
 */
export function predict(model: Model, images: Uint8Array | Float32Array): Predictions {
  const { inputs, classes } = model.architecture;
  checkImages(model, images);
  const labels = new Uint8Array(images.length / inputs);
  const probabilities = new Float32Array(labels.length * classes);
  for (const { row, x3, p } of outputsOfRows(model, images)) {
    labels[row] = predictedClass(x3);
    probabilities.set(p, row * classes);
  }
  return { labels, probabilities };
}

/** Throws if images, which plain JavaScript may pass, are not rows of pixels from 0 to 255. */
function checkImages(
  { architecture: { inputs }, scale }: Model,
  images: Uint8Array | Float32Array,
): void {
  const fail = (rule: string, value: unknown): never => {
    throw new RangeError(`Cannot predict as ${rule}: current value is ${value}`);
  };
  if (!(images instanceof Uint8Array || images instanceof Float32Array)) {
    const type = (images as object | null)?.constructor?.name ?? typeof images;
    fail(
      "the images must be a Uint8Array or Float32Array (for a canvas, what `imageToDigit` returns)",
      `of type ${type}`,
    );
  }
  if (images.length % inputs !== 0) {
    fail(`the images' length must be a multiple of the net's ${inputs} inputs`, images.length);
  }
  if (images instanceof Uint8Array) {
    // White images look like a canvas's pixels too, but mean the same either way.
    const isOpaque = images.length % (4 * inputs) === 0 &&
      images.every((byte, i) => i % 4 !== 3 || byte === 255) && images.some((byte) => byte < 255);
    if (isOpaque && inputs > 1) {
      fail(
        "the images must have one byte per pixel (`imageToDigit` takes colors; if these are gray, " +
          "pass them as a Float32Array)",
        "RGBA: every fourth byte is 255",
      );
    }
    return;
  }
  let largest = 0;
  for (const pixel of images) {
    if (!(pixel >= 0 && pixel <= 255)) fail("every pixel must be from 0 to 255", pixel);
    largest = Math.max(largest, pixel);
  }
  // Divided by its norm, an image is the same on any scale.
  if (!PIXEL_SCALES[scale].usesSquares && largest > 0 && largest <= 1) {
    fail("pixels must be from 0 to 255 (multiply them by 255)", `at most ${largest}`);
  }
}

/** Every layer's values for one image. */
export interface ForwardPass {
  /** Shape (D): the scaled pixels. */
  x0: Float64Array;
  /** Shape (H1): the first hidden layer's activations. */
  x1: Float64Array;
  /** Shape (H2): the second hidden layer's activations. */
  x2: Float64Array;
  /** Shape (C): the inputs of softmax. */
  x3: Float64Array;
  /** Shape (C): the probability of each class. */
  p: Float64Array;
}

/**
 * Runs a net on one image and returns the activations of every layer.
 *
 * @param model A trained net
 * @param image Shape (D): 0 is background, 255 full ink; fractions are allowed
 * @returns The values of every layer
 * @throws {RangeError} If the image's length is not D
 *
 * @example
 * ```ts
 * import { forwardPass } from "./predict.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = {
 *   architecture: { inputs: 1, hidden: [1, 1], classes: 2, activation: "relu", head: "softmax" },
 *   scale: "unit",
 *   parameters: {
 *     w0: Float32Array.of(2), b0: Float32Array.of(0), w1: Float32Array.of(3),
 *     b1: Float32Array.of(-1), w2: Float32Array.of(0, 0), b2: Float32Array.of(0, 0),
 *   },
 * } as const;
 * const { x1, x2, p } = forwardPass(model, Uint8Array.of(255));
 * assertEquals([...x1, ...x2, ...p], [2, 5, 0.5, 0.5]);
 * ```
 */
export function forwardPass(model: Model, image: Uint8Array | Float32Array): ForwardPass {
  const { architecture, scale, parameters } = model;
  if (image.length !== architecture.inputs) {
    throw new RangeError(
      `Cannot run the net as an image must have ${architecture.inputs} pixels: ` +
        `current value is ${image.length}`,
    );
  }
  const x0 = netInputs(image, architecture.inputs, scale);
  return { x0, ...forward(architecture, flatParameters(architecture, parameters), x0) };
}

/** The net's outputs for one row: the last layer's outputs and their softmax. */
export interface RowOutputs {
  row: number;
  /** Shape (C). */
  x3: Float64Array;
  /** Shape (C). */
  p: Float64Array;
}

/** Runs the net on images with shape (n, D), and yields each row's outputs. */
export function* outputsOfRows(
  { architecture, scale, parameters }: Model,
  images: Uint8Array | Float32Array,
): Generator<RowOutputs, void> {
  const { inputs, classes } = architecture;
  const flat = flatParameters(architecture, parameters);
  const pixels = inputs * Math.min(MAX_ROWS, Math.ceil(MAX_WORK / flat.length));
  for (let from = 0; from < images.length; from += pixels) {
    const piece = images.subarray(from, from + pixels);
    const { x3, p } = forward(architecture, flat, netInputs(piece, inputs, scale));
    for (let row = 0; row < piece.length / inputs; row++) {
      const [begin, end] = [row * classes, (row + 1) * classes];
      yield { row: from / inputs + row, x3: x3.subarray(begin, end), p: p.subarray(begin, end) };
    }
  }
}

/** Scales pixels (n, D): divides each row by its L2 norm, or by 255; an all-zero row stays zero. */
function netInputs(
  pixels: Uint8Array | Float32Array,
  width: number,
  scale: Model["scale"],
): Float64Array {
  const inputs = Float64Array.from(pixels);
  for (let from = 0; from < inputs.length; from += width) {
    const row = inputs.subarray(from, from + width);
    let squares = 0;
    for (const pixel of row) squares += pixel * pixel;
    const divisor = PIXEL_SCALES[scale].divisor(squares);
    for (let i = 0; i < width; i++) row[i] /= divisor;
  }
  return inputs;
}

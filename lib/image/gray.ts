/** Converts color pictures to one number per pixel. */
import { edgePixels, type Plane } from "./plane.ts";

/** Rec. 709's weights of red, green and blue for luminance (https://www.itu.int/rec/R-REC-BT.709). */
const LUMINANCE = [0.2126, 0.7152, 0.0722];
const CHANNELS = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/**
 * A single channel replaces luminance if its standard deviation is this many times as large. Yellow
 * ink on white paper, for example, differs only in blue.
 */
const MIN_ADVANTAGE = 3;
/** The number of pixels sampled to compare standard deviations. */
const SAMPLES = 10_000;

/**
 * Computes the luminance of each pixel, with transparent pixels on white paper. If colors hardly
 * differ in luminance, uses the channel in which they differ most. If most of the picture's edge is
 * transparent, it is a drawing on a transparent canvas: opaque pixels of any color then become
 * black, transparent ones white.
 *
 * @param pixels Shape (height, width, 4) as red, green, blue and alpha, or (height, width) as gray
 * @returns From 0 (black) to 255 (white)
 * @throws {RangeError} If the number of pixels is not what width and height say
 */
export function toGray(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Plane {
  const count = width * height;
  if (count > 0 && pixels.length === count) {
    return { width, height, values: Float32Array.from(pixels) };
  }
  if (count === 0 || pixels.length !== 4 * count) {
    throw new RangeError(
      `Cannot read an image as it must have one or four bytes per pixel: current value is ` +
        `${pixels.length} bytes for ${width} x ${height} pixels`,
    );
  }
  const values = new Float32Array(count);
  const edge = edgePixels({ width, height });
  const transparent = edge.filter((i) => pixels[4 * i + 3] < 128).length;
  if (transparent > edge.length / 2) {
    for (let i = 0; i < count; i++) values[i] = 255 - pixels[4 * i + 3];
  } else {
    const weights = bestWeights(pixels);
    for (let i = 0; i < count; i++) values[i] = weightedSum(pixels, i, weights);
  }
  return { width, height, values };
}

/** Returns a pixel's weighted sum of red, green and blue, blended with white by its alpha. */
function weightedSum(pixels: ArrayLike<number>, i: number, weights: readonly number[]): number {
  const at = 4 * i;
  const light = weights[0] * pixels[at] + weights[1] * pixels[at + 1] +
    weights[2] * pixels[at + 2];
  return 255 + (light - 255) * pixels[at + 3] / 255;
}

/** Returns the weights of luminance, or of the channel with much more contrast. */
function bestWeights(pixels: ArrayLike<number>): readonly number[] {
  const count = pixels.length / 4;
  const step = Math.max(1, Math.floor(count / SAMPLES));
  const deviation = (weights: number[]) => {
    let [n, sum, squares] = [0, 0, 0];
    for (let i = 0; i < count; i += step) {
      const value = weightedSum(pixels, i, weights);
      n++;
      sum += value;
      squares += value * value;
    }
    return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
  };
  const best = CHANNELS.reduce((a, b) => deviation(b) > deviation(a) ? b : a);
  return deviation(best) > MIN_ADVANTAGE * deviation(LUMINANCE) ? best : LUMINANCE;
}

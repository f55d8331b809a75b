/** Telling ink from paper: what colour the paper is, how the light falls on it, what is only noise. */
import type { Plane } from "./plane.ts";

/** The frame from which the paper is learned first, as a part of the shorter side. */
const FRAME = 0.08;
/** Times a surface is fitted, each time without what the last one showed to be no paper. */
const FITS = 4;
/** What differs from the paper by more than so many times the noise is no paper. */
const OUTLIER = 3;
/** Differences below this (of 255) are always taken for paper: JPEG makes such ones. */
const LEAST_OUTLIER = 6;
/** Ink must stand out by so many levels of 255, and by so many times the noise. */
const LEAST_CONTRAST = 16;
const LEAST_SIGNAL_TO_NOISE = 4;
/** What is fainter than this part of the ink's own strength is no ink. */
const FAINTEST = 0.1;

/** Some of a picture's pixels. */
type Mask = (i: number) => boolean;

/**
 * How much ink is on each pixel, whether it is dark on light or light on dark, and however
 * unevenly the paper is lit.
 *
 * The paper is a smooth surface (a polynomial of second degree) fitted to the picture's frame
 * and then to everything close to that; ink is what stands out to the side on which most does.
 *
 * @param grey A picture
 * @returns 0 paper to 1 full ink
 * @throws {RangeError} If nothing stands out
 */
export function findInk(grey: Plane): Plane {
  const { width, height } = grey;
  const inFrame = frame(grey);
  const difference = subtractPaper(grey, inFrame);
  const noise = noiseOf(difference, inFrame);
  const cutoff = outlierCutoff(noise);
  let skew = 0;
  for (const value of difference) if (Math.abs(value) > cutoff) skew += value ** 3;
  const strength = difference.map((value) => Math.max(0, skew < 0 ? -value : value));

  const contrast = fullStrength(strength.filter((value) => value > cutoff));
  if (contrast < LEAST_CONTRAST || contrast < LEAST_SIGNAL_TO_NOISE * noise) {
    throw new RangeError(
      `Cannot find a digit as ink must stand out from the paper by at least ${LEAST_CONTRAST} ` +
        `levels of 255, and from its noise: current value is ${
          contrast.toFixed(1)
        } at a noise of ` +
        noise.toFixed(1),
    );
  }
  const faintest = Math.max(FAINTEST * contrast, OUTLIER * noise);
  const values = strength.map((value) => value < faintest ? 0 : Math.min(1, value / contrast));
  return { width, height, values };
}

/**
 * The picture less its paper. Which pixels are paper is guessed in several ways (those of the
 * frame, the lighter half, the darker half) and then mended; the surface that the frame lies
 * closest to wins.
 */
function subtractPaper(grey: Plane, inFrame: Mask): Float32Array {
  const middle = median(grey.values);
  const guesses: Mask[] = [
    inFrame,
    (i) => grey.values[i] >= middle,
    (i) => grey.values[i] <= middle,
  ];
  return guesses.map((guess) => differenceFrom(grey, guess)).reduce((best, other) =>
    noiseOf(other, inFrame) < noiseOf(best, inFrame) ? other : best
  );
}

function differenceFrom(grey: Plane, guess: Mask): Float32Array {
  let isPaper = guess;
  let difference = grey.values;
  for (let fit = 0; fit < FITS; fit++) {
    const paper = fitSurface(grey, isPaper);
    const found = difference = grey.values.map((value, i) => value - paper(i));
    const cutoff = outlierCutoff(noiseOf(found, isPaper));
    isPaper = (i) => Math.abs(found[i]) <= cutoff;
  }
  return difference;
}

function frame({ width, height }: Plane): Mask {
  const margin = Math.max(1, Math.round(FRAME * Math.min(width, height)));
  return (i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.min(x, y, width - 1 - x, height - 1 - y) < margin;
  };
}

function outlierCutoff(noise: number): number {
  return Math.max(LEAST_OUTLIER, OUTLIER * noise);
}

/** The standard deviation of some pixels, told from the median so that a minority far off does not count. */
function noiseOf(difference: Float32Array, mask: Mask): number {
  // Half of a normal distribution lies within 0.6745 standard deviations of its mean.
  return median(difference.filter((_, i) => mask(i)).map(Math.abs)) / 0.6745;
}

function median(values: Float32Array): number {
  return values.toSorted()[values.length >> 1] ?? 0;
}

/**
 * Least squares of a + bx + cy + dx² + exy + fy² over the chosen pixels.
 *
 * @returns The surface's value at a pixel
 */
function fitSurface({ width, height, values }: Plane, chosen: Mask) {
  const terms = (i: number) => {
    const [x, y] = [2 * (i % width) / width - 1, 2 * Math.floor(i / width) / height - 1];
    return [1, x, y, x * x, x * y, y * y];
  };
  // Normal equations; the last column is the right-hand side.
  const equations = Array.from({ length: 6 }, () => new Float64Array(7));
  for (let i = 0; i < values.length; i++) {
    if (!chosen(i)) continue;
    const t = terms(i);
    for (let row = 0; row < 6; row++) {
      for (let column = 0; column < 6; column++) equations[row][column] += t[row] * t[column];
      equations[row][6] += t[row] * values[i];
    }
  }
  // A trace of ridge regression: a picture of few pixels would not determine all six.
  for (let row = 1; row < 6; row++) equations[row][row] += 1e-6 * equations[0][0];
  const coefficients = solve(equations);
  return (i: number) => terms(i).reduce((sum, term, k) => sum + term * coefficients[k], 0);
}

/** Gauss-Jordan elimination; the matrix is symmetric and positive, so no pivoting is needed. */
function solve(equations: Float64Array[]): number[] {
  const count = equations.length;
  for (let pivot = 0; pivot < count; pivot++) {
    for (let row = 0; row < count; row++) {
      if (row === pivot) continue;
      const factor = equations[row][pivot] / equations[pivot][pivot];
      for (let k = pivot; k <= count; k++) equations[row][k] -= factor * equations[pivot][k];
    }
  }
  return equations.map((row, i) => row[count] / row[i]);
}

/**
 * The strength of full ink: the median of what lies above Otsu's threshold, the one that leaves
 * the least variance in the two halves (Otsu, "A threshold selection method from gray-level
 * histograms", 1979).
 */
function fullStrength(strength: Float32Array): number {
  const counts = new Float64Array(256);
  for (const value of strength) counts[Math.min(255, Math.floor(value))]++;
  const total = strength.length;
  const sum = counts.reduce((sum, count, level) => sum + count * level, 0);
  let [best, threshold, below, sumBelow] = [0, 0, 0, 0];
  for (let level = 0; level < 255; level++) {
    below += counts[level];
    sumBelow += counts[level] * level;
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (sum - sumBelow) / above) ** 2;
    if (between > best) [best, threshold] = [between, level + 1];
  }
  return median(strength.filter((value) => value >= threshold));
}

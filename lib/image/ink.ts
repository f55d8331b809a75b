/** Separates ink from paper by how much darker or lighter each pixel is than the paper under it. */
import { percent } from "../files/printable.ts";
import { findPaper } from "./paper.ts";
import { dilate } from "./morphology.ts";
import { removeRuling } from "./ruling.ts";
import { mapPlane, type Plane } from "./plane.ts";
import { median, otsuThreshold } from "./threshold.ts";

/** Width of the frame in which noise is measured, as a fraction of the shorter side. */
const FRAME_WIDTH = 0.08;
/** Minimum contrast of ink, as a fraction of the paper's brightness. */
const MIN_CONTRAST = 0.06;
/** Minimum contrast of ink, as a multiple of the noise. */
const MIN_SIGNAL_TO_NOISE = 4;
/** Differences from the paper up to this multiple of the noise are noise. */
const NOISE_CUTOFF = 3;
/** Differences from the paper up to this fraction of its brightness may come from JPEG compression. */
const JPEG_CUTOFF = 0.025;
/** Minimum of a pixel of ink, as a fraction of full ink. */
const MIN_INK = 0.4;
/** Minimum of a pixel at the edge of a stroke, which touches ink, as a fraction of full ink. */
const MIN_EDGE_INK = 0.1;
/** Minimum by which differences are divided, of 255. A smaller divisor would amplify noise in the dark. */
const MIN_BRIGHTNESS = 64;

/**
 * Computes the amount of ink on each pixel, for dark ink on light paper or light ink on dark paper.
 * Shadows do not matter, since ink absorbs the same fraction of the light in a shadow.
 *
 * @param gray A picture, from 0 (black) to 255 (white)
 * @returns From 0 (paper) to 1 (full ink)
 * @throws {RangeError} If nothing contrasts with the paper
 */
export function findInk(gray: Plane): Plane {
  const { brightness: paper, inkIsDarker } = findPaper(gray);
  const light = (value: number) => inkIsDarker ? value : 255 - value;
  const absorbed = mapPlane(gray, (value, i) => {
    const paperLight = light(paper.values[i]);
    return (paperLight - light(value)) / Math.max(MIN_BRIGHTNESS, paperLight);
  });
  const inFrame = frame(gray);
  const framed = absorbed.values.filter((_, i) => inFrame(i));
  const bias = median(framed); // a closing is brighter than noisy paper
  // The standard deviation: half of a normal distribution is within 0.6745 of them from the mean.
  const noise = median(framed.map((value) => Math.abs(value - bias))) / 0.6745;
  const strength = absorbed.values.map((value) => Math.max(0, value - bias));

  const cutoff = Math.max(JPEG_CUTOFF, NOISE_CUTOFF * noise);
  const visible = strength.filter((value) => value > cutoff);
  const threshold = otsuThreshold(visible, 1);
  const contrast = median(visible.filter((value) => value >= threshold));
  if (contrast < MIN_CONTRAST || contrast < MIN_SIGNAL_TO_NOISE * noise) {
    throw new RangeError(
      "Cannot find a digit as the contrast of the ink must be at least " +
        `${percent(MIN_CONTRAST, 0)}, and ${MIN_SIGNAL_TO_NOISE} times the noise: current value ` +
        `is ${percent(contrast, 1)} at a noise of ${percent(noise, 1)}`,
    );
  }
  const ink = mapPlane(gray, (_, i) => Math.min(1, strength[i] / contrast));
  const noiseInk = NOISE_CUTOFF * noise / contrast;
  return removeFaint(removeRuling(ink, noiseInk), noiseInk);
}

/** Sets pixels that are too faint for ink, or for the edge of a stroke, to 0. */
function removeFaint(ink: Plane, noise: number): Plane {
  const [minInk, minEdgeInk] = [Math.max(MIN_INK, noise), Math.max(MIN_EDGE_INK, noise)];
  const { values: most } = dilate(ink, 1);
  return mapPlane(ink, (value, i) => value >= minEdgeInk && most[i] >= minInk ? value : 0);
}

/** Returns a test for the pixels along the edges of a picture. */
function frame({ width, height }: Plane): (i: number) => boolean {
  const margin = Math.max(1, Math.round(FRAME_WIDTH * Math.min(width, height)));
  return (i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.min(x, y, width - 1 - x, height - 1 - y) < margin;
  };
}

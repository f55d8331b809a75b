/** Separates ink from paper: how much darker or lighter each pixel is than the paper under it. */
import { findPaper } from "./paper.ts";
import { removeRuling } from "./ruling.ts";
import { mapPlane, type Plane } from "./plane.ts";
import { median, otsuThreshold } from "./threshold.ts";

/** Width of the frame in which noise is measured, as a fraction of the shorter side. */
const FRAME = 0.08;
/** Minimum contrast of ink, as a fraction of the paper's brightness, and as a multiple of the noise. */
const LEAST_CONTRAST = 0.06;
const LEAST_SIGNAL_TO_NOISE = 4;
/** What differs from the paper by less is noise, or made by JPEG; the former in times the noise. */
const OUTLIER = 3;
const LEAST_OUTLIER = 0.025;
/** Ink is at least this part of full ink; the edges of a stroke, which touch such ink, may be fainter. */
const FAINTEST = 0.4;
const FAINTEST_EDGE = 0.1;
/** A paper is at least so bright, of 255: in the dark the noise would be divided by next to nothing. */
const LEAST_BRIGHTNESS = 64;

/**
 * Computes the amount of ink on each pixel, for dark ink on light paper or light on dark, with any
 * lighting: ink absorbs a fraction of the light, which is the same in a shadow.
 *
 * @param gray A picture
 * @returns 0 paper to 1 full ink
 * @throws {RangeError} If nothing stands out
 */
export function findInk(gray: Plane): Plane {
  const { brightness: paper, inkIsDarker } = findPaper(gray);
  const light = (value: number) => inkIsDarker ? value : 255 - value;
  const absorbed = mapPlane(gray, (value, i) => {
    const paperLight = light(paper.values[i]);
    return (paperLight - light(value)) / Math.max(LEAST_BRIGHTNESS, paperLight);
  });
  const inFrame = frame(gray);
  const framed = absorbed.values.filter((_, i) => inFrame(i));
  const bias = median(framed); // a closing lies above noisy paper
  // Half of a normal distribution is within 0.6745 standard deviations of its mean.
  const noise = median(framed.map((value) => Math.abs(value - bias))) / 0.6745;
  const strength = absorbed.values.map((value) => Math.max(0, value - bias));

  const cutoff = Math.max(LEAST_OUTLIER, OUTLIER * noise);
  const visible = strength.filter((value) => value > cutoff);
  const threshold = otsuThreshold(visible, 1);
  const contrast = median(visible.filter((value) => value >= threshold));
  if (contrast < LEAST_CONTRAST || contrast < LEAST_SIGNAL_TO_NOISE * noise) {
    throw new RangeError(
      `Cannot find a digit as ink must stand out from the paper by at least ` +
        `${100 * LEAST_CONTRAST}% of its brightness, and from its noise: current value is ` +
        `${(100 * contrast).toFixed(1)}% at a noise of ${(100 * noise).toFixed(1)}%`,
    );
  }
  const ink = mapPlane(gray, (_, i) => Math.min(1, strength[i] / contrast));
  const faintest = OUTLIER * noise / contrast;
  return withoutFaint(removeRuling(ink, faintest), faintest);
}

/** Sets pixels that are too faint for ink to 0. */
function withoutFaint(ink: Plane, noise: number): Plane {
  const { width, height, values } = ink;
  const [faintest, faintestEdge] = [Math.max(FAINTEST, noise), Math.max(FAINTEST_EDGE, noise)];
  return mapPlane(ink, (value, i) => {
    if (value >= faintest) return value;
    if (value < faintestEdge) return 0;
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        if (values[ny * width + nx] >= faintest) return value;
      }
    }
    return 0;
  });
}

/** Returns a test for the pixels along the edges of a picture. */
function frame({ width, height }: Plane): (i: number) => boolean {
  const margin = Math.max(1, Math.round(FRAME * Math.min(width, height)));
  return (i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.min(x, y, width - 1 - x, height - 1 - y) < margin;
  };
}

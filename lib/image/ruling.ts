/** Removes the lines of ruled or squared paper. */
import { median } from "./threshold.ts";
import type { Plane } from "./plane.ts";

/** Minimum fraction of the picture's width in which a line has ink; it may be interrupted. */
const MIN_INKED = 0.9;
/** Maximum slope of a line. */
const MAX_SLOPE = 0.06;
/** Maximum thickness of a line, as a fraction of the picture's side. */
const MAX_THICKNESS = 0.025;
/** Minimum ink of a pixel of a line, whose ink may be spread over two pixels. */
const MIN_INK = 0.15;
/** Stands for no pixel. */
const NONE = -1;

/**
 * Removes straight thin lines that cross the whole picture horizontally or vertically. Keeps strokes
 * that cross such lines.
 *
 * @param ink From 0 (paper) to 1 (full ink)
 * @param noise Fainter ink is noise
 * @returns A new plane
 */
export function removeRuling(ink: Plane, noise: number): Plane {
  const minInk = Math.max(MIN_INK, noise);
  return transposed(removeHorizontal(transposed(removeHorizontal(ink, minInk)), minInk));
}

/** Removes horizontal lines. */
function removeHorizontal(ink: Plane, minInk: number): Plane {
  const { width, height, values } = ink;
  const [up, down] = runLengths(ink, minInk);
  const maxThickness = MAX_THICKNESS * height;
  if (maxThickness < 1) return ink; // in so small a picture, strokes are as thin as lines
  const thickness = (i: number) => up[i] + down[i] - 1;
  const left = values.slice();
  // Accept ink one pixel above or below the line: in a photograph, lines are not quite straight.
  const near = Int32Array.from(
    values,
    (_, i) => [i, i - width, i + width].find((pixel) => values[pixel] >= minInk) ?? NONE,
  );
  const maxRise = Math.round(MAX_SLOPE * width);
  const maxMissed = (1 - MIN_INKED) * width;
  for (let rise = -maxRise; rise <= maxRise; rise++) {
    const offsets = Int32Array.from(
      { length: width },
      (_, x) => Math.round(rise * (x / width - 0.5)),
    );
    for (let start = 0; start < height; start++) {
      const pixels: number[] = [];
      for (let x = 0, missed = 0; x < width && missed <= maxMissed; x++) {
        const y = start + offsets[x];
        const pixel = y >= 0 && y < height ? near[y * width + x] : NONE;
        if (pixel === NONE) missed++;
        else pixels.push(pixel);
      }
      if (pixels.length < width - maxMissed) continue;
      const line = median(Float32Array.from(pixels, thickness));
      if (line > maxThickness) continue;
      for (const i of pixels) {
        if (thickness(i) > line + 1) continue; // a stroke
        for (let k = 0; k < up[i]; k++) left[i - k * width] = 0;
        for (let k = 0; k < down[i]; k++) left[i + k * width] = 0;
      }
    }
  }
  return { width, height, values: left };
}

/** Counts, for each pixel, the consecutive pixels with ink upwards and downwards, including itself. */
function runLengths({ width, values }: Plane, minInk: number): [Uint16Array, Uint16Array] {
  const up = new Uint16Array(values.length);
  const down = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= minInk) up[i] = 1 + (i >= width ? up[i - width] : 0);
  }
  for (let i = values.length - 1; i >= 0; i--) {
    if (values[i] >= minInk) down[i] = 1 + (i + width < values.length ? down[i + width] : 0);
  }
  return [up, down];
}

function transposed({ width, height, values }: Plane): Plane {
  return {
    width: height,
    height: width,
    values: values.map((_, i) => values[(i % height) * width + Math.floor(i / height)]),
  };
}

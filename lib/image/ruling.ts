/** Removes the lines of ruled and squared paper that are as dark as ink. */
import { median } from "./threshold.ts";
import type { Plane } from "./plane.ts";

/** Minimum fraction of the picture that a ruled line crosses; the rest may be too faint or broken. */
const LEAST_CROSSED = 0.9;
/** Maximum slope of a line. */
const STEEPEST = 0.06;
/** Maximum thickness of a line, as a fraction of the picture's side. */
const THICKEST = 0.025;
const NONE = -1;
/** Minimum ink of a pixel of a line; a tilted line is spread over two pixels. */
const FAINTEST = 0.15;

/**
 * Removes straight thin lines that cross the whole picture horizontally or vertically; strokes that
 * cross them are kept.
 *
 * @param ink 0 paper to 1 full ink
 * @param noise Fainter ink is noise
 * @returns A new plane
 *
 * @example
 * ```ts
 * import { removeRuling } from "./ruling.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const values = new Float32Array(100 * 100);
 * values.fill(1, 5000, 5100); // the row in the middle
 * for (let y = 30; y < 70; y++) values[100 * y + 50] = 1; // and a stroke across it
 * const { values: left } = removeRuling({ width: 100, height: 100, values }, 0);
 * assertEquals(left.reduce((sum, value) => sum + value), 40);
 * ```
 */
export function removeRuling(ink: Plane, noise: number): Plane {
  const least = Math.max(FAINTEST, noise);
  return transposed(withoutRows(transposed(withoutRows(ink, least)), least));
}

/** Removes horizontal lines. */
function withoutRows(ink: Plane, least: number): Plane {
  const { width, height, values } = ink;
  const [up, down] = runLengths(ink, least);
  const thickest = THICKEST * height;
  if (thickest < 1) return ink; // so few pixels that strokes are as thin
  const thickness = (i: number) => up[i] + down[i] - 1;
  const left = values.slice();
  // A pixel off is on the line: it is not quite straight where it was photographed.
  const near = Int32Array.from(
    values,
    (_, i) => [i, i - width, i + width].find((pixel) => values[pixel] >= least) ?? NONE,
  );
  const steepest = Math.round(STEEPEST * width);
  const mostMissed = (1 - LEAST_CROSSED) * width;
  for (let rise = -steepest; rise <= steepest; rise++) {
    const offsets = Int32Array.from(
      { length: width },
      (_, x) => Math.round(rise * (x / width - 0.5)),
    );
    for (let start = 0; start < height; start++) {
      const pixels: number[] = [];
      for (let x = 0, missed = 0; x < width && missed <= mostMissed; x++) {
        const y = start + offsets[x];
        const pixel = y >= 0 && y < height ? near[y * width + x] : NONE;
        if (pixel === NONE) missed++;
        else pixels.push(pixel);
      }
      if (pixels.length < width - mostMissed) continue;
      const line = median(Float32Array.from(pixels, thickness));
      if (line > thickest) continue;
      for (const i of pixels) {
        if (thickness(i) > line + 1) continue; // a stroke
        for (let k = 0; k < up[i]; k++) left[i - k * width] = 0;
        for (let k = 0; k < down[i]; k++) left[i + k * width] = 0;
      }
    }
  }
  return { width, height, values: left };
}

/** For each pixel, the number of consecutive inked pixels upwards and downwards, including itself. */
function runLengths({ width, values }: Plane, least: number): [Uint16Array, Uint16Array] {
  const up = new Uint16Array(values.length);
  const down = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= least) up[i] = 1 + (i >= width ? up[i - width] : 0);
  }
  for (let i = values.length - 1; i >= 0; i--) {
    if (values[i] >= least) down[i] = 1 + (i + width < values.length ? down[i + width] : 0);
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

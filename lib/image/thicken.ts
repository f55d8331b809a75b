/** Thin strokes made as thick as those of MNIST, which was written with a broad pen. */
import type { Plane } from "./plane.ts";

/**
 * Thickens strokes: each pixel takes the largest value of the square around it.
 *
 * @param ink 0 paper to 1 full ink,
 * @param thickness The strokes' least thickness in pixels; thicker ones are left as they are
 * @returns A new plane
 */
export function thicken(ink: Plane, thickness: number): Plane {
  const radius = Math.round((thickness - strokeThickness(ink)) / 2);
  return radius <= 0 ? ink : largestAlongRows(largestAlongRows(ink, radius), radius);
}

/**
 * The mean thickness of the strokes in pixels. A stroke of length l and thickness t has the area
 * lt and the outline 2l.
 */
function strokeThickness({ width, height, values }: Plane): number {
  let [area, outline] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    area += values[i];
    const [x, y] = [i % width, Math.floor(i / width)];
    const right = x + 1 < width ? values[i + 1] - values[i] : 0;
    const down = y + 1 < height ? values[i + width] - values[i] : 0;
    outline += Math.hypot(right, down);
  }
  return 2 * area / outline;
}

/** Lays the result down as columns, so that doing it twice does both directions. */
function largestAlongRows({ width, height, values }: Plane, radius: number): Plane {
  const result = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ink = values[y * width + x];
      if (ink === 0) continue; // most of a picture is paper
      const last = Math.min(width - 1, x + radius);
      for (let near = Math.max(0, x - radius); near <= last; near++) {
        const at = near * height + y;
        if (ink > result[at]) result[at] = ink;
      }
    }
  }
  return { width: height, height: width, values: result };
}

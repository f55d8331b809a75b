/** Thickens thin strokes, since MNIST's digits were written with a broad pen. */
import { dilate } from "./morphology.ts";
import type { Plane } from "./plane.ts";

/**
 * Thickens strokes: each pixel becomes the largest value of the square around it.
 *
 * @param ink From 0 (paper) to 1 (full ink)
 * @param thickness Minimum thickness in pixels; thicker strokes are not changed
 * @returns A new plane, or `ink` itself if its strokes are thick enough
 */
export function thicken(ink: Plane, thickness: number): Plane {
  const radius = Math.round((thickness - strokeThickness(ink)) / 2);
  return radius <= 0 ? ink : dilate(ink, radius);
}

/**
 * Estimates the mean thickness of the strokes in pixels. A stroke of length l and thickness t has
 * the area l t and an outline of length 2 l.
 */
export function strokeThickness({ width, height, values }: Plane): number {
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

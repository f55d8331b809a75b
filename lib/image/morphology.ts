/**
 * Applies gray-scale morphology with squares (Serra, "Image Analysis and Mathematical Morphology",
 * 1982), and thickens strokes by it.
 */
import { mapPlane, type Plane } from "./plane.ts";

/** Replaces each pixel by the largest value of the square around it, of side 2 * radius + 1. */
export function dilate(plane: Plane, radius: number): Plane {
  return largestAlongRows(largestAlongRows(plane, radius), radius);
}

/** Replaces each pixel by the smallest value of the square around it. */
function erode(plane: Plane, radius: number): Plane {
  return negative(dilate(negative(plane), radius));
}

/** Fills dark regions that are too narrow to hold the square (a closing). */
export function close(plane: Plane, radius: number): Plane {
  return erode(dilate(plane, radius), radius);
}

/** Inverts light and dark. */
export function negative(plane: Plane): Plane {
  return mapPlane(plane, (value) => -value);
}

/**
 * Computes the maximum of a sliding window with three comparisons per pixel for any radius (van
 * Herk, "A fast algorithm for local minimum and maximum filters", 1992): a window overlaps two
 * blocks of its own length, so its maximum is that of the end of one block and the start of the
 * next. The result is transposed, so that calling it twice processes both directions.
 */
function largestAlongRows({ width, height, values }: Plane, radius: number): Plane {
  const result = new Float32Array(values.length);
  const block = 2 * radius + 1;
  const length = Math.ceil((width + 2 * radius) / block) * block;
  const row = new Float32Array(length).fill(-Infinity);
  const [ahead, behind] = [new Float32Array(length), new Float32Array(length)];
  for (let y = 0; y < height; y++) {
    row.set(values.subarray(y * width, (y + 1) * width), radius);
    for (let i = 0; i < length; i++) {
      behind[i] = i % block === 0 ? row[i] : Math.max(behind[i - 1], row[i]);
    }
    for (let i = length - 1; i >= 0; i--) {
      ahead[i] = i % block === block - 1 ? row[i] : Math.max(ahead[i + 1], row[i]);
    }
    for (let x = 0; x < width; x++) {
      result[x * height + y] = Math.max(ahead[x], behind[x + block - 1]);
    }
  }
  return { width: height, height: width, values: result };
}

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

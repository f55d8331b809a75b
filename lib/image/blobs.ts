/** Finds connected components of ink, called blobs. */
import type { Box, Plane } from "./plane.ts";

/** A connected component of ink: its bounding box, and the sum of its values. */
export interface Blob extends Box {
  mass: number;
}

/** The blobs of a plane. */
interface Blobs {
  /** For each pixel, the index of its blob, or -1 if it has no ink. */
  blobOf: Int32Array;
  blobs: Blob[];
}

/**
 * Finds the connected components of ink. Diagonal neighbors are connected.
 *
 * @param ink 0 is paper, positive values are ink
 * @returns The components, ordered by their first pixel
 */
export function findBlobs({ width, height, values }: Plane): Blobs {
  const blobOf = new Int32Array(values.length).fill(-1);
  const blobs: Blob[] = [];
  for (let seed = 0; seed < values.length; seed++) {
    if (values[seed] === 0 || blobOf[seed] >= 0) continue;
    let [mass, left, right, top, bottom] = [0, width, 0, height, 0];
    blobOf[seed] = blobs.length;
    for (const open = [seed]; open.length > 0;) {
      const i = open.pop()!;
      mass += values[i];
      const [x, y] = [i % width, Math.floor(i / width)];
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbor = ny * width + nx;
          if (values[neighbor] === 0 || blobOf[neighbor] >= 0) continue;
          blobOf[neighbor] = blobs.length;
          open.push(neighbor);
        }
      }
    }
    blobs.push({ mass, left, top, width: right - left, height: bottom - top });
  }
  return { blobOf, blobs };
}

/** A blob with less than this fraction of the largest blob's ink is a speck. */
const SPECK_MASS = 0.05;

/**
 * Removes specks: blobs with little ink compared with the largest blob.
 *
 * @param ink From 0 (paper) to 1 (full ink)
 */
export function removeSpecks(ink: Plane): Plane {
  const found = findBlobs(ink);
  const largest = found.blobs.reduce((largest, { mass }) => Math.max(largest, mass), 0);
  return keepBlobs(ink, found, ({ mass }) => mass >= SPECK_MASS * largest);
}

/** Copies the ink of the blobs that pass a test. */
export function keepBlobs(
  { width, height, values }: Plane,
  { blobOf, blobs }: Blobs,
  isKept: (blob: Blob) => boolean,
): Plane {
  const kept = blobs.map(isKept);
  return {
    width,
    height,
    values: values.map((value, i) => blobOf[i] >= 0 && kept[blobOf[i]] ? value : 0),
  };
}

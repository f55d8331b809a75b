/** Ink that hangs together, to tell the strokes of a digit from specks of dirt. */
import type { Plane } from "./plane.ts";

/** A blob with less ink than this part of the largest one's is a speck. */
const SPECK = 0.05;

/**
 * Wipes off specks: all ink that hangs together (corners count as touching) but is little
 * compared with the largest such blob.
 *
 * @param ink 0 paper to 1 full ink
 * @returns A new plane
 *
 * @example
 * ```ts
 * import { removeSpecks } from "./blobs.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ink = { width: 5, height: 1, values: Float32Array.of(1, 1, 0, 0.05, 0) };
 * assertEquals(removeSpecks(ink).values, Float32Array.of(1, 1, 0, 0, 0));
 * ```
 */
export function removeSpecks({ width, height, values }: Plane): Plane {
  const blobOf = new Int32Array(values.length).fill(-1);
  const amounts: number[] = [];
  for (let seed = 0; seed < values.length; seed++) {
    if (values[seed] === 0 || blobOf[seed] >= 0) continue;
    const blob = amounts.length;
    let amount = 0;
    blobOf[seed] = blob;
    for (const open = [seed]; open.length > 0;) {
      const i = open.pop()!;
      amount += values[i];
      const [x, y] = [i % width, Math.floor(i / width)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx;
          if (values[neighbour] === 0 || blobOf[neighbour] >= 0) continue;
          blobOf[neighbour] = blob;
          open.push(neighbour);
        }
      }
    }
    amounts.push(amount);
  }
  const least = SPECK * amounts.reduce((most, amount) => Math.max(most, amount), 0);
  const kept = values.map((value, i) => blobOf[i] >= 0 && amounts[blobOf[i]] >= least ? value : 0);
  return { width, height, values: kept };
}

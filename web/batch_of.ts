/** Shows what a single step trains on, by the reference definitions that all engines implement. */
import type { Dataset } from "../lib/data/dataset.ts";
import { augmentImage } from "../lib/engine/augment.ts";
import type { Augmentation, Step } from "../lib/engine/engine.ts";
import type { ThreefryLayout } from "../lib/random/threefry.ts";
import { choice } from "../lib/random/distributions.ts";

/**
 * Returns the images of a step, as it augments them.
 *
 * @param data The data set
 * @param trainRows The run's training rows
 * @param step The step
 * @param options How rows are sampled and changed
 * @returns Shapes (B, 28 * 28) and (B)
 */
export function batchOf(
  data: Dataset,
  trainRows: Uint32Array,
  { key, from, count }: Step,
  { augment, threefry }: { augment: Augmentation; threefry: ThreefryLayout },
): { images: Uint8Array<ArrayBuffer>; labels: Uint8Array<ArrayBuffer> } {
  const size = data.width * data.height;
  const images = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  const drawn = choice(key, trainRows.length, from + count, { threefry });
  for (let i = 0; i < count; i++) {
    const row = trainRows[drawn[from + i]];
    const image = data.images.subarray(row * size, (row + 1) * size);
    images.set(augmentImage(image, data, augment, { key, position: from + i }), i * size);
    labels[i] = data.labels[row];
  }
  return { images, labels };
}

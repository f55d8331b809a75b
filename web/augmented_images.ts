/** Augments some training images, by the reference definition that all engines implement. */
import type { Dataset } from "../lib/data/dataset.ts";
import { augmentedVersions, VERSIONS } from "../lib/engine/augment.ts";
import type { Augmentation } from "../lib/engine/engine.ts";

/** Training images and their augmented versions. */
export interface AugmentedImages {
  /** Shape (classes, columns, 28 * 28): an image of each class, followed by its versions. */
  images: Uint8Array<ArrayBuffer>;
  /** 1 + the number of versions. */
  columns: number;
}

/**
 * Augments the first training image of each class.
 *
 * @param data The data set
 * @param augment The augmentation
 * @param seed The seed of the random numbers
 * @returns The images and their versions, in the order of the classes
 */
export function augmentedImages(
  data: Dataset,
  augment: Augmentation,
  seed: number,
): AugmentedImages {
  const { labels, trainRows, width, height, classes } = data;
  const size = width * height;
  const columns = 1 + VERSIONS;
  const images = new Uint8Array(classes * columns * size);
  for (let label = 0; label < classes; label++) {
    const row = labels.subarray(0, trainRows).indexOf(label);
    if (row < 0) continue;
    augmentedVersions(data, row, augment, seed).forEach((version, column) => {
      images.set(version, (label * columns + column) * size);
    });
  }
  return { images, columns };
}

/**
 * Augmentation: seeded changes to training images. This is the reference definition. All engines
 * implement it, so they train on the same pixels.
 */
import { type Dataset, imageOf } from "../data/dataset.ts";
import { type Key, prngKey, split, threefry2x32 } from "../random/threefry.ts";
import { distortImage, drawDistortion } from "./distortion.ts";
import type { Augmentation } from "./engine.ts";

/**
 * First counter word of the blocks that determine a row's shift ("shif" in ASCII). Sampling rows uses
 * a step's key only in `split`, whose counters are below 4, so no block is used twice.
 */
export const SHIFT_COUNTER = 0x73686966;

/** The largest shift in pixels, in each direction. */
export const LARGEST_SHIFT = 2;

/** The number by which kernels know an augmentation that only moves pixels. */
export const SHIFT_CODES: Readonly<Record<Extract<Augmentation, string>, number>> = {
  none: 0,
  shift: 1,
};

/** A shift of an image: its pixel (y, x) becomes the pixel (y + dy, x + dx). */
export interface Shift {
  dx: number;
  dy: number;
}

/**
 * Returns the shift of a row with the augmentation `shift`. Pixels moved over the edge are lost,
 * pixels moved in are 0, and the row keeps the scale of the original image.
 *
 * With (x0, x1) the threefry block of the step's key and the counter (`SHIFT_COUNTER`, position):
 * dx = x0 mod 5 - 2, dy = x1 mod 5 - 2.
 *
 * @param key The step's key
 * @param position The row's position in `permutation(key, n)`: `from + i` for the i-th row of a step,
 * so that the steps of an epoch, which share a key, do not share their shifts
 * @returns Whole pixels, -2 to 2 each way
 */
export function shiftOfRow(key: Key, position: number): Shift {
  const [x0, x1] = threefry2x32(key, SHIFT_COUNTER, position);
  const choices = 2 * LARGEST_SHIFT + 1;
  return { dx: x0 % choices - LARGEST_SHIFT, dy: x1 % choices - LARGEST_SHIFT };
}

/**
 * Returns an image as a step augments it.
 *
 * @param image Shape (height, width)
 * @param size Its width and height
 * @param augment The kind of augmentation
 * @param draw The step's key, and the row's position in `permutation(key, n)`
 * @returns An image of the same shape; the same image for `none`
 */
export function augmentImage(
  image: Uint8Array,
  { width, height }: { width: number; height: number },
  augment: Augmentation,
  { key, position }: { key: Key; position: number },
): Uint8Array {
  if (augment === "none") return image;
  if (augment !== "shift") {
    return distortImage(image, { width, height }, drawDistortion(key, position, augment));
  }
  const { dx, dy } = shiftOfRow(key, position);
  return image.map((_, pixel) => {
    const [x, y] = [pixel % width - dx, Math.floor(pixel / width) - dy];
    return x >= 0 && x < width && y >= 0 && y < height ? image[y * width + x] : 0;
  });
}

/** Number of versions of an image that `augmentedVersions` returns. */
export const VERSIONS = 8;

/**
 * Returns a training image as it is, then `VERSIONS` versions of it on which steps may train.
 *
 * @param data The data set
 * @param row The image's row
 * @param augment The kind of augmentation
 * @param seed The seed of the random numbers
 */
export function augmentedVersions(
  data: Dataset,
  row: number,
  augment: Augmentation,
  seed: number,
): Uint8Array[] {
  const image = imageOf(data, row);
  const keys = split(prngKey(seed), VERSIONS);
  return [image, ...keys.map((key) => augmentImage(image, data, augment, { key, position: row }))];
}

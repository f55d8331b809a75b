/** A data set for tests of functions that look at labels, rows or single pixels. */
import type { Dataset } from "../../lib/data/dataset.ts";

/**
 * Returns a data set with some labels, whose images are one pixel of 0 unless others are given.
 *
 * @param changes What is not as described
 */
export function dataset(labels: ArrayLike<number>, changes: Partial<Dataset> = {}): Dataset {
  return {
    name: "mine",
    width: 1,
    height: 1,
    classes: Array.from(labels).reduce((most, label) => Math.max(most, label), 0) + 1,
    images: new Uint8Array(labels.length),
    labels: Uint8Array.from(labels),
    trainRows: labels.length,
    ...changes,
  };
}

/** A data set of tiny images: with it, sampling rows takes almost all of a step's time. */
import type { Dataset } from "../lib/data/dataset.ts";

/** Returns 60,000 images of 2 x 2 pixels in two classes. */
export function tinyDataset(): Dataset {
  const rows = 60_000;
  return {
    name: "four pixels",
    width: 2,
    height: 2,
    classes: 2,
    images: new Uint8Array(rows * 4).map((_, i) => i * 7919 >>> 3),
    labels: new Uint8Array(rows).map((_, row) => row % 2),
    trainRows: rows,
  };
}

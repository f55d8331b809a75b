/** Tiny images, on which an engine does almost nothing but sample rows. */
import type { Dataset } from "../lib/data/dataset.ts";

/** Data with MNIST's number of training rows, but 4 pixels each, for an equally small net. */
export function fourPixels(): Dataset {
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

/** Data on which an engine does next to nothing but draw rows. */
import type { Dataset } from "../lib/data/dataset.ts";

/** As many rows as MNIST has to train on, of 4 pixels each; for a net of as few units. */
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

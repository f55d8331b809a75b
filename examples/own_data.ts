/**
 * Trains a small net on your own images: 8 x 8 pixels with a bar that is vertical (class 1) or
 * horizontal (class 0).
 *
 *     deno run examples/own_data.ts
 */
import { type Dataset, PRESETS, train } from "../mod.ts";

const [rows, size] = [1200, 8];
const images = new Uint8Array(rows * size * size);
const labels = Uint8Array.from({ length: rows }, (_, row) => row % 2);
for (const [row, label] of labels.entries()) {
  const place = Math.floor(size * Math.random());
  for (let i = 0; i < size; i++) {
    const [x, y] = label === 1 ? [place, i] : [i, place];
    images[row * size * size + y * size + x] = 100 + 155 * Math.random(); // 0 background, 255 full ink
  }
}
const data: Dataset = {
  ...{ name: "bars", width: size, height: size, classes: 2 },
  ...{ images, labels, trainRows: 1000 }, // the other 200 rows are for testing
};
const run = { data, ...PRESETS.accurate, augment: "none", hidden: [16, 16], epochs: 5 } as const;
for await (const event of train(run)) {
  if (event.type === "finished") console.log(`${100 * event.accuracy}% of the test rows`);
}

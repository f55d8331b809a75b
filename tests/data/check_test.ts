import { assertRejects, assertThrows } from "@std/assert";
import { checkDataset } from "../../lib/data/check.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { evaluate } from "../../lib/training/evaluate.ts";
import { train } from "../../lib/training/train.ts";

const CONSISTENT: Dataset = {
  name: "mine",
  width: 2,
  height: 1,
  classes: 3,
  images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  labels: Uint8Array.of(0, 2, 1, 2),
  trainRows: 3,
};

const INCONSISTENT: [Partial<Dataset>, string][] = [
  [{ classes: 2 }, "labels must be below 2, its number of classes: current value in row 1 is 2"],
  [{ classes: NaN }, "labels must be below NaN"],
  [{ images: new Uint8Array(9) }, "4 images of 2 x 1 must have 8 pixels in total: current"],
  [{ height: 2 }, "must have 16 pixels in total: current value is 8"],
  [{ width: 0 }, "width and height must be whole numbers of at least 1: current value is 0 x 1"],
  [{ trainRows: 5 }, "trainRows must be a whole number from 0 to its 4 rows: current value is 5"],
  [{ trainRows: 1.5 }, "current value is 1.5"],
  [
    { images: Float32Array.from(CONSISTENT.images) as unknown as Dataset["images"] },
    "images must be a Uint8Array: current value is of type Float32Array",
  ],
  [
    { labels: [0, 1, 2, 1] as unknown as Dataset["labels"] },
    "labels must be a Uint8Array: current value is of type Array",
  ],
];

Deno.test("checkDataset() rejects inconsistent data sets only", () => {
  checkDataset(CONSISTENT);
  for (const [changes, message] of INCONSISTENT) {
    assertThrows(() => checkDataset({ ...CONSISTENT, ...changes }), RangeError, message);
  }
});

Deno.test("train() and evaluate() reject a label that is no class, with an error about the data", async () => {
  const data = { ...CONSISTENT, classes: 2 };
  const message = "Cannot use mine as its labels must be below 2, its number of classes";
  const run = train({ data, backend: "cpu", iterations: 2, batchSize: 1, evalSize: 1 });
  await assertRejects(() => Array.fromAsync(run), RangeError, message);
  const model = {
    architecture: {
      inputs: 2,
      hidden: [1, 1],
      classes: 2,
      activation: "tanh",
      head: "softmax",
    },
    parameters: {
      w0: new Float32Array(2),
      b0: new Float32Array(1),
      w1: new Float32Array(1),
      b1: new Float32Array(1),
      w2: new Float32Array(2),
      b2: new Float32Array(2),
    },
    scale: "unit",
  } as const;
  await assertRejects(
    async () => await evaluate(model, data, Uint32Array.of(3)),
    RangeError,
    message,
  );
});

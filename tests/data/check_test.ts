import { assertRejects, assertThrows } from "@std/assert";
import { checkDataset } from "../../lib/data/check.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { evaluate } from "../../lib/training/evaluate.ts";
import { train } from "../../lib/training/train.ts";
import { assertMentions } from "../mentions.ts";
import { initializedModel } from "../training/small_model.ts";
import { dataset } from "./dataset.ts";

const images = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const CONSISTENT = dataset([0, 2, 1, 2], { width: 2, images, trainRows: 3 });

const INCONSISTENT: [Partial<Dataset>, (string | number)[]][] = [
  [{ classes: 2 }, ["labels", "below 2", "row 1"]],
  [{ classes: NaN }, ["labels", "NaN"]],
  [{ images: new Uint8Array(9) }, [4, "2 x 1", 8, 9]],
  [{ height: 2 }, [16, 8]],
  [{ width: 0 }, ["width", "height", "0 x 1"]],
  [{ trainRows: 5 }, ["trainRows", 4, 5]],
  [{ trainRows: 1.5 }, ["trainRows", 1.5]],
  [
    { images: Float32Array.from(CONSISTENT.images) as unknown as Dataset["images"] },
    ["images", "Uint8Array", "Float32Array"],
  ],
  [{ labels: [0, 1, 2, 1] as unknown as Dataset["labels"] }, ["labels", "Uint8Array", "Array"]],
];

Deno.test("checkDataset() rejects inconsistent data sets only", () => {
  checkDataset(CONSISTENT);
  for (const [changes, words] of INCONSISTENT) {
    const check = () => checkDataset({ ...CONSISTENT, ...changes });
    assertMentions(assertThrows(check, RangeError).message, words);
  }
});

Deno.test("train() and evaluate() reject a label that is no class, with an error about the data", async () => {
  const data = { ...CONSISTENT, classes: 2 };
  const message = "Cannot use mine as its labels must be below 2, its number of classes";
  const run = train({ data, backend: "cpu", iterations: 2, batchSize: 1, evalSize: 1 });
  await assertRejects(() => Array.fromAsync(run), RangeError, message);
  const wide = dataset([0, 2, 1, 2], { width: 16, images: new Uint8Array(64), classes: 2 });
  await assertRejects(
    async () => await evaluate(initializedModel(), wide, Uint32Array.of(3)),
    RangeError,
    message,
  );
});

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { evaluate, evaluateInTurns } from "../../lib/training/evaluate.ts";
import { predict } from "../../lib/training/predict.ts";
import { generatedImages, initializedModel } from "./small_model.ts";

const MODEL = initializedModel();
const DATA: Dataset = {
  name: "generated",
  width: 4,
  height: 4,
  classes: 3,
  images: generatedImages(700),
  labels: Uint8Array.from({ length: 700 }, (_, i) => (i * 31) % 3),
  trainRows: 600,
};

Deno.test("evaluate() returns the accuracy, loss, confusion, recall and precision of predict()'s answers", () => {
  const { labels, probabilities } = predict(MODEL, DATA.images);
  const report = evaluate(MODEL, DATA);
  assertEquals(report.answers, labels);
  const most = (_: number, row: number) =>
    Math.max(...probabilities.subarray(3 * row, 3 * row + 3));
  assertEquals(report.confidences, report.confidences.map(most));
  assertEquals(report.rows, 700);
  assertEquals(report.correct, labels.filter((label, i) => label === DATA.labels[i]).length);
  assertEquals(report.accuracy, report.correct / 700);
  let loss = 0;
  DATA.labels.forEach((label, i) => loss -= Math.log(probabilities[3 * i + label]) / 700);
  assertAlmostEquals(report.loss, loss, 1e-5);

  for (const c of [0, 1, 2]) {
    const both = labels.filter((label, i) => label === c && DATA.labels[i] === c).length;
    assertEquals(report.confusion[3 * c + c], both);
    assertEquals(report.recall[c], both / DATA.labels.filter((label) => label === c).length);
    assertEquals(report.precision[c], both / labels.filter((label) => label === c).length);
  }
  assertEquals(report.confusion.reduce((a, b) => a + b), 700);
});

Deno.test("evaluate() evaluates only the given rows, in their order", () => {
  const rows = [699, 3, 3, 650];
  const { answers, confusion } = evaluate(MODEL, DATA, rows);
  const all = evaluate(MODEL, DATA).answers;
  assertEquals([...answers], rows.map((row) => all[row]));
  assertEquals(confusion.reduce((a, b) => a + b), 4);
});

Deno.test("evaluate() returns NaN as the precision or recall of a class that does not occur", () => {
  const row = evaluate(MODEL, DATA).answers.findIndex((answer, i) => answer !== DATA.labels[i]);
  const { precision, recall } = evaluate(MODEL, DATA, [row]);
  const answer = predict(MODEL, DATA.images.subarray(16 * row, 16 * row + 16)).labels[0];
  for (const c of [0, 1, 2]) {
    assertEquals(precision[c], c === answer ? 0 : NaN);
    assertEquals(recall[c], c === DATA.labels[row] ? 0 : NaN);
  }
});

Deno.test("evaluate() throws if the net has other numbers of inputs or classes than the data", () => {
  const wide = { ...DATA, width: 8, height: 2 };
  evaluate(MODEL, wide, [0]);
  assertThrows(
    () => evaluate(MODEL, { ...DATA, width: 5 }),
    RangeError,
    "current value is 20 pixels and 3 classes",
  );
  assertThrows(() => evaluate(MODEL, { ...DATA, classes: 4 }), RangeError, "4 classes");
});

Deno.test("evaluateInTurns() returns what evaluate() does, unless a turn of the event loop ends it", async () => {
  const { now } = performance;
  let milliseconds = 0;
  performance.now = () => milliseconds += 10;
  try {
    const turns: number[] = [];
    const rows = DATA.labels.map((_, row) => row % 256);
    const report = await evaluateInTurns(MODEL, DATA, rows, (done, total) => {
      turns.push(done);
      assertEquals(total, 700);
    });
    assertEquals(report, evaluate(MODEL, DATA, rows));
    assertEquals(turns.slice(0, 3), [5, 10, 15]);
    const begun = turns.length;
    const ended = await evaluateInTurns(MODEL, DATA, rows, (done) => turns.push(done) < begun + 2);
    assertEquals([ended, ...turns.slice(begun)], [undefined, 5, 10]);
  } finally {
    performance.now = now;
  }
});

import { assertEquals } from "@std/assert";
import { evaluationLines } from "../../lib/report/evaluation.ts";

Deno.test("evaluationLines() puts precision, recall and the number of rows in their columns", () => {
  const lines = evaluationLines({
    rows: 10,
    correct: 6,
    accuracy: 0.6,
    loss: 0.5,
    // Of class 1, 3 of 4 rows are recognized, and 3 of 6 predictions are right.
    confusion: Uint32Array.of(3, 3, 0, 1, 3, 0, 0, 0, 0),
    precision: Float64Array.of(0.75, 0.5, NaN),
    recall: Float64Array.of(0.5, 0.75, NaN),
  }, { name: "ten", classNames: ["cat", "dog", "bird"] });
  const cells = lines.map((line) => line.trim().split(/ {2,}/));
  assertEquals(cells.filter(([name]) => /^(Class|\d [a-z]+)$/.test(name)), [
    ["Class", "Precision", "Recall", "Rows"],
    ["0 cat", "75.00%", "50.00%", "6"],
    ["1 dog", "50.00%", "75.00%", "4"],
    ["2 bird", "-", "-", "0"],
    ["0 cat", "3", "3", "0"],
    ["1 dog", "1", "3", "0"],
    ["2 bird", "0", "0", "0"],
  ]);
  assertEquals(lines[1], "Accuracy: 60.00%, 4 of 10 wrong");
});

/** An evaluation as a page of text: accuracy, then tables by class. */
import type { Dataset } from "../data/dataset.ts";
import type { EvaluationReport } from "../training/evaluate.ts";

/** Digits of a column of the confusion matrix. */
const COUNT_WIDTH = 6;
const PERCENT_WIDTH = 11;

/**
 * An evaluation for a person to read.
 *
 * @param report What the evaluation found
 * @param data What it looked at: its name, and its classes' names if they have any
 * @returns The lines: accuracy and loss, precision and recall of each class, the confusion matrix
 *
 * @example
 * ```ts
 * import { evaluationLines } from "./evaluation.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const lines = evaluationLines({
 *   rows: 4, correct: 3, accuracy: 0.75, loss: 0.5, answers: Uint8Array.of(0, 1, 1, 1),
 *   confusion: Uint32Array.of(1, 1, 0, 2),
 *   precision: Float64Array.of(1, 2 / 3), recall: Float64Array.of(0.5, 1),
 * }, { name: "four points" });
 * assertEquals(lines, [
 *   "Data: four points, 4 rows",
 *   "Accuracy: 75.00%, 1 of 4 wrong",
 *   "Loss: 0.5000",
 *   "",
 *   "Class  Precision     Recall   Rows",
 *   "0        100.00%     50.00%      2",
 *   "1         66.67%    100.00%      2",
 *   "",
 *   "Rows of a class (down) by the answer (across):",
 *   "            0     1",
 *   "0           1     1",
 *   "1           0     2",
 * ]);
 * ```
 */
export function evaluationLines(
  report: EvaluationReport,
  data: Pick<Dataset, "name" | "classNames">,
): string[] {
  const { rows, correct, accuracy, loss, confusion, precision, recall } = report;
  const classes = recall.length;
  const names = Array.from(
    { length: classes },
    (_, label) => [label, data.classNames?.[label]].join(" ").trim(),
  );
  const nameWidth = Math.max("Class".length, ...names.map((name) => name.length));
  const rowOf = (label: number) => [...confusion.subarray(label * classes, (label + 1) * classes)];
  const matrixRow = (name: string, cells: (string | number)[]) =>
    name.padEnd(nameWidth) + "  " +
    cells.map((cell) => String(cell).padStart(COUNT_WIDTH)).join("");
  return [
    `Data: ${data.name}, ${rows} rows`,
    `Accuracy: ${percent(accuracy)}, ${rows - correct} of ${rows} wrong`,
    `Loss: ${loss.toFixed(4)}`,
    "",
    "Class".padEnd(nameWidth) + "  Precision     Recall   Rows",
    ...names.map((name, label) =>
      name.padEnd(nameWidth) +
      percent(precision[label]).padStart(PERCENT_WIDTH) +
      percent(recall[label]).padStart(PERCENT_WIDTH) +
      String(rowOf(label).reduce((sum, count) => sum + count)).padStart(7)
    ),
    "",
    "Rows of a class (down) by the answer (across):",
    // Names would not fit above the columns; the numbers of classes do.
    matrixRow("", names.map((_, label) => label)),
    ...names.map((name, label) => matrixRow(name, rowOf(label))),
  ];
}

/** NaN stands for a class that no row has, or no answer. */
function percent(fraction: number): string {
  return Number.isNaN(fraction) ? "-" : `${(100 * fraction).toFixed(2)}%`;
}

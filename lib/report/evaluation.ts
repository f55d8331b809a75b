/** Formats an evaluation as text: accuracy, then tables by class. */
import type { Dataset } from "../data/dataset.ts";
import { percent } from "../files/printable.ts";
import type { EvaluationCounts } from "../training/evaluate.ts";
import { mapMetrics, METRIC_NAMES, METRICS } from "../training/metrics.ts";

/** Width of a column of the confusion matrix. */
const COUNT_WIDTH = 6;
const PERCENT_WIDTH = 11;

/**
 * Formats an evaluation.
 *
 * @param data The data set's name, and the names of its classes if it has any
 * @returns The lines: accuracy and loss, precision and recall of each class, the confusion matrix
 */
export function evaluationLines(
  report: EvaluationCounts,
  data: Pick<Dataset, "name" | "classNames">,
): string[] {
  const { rows, correct, confusion, precision, recall } = report;
  const classes = recall.length;
  const names = Array.from(
    { length: classes },
    (_, label) => [label, data.classNames?.[label]].join(" ").trim(),
  );
  const nameWidth = Math.max("Class".length, ...names.map((name) => name.length));
  const matrix = rowsOf(confusion, classes);
  const matrixRow = (name: string, cells: (string | number)[]) =>
    name.padEnd(nameWidth) + "  " +
    cells.map((cell) => String(cell).padStart(COUNT_WIDTH)).join("");
  return [
    `Data: ${data.name}, ${rows} rows`,
    ...METRIC_NAMES.map((name) =>
      `${METRICS[name].label}: ${METRICS[name].format(report[name])}` +
      (name === "accuracy" ? `, ${rows - correct} of ${rows} wrong` : "")
    ),
    "",
    "Class".padEnd(nameWidth) + "  Precision     Recall   Rows",
    ...names.map((name, label) =>
      name.padEnd(nameWidth) +
      percent(precision[label]).padStart(PERCENT_WIDTH) +
      percent(recall[label]).padStart(PERCENT_WIDTH) +
      String(matrix[label].reduce((sum, count) => sum + count)).padStart(7)
    ),
    "",
    "Confusion matrix, labels down, predictions across:",
    // The columns are too narrow for names, so their heads are the numbers of the classes.
    matrixRow("", names.map((_, label) => label)),
    ...names.map((name, label) => matrixRow(name, matrix[label])),
  ];
}

/**
 * Formats an evaluation as a line of JSON.
 *
 * @returns A JSON object without a line break
 */
export function evaluationJson(
  report: EvaluationCounts,
  dataset: string,
): string {
  const { rows, correct, precision, recall, confusion } = report;
  return JSON.stringify({
    type: "evaluation",
    dataset,
    rows,
    correct,
    ...mapMetrics((name) => report[name]),
    precision: [...precision],
    recall: [...recall],
    confusion: rowsOf(confusion, recall.length),
  });
}

/** Returns the rows of a matrix of shape (size, size). */
function rowsOf(matrix: Uint32Array, size: number): number[][] {
  return Array.from({ length: size }, (_, i) => [...matrix.subarray(i * size, (i + 1) * size)]);
}

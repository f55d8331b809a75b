/** Checks the labels of data that the user provides. */
import { printable } from "../files/printable.ts";
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";

/** Maximum number of labels that a notice lists. */
const MAX_LISTED = 10;

/**
 * Throws if all labels are the same, and reports classes that lack training rows.
 *
 * @param data The data set
 * @param onNotice Called with a message if a class has test rows but no training rows, or no rows
 * @throws {DataError} If all labels are the same
 *
 * @example
 * ```ts
 * import { inspectLabels } from "./labels.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = {
 *   name: "threes", width: 1, height: 1, classes: 4, trainRows: 2,
 *   images: Uint8Array.of(0, 7, 9), labels: Uint8Array.of(1, 3, 2),
 * };
 * const lines: string[] = [];
 * inspectLabels(data, (line) => lines.push(line));
 * assertEquals(lines, [
 *   "threes: no row has the label 0; label 2 is among the test rows but not the training rows",
 * ]);
 * ```
 */
export function inspectLabels(data: Dataset, onNotice: (line: string) => void = () => {}): void {
  const { name, labels, classes, trainRows, publishedSplit, classNames } = data;
  const trained = new Set(labels.subarray(0, trainRows));
  const tested = new Set(labels.subarray(trainRows));
  const present = trained.union(tested);
  const listed = (found: number[]) => {
    const names = found.slice(0, MAX_LISTED)
      .map((label) => printable(classNames?.[label] ?? String(label), 20));
    const what = found.length === 1 ? "label" : "labels";
    return `${what} ${names.join(", ")}${found.length > MAX_LISTED ? "..." : ""}`;
  };
  if (present.size < 2) {
    throw new DataError(
      `Cannot use ${name} as its labels must have at least two classes: all ${labels.length} ` +
        `rows have the ${listed([...present])}`,
    );
  }
  const absent = [...Array(classes).keys()].filter((label) => !present.has(label));
  const untrained = [...tested.difference(trained)].sort((a, b) => a - b);
  const irregularities: string[] = [];
  if (absent.length > 0) irregularities.push(`no row has the ${listed(absent)}`);
  if (untrained.length > 0 && publishedSplit !== false) {
    const are = untrained.length === 1 ? "is" : "are";
    irregularities.push(
      `${listed(untrained)} ${are} among the test rows but not the training rows`,
    );
  }
  if (irregularities.length > 0) onNotice(`${name}: ${irregularities.join("; ")}`);
}

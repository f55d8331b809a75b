/** Splits a data set into training, validation and test rows. */
import type { DistSampler } from "../random/dist_sampler.ts";
import type { Dataset, Split } from "./dataset.ts";

/**
 * Which rows are for training.
 * - `shuffle`: `trainRows` rows drawn from all rows, as in the notebook
 * - `original`: the published training rows, for results comparable with others; if no split was
 *   published, the same as `shuffle`
 */
export type SplitKind = "shuffle" | "original";

/** The kinds of splits by name. */
export const SPLITS: Readonly<
  Record<SplitKind, {
    /** Whether the published training rows are used, if a split was published. */
    isPublished: boolean;
  }>
> = {
  shuffle: { isPublished: false },
  original: { isPublished: true },
};

/** Options of `splitDataset`. */
export interface SplitOptions {
  /**
   * Which rows are for training.
   * @default "shuffle"
   */
  kind?: SplitKind;
  /**
   * Number of training rows to hold out for selecting options.
   * @default 0
   */
  validation?: number;
}

/**
 * Splits a data set, by default as the notebook does: shuffles a mask with one entry per row, of
 * which `trainRows` are `true`. Rows with `true` are for training, the others for testing, each in
 * their original order. If no split was published, rows of rare classes are then exchanged, so that
 * each class with at least two rows is in both parts. Validation rows are drawn from the training
 * rows, unless as many were published.
 *
 * @param dataset The data set
 * @param sampler Advances by one draw for a shuffled mask, and by one for validation rows, unless
 *   they were published
 * @param options The kind of split, and the number of validation rows
 * @returns Row numbers, ascending
 * @throws {RangeError} If `validation` leaves no row to train on
 *
 * @example
 * ```ts
 * import { splitDataset } from "./split.ts";
 * import { syntheticDigits } from "./synthetic.ts";
 * import { DistSampler } from "../random/dist_sampler.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = syntheticDigits({ trainRows: 60, testRows: 10 });
 * const { train, test } = splitDataset(data, new DistSampler(298504));
 * assertEquals([train.length, test.length], [60, 10]);
 *
 * const original = splitDataset(data, new DistSampler(298504), { kind: "original" });
 * assertEquals(original.test, Uint32Array.of(60, 61, 62, 63, 64, 65, 66, 67, 68, 69));
 * ```
 */
export function splitDataset(
  dataset: Dataset,
  sampler: DistSampler,
  { kind = "shuffle", validation = 0 }: SplitOptions = {},
): Split {
  const { trainRows, addedRows = 0 } = dataset;
  if (addedRows > 0) return splitAdded(dataset, addedRows, sampler, { kind, validation });
  if (!Number.isInteger(validation) || validation < 0 || validation >= trainRows) {
    throw new RangeError(
      `Cannot hold out validation rows as their number must be a whole number from 0 to ` +
        `${trainRows - 1}: current value is ${validation}`,
    );
  }
  const original = new Uint8Array(dataset.labels.length).fill(1, 0, trainRows);
  const isPublished = SPLITS[kind].isPublished && dataset.publishedSplit !== false;
  const mask = isPublished ? original : sampler.shuffle(original);
  const train = new Uint32Array(trainRows);
  const test = new Uint32Array(mask.length - trainRows);
  let trainCount = 0;
  let testCount = 0;
  mask.forEach((isTrain, row) => {
    if (isTrain) train[trainCount++] = row;
    else test[testCount++] = row;
  });
  if (dataset.publishedSplit === false) spreadClasses(dataset.labels, train, test);
  if (validation === 0) return { train, validation: new Uint32Array(0), test };
  if (isPublished && validation === dataset.validationRows) {
    const count = trainRows - validation;
    return { train: train.subarray(0, count), validation: train.subarray(count), test };
  }
  const heldOut = new Set(sampler.choice(trainRows, validation));
  return {
    train: train.filter((_, i) => !heldOut.has(i)),
    validation: train.filter((_, i) => heldOut.has(i)),
    test,
  };
}

/** Splits the data set's own rows as without the added ones, on which all nets are trained. */
function splitAdded(
  dataset: Dataset,
  addedRows: number,
  sampler: DistSampler,
  options: SplitOptions,
): Split {
  const { labels, trainRows } = dataset;
  const own = {
    ...dataset,
    labels: labels.subarray(addedRows),
    trainRows: trainRows - addedRows,
    addedRows: 0,
  };
  const { train, validation, test } = splitDataset(own, sampler, options);
  const all = new Uint32Array(addedRows + train.length).map((_, i) =>
    i < addedRows ? i : train[i - addedRows] + addedRows
  );
  const [heldOut, tested] = [validation, test].map((rows) => rows.map((row) => row + addedRows));
  return { train: all, validation: heldOut, test: tested };
}

/** Exchanges rows so that each class with at least two rows is in both parts. */
function spreadClasses(labels: Uint8Array, train: Uint32Array, test: Uint32Array): void {
  for (const [lacking, giving] of [[test, train], [train, test]]) {
    const present = new Set(Array.from(lacking, (row) => labels[row]));
    for (const [label, rows] of rowsByLabel(labels, giving)) {
      if (present.has(label) || rows.length < 2) continue;
      // In return, a row of the class that has the most.
      const [, most] = rowsByLabel(labels, lacking)
        .reduce((a, b) => b[1].length > a[1].length ? b : a);
      if (most.length < 2) continue;
      const [row, returned] = [rows.at(-1)!, most.at(-1)!];
      lacking[lacking.indexOf(returned)] = row;
      giving[giving.indexOf(row)] = returned;
    }
  }
  train.sort();
  test.sort();
}

function rowsByLabel(labels: Uint8Array, rows: Uint32Array): [number, number[]][] {
  const groups = new Map<number, number[]>(); // browsers before 2024 have no Map.groupBy()
  for (const row of rows) {
    const group = groups.get(labels[row]);
    if (group === undefined) groups.set(labels[row], [row]);
    else group.push(row);
  }
  return [...groups].sort(([a], [b]) => a - b);
}

/**
 * Returns the rows on which to test a net that was trained on other data.
 *
 * @returns Its published test rows, ascending; all its own rows if no split was published
 */
export function publishedTestRows(
  { labels, trainRows, publishedSplit, addedRows = 0 }: Dataset,
): Uint32Array {
  const first = publishedSplit === false ? addedRows : trainRows;
  return Uint32Array.from({ length: labels.length - first }, (_, i) => first + i);
}

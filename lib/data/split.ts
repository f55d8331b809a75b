/** Which rows train and which test. */
import type { DistSampler } from "../random/dist_sampler.ts";
import type { Dataset, Split } from "./dataset.ts";

/**
 * Which rows train: `shuffle` draws as many as there are train rows from all rows, as the notebook
 * does; `original` takes the train rows as they were published, so that results on the test rows can be
 * compared with those published elsewhere. Where none were published, `original` draws as well.
 */
export type SplitKind = "shuffle" | "original";

/** What can be asked of a split. */
export interface SplitOptions {
  /**
   * Which rows train.
   * @default "shuffle"
   */
  kind?: SplitKind;
  /**
   * Train rows to hold out for choosing options by.
   * @default 0
   */
  validation?: number;
}

/**
 * Splits a data set, by default as the notebook does: a mask with as many `true`
 * as there are train rows is shuffled over all rows; rows with `true` train, the
 * others test, each in their original order. Validation rows, if any, are drawn
 * from the train rows after that, so that asking for none changes no later draw.
 *
 * @param dataset The data set
 * @param sampler Draws once for the mask, where there is one, and once for `validation`
 * @param options What else is wanted
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
  const { trainRows } = dataset;
  if (!Number.isInteger(validation) || validation < 0 || validation >= trainRows) {
    throw new RangeError(
      `Cannot hold out validation rows as their number must be an integer from 0 to ` +
        `${trainRows - 1}: current value is ${validation}`,
    );
  }
  const original = new Uint8Array(dataset.labels.length).fill(1, 0, trainRows);
  const isPublished = kind === "original" && dataset.publishedSplit !== false;
  const mask = isPublished ? original : sampler.shuffle(original);
  const train = new Uint32Array(trainRows);
  const test = new Uint32Array(mask.length - trainRows);
  let trainCount = 0;
  let testCount = 0;
  mask.forEach((isTrain, row) => {
    if (isTrain) train[trainCount++] = row;
    else test[testCount++] = row;
  });
  if (validation === 0) return { train, validation: new Uint32Array(0), test };

  const held = new Set(sampler.choice(trainRows, validation));
  return {
    train: train.filter((_, i) => !held.has(i)),
    validation: train.filter((_, i) => held.has(i)),
    test,
  };
}

/**
 * The rows to test a net on that was trained on other data.
 *
 * @param dataset The data set
 * @returns Its published test rows, ascending; all rows where none were published
 *
 * @example
 * ```ts
 * import { publishedTestRows } from "./split.ts";
 * import { syntheticDigits } from "./synthetic.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = syntheticDigits({ trainRows: 60, testRows: 2 });
 * assertEquals(publishedTestRows(data), Uint32Array.of(60, 61));
 * ```
 */
export function publishedTestRows({ labels, trainRows, publishedSplit }: Dataset): Uint32Array {
  const first = publishedSplit === false ? 0 : trainRows;
  return Uint32Array.from({ length: labels.length - first }, (_, i) => first + i);
}

/** The notebook's way to choose which rows train and which test. */
import type { DistSampler } from "../random/dist_sampler.ts";
import type { Dataset, Split } from "./dataset.ts";

/** What can be asked of a split. */
export interface SplitOptions {
  /**
   * Train rows to hold out for choosing options by.
   * @default 0
   */
  validation?: number;
}

/**
 * Splits a data set as the notebook does: a mask with as many `true` as there
 * are train rows is shuffled over all rows; rows with `true` train, the others
 * test, each in their original order. Validation rows, if any, are drawn from
 * the train rows after that, so that asking for none changes no later draw.
 *
 * @param dataset The data set
 * @param sampler Draws once, or twice with `validation`
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
 * ```
 */
export function splitDataset(
  dataset: Dataset,
  sampler: DistSampler,
  { validation = 0 }: SplitOptions = {},
): Split {
  const { trainRows } = dataset;
  if (!Number.isInteger(validation) || validation < 0 || validation >= trainRows) {
    throw new RangeError(
      `Cannot hold out validation rows as their number must be an integer from 0 to ` +
        `${trainRows - 1}: current value is ${validation}`,
    );
  }
  const mask = sampler.shuffle(new Uint8Array(dataset.labels.length).fill(1, 0, trainRows));
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

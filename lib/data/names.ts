/** The data sets that are known by a name. Flags, help, reports and `openDataset` all read them here. */
import type { Dataset } from "./dataset.ts";

/** What is known of a data set before it is opened. */
export interface NamedDataset extends Pick<Dataset, "width" | "height" | "classes"> {
  /** Whether its rows are MNIST's, on which the published notebook trained. */
  isMnist: boolean;
}

const LIKE_MNIST = { width: 28, height: 28, classes: 10 };

/** See the head of this file. */
export const DATASETS = {
  mnist: { ...LIKE_MNIST, isMnist: true },
  fashion: { ...LIKE_MNIST, isMnist: false },
  kmnist: { ...LIKE_MNIST, isMnist: false },
  qmnist: { ...LIKE_MNIST, isMnist: false },
  openml: { ...LIKE_MNIST, isMnist: true },
  synthetic: { ...LIKE_MNIST, isMnist: false },
} as const satisfies Readonly<Record<string, NamedDataset>>;

/** A name of the table. */
export type DatasetName = keyof typeof DATASETS;

/** The names in the table's order, after `auto`: MNIST, or synthetic digits where it cannot be had. */
export const DATASET_NAMES: readonly string[] = ["auto", ...Object.keys(DATASETS)];

/**
 * Looks a data set up.
 *
 * @param name As `--dataset` takes it; `auto` is looked up as MNIST
 * @returns What is known of it, or undefined if this is no name but a path
 *
 * @example
 * ```ts
 * import { namedDataset } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(namedDataset("fashion")?.classes, 10);
 * assertEquals(namedDataset("./my_digits.csv"), undefined);
 * ```
 */
export function namedDataset(name: string): NamedDataset | undefined {
  const key = name === "auto" ? "mnist" : name;
  return Object.hasOwn(DATASETS, key) ? DATASETS[key as DatasetName] : undefined;
}

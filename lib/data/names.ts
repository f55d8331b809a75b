/** Lists the data sets known by name, for flags, help texts, reports and `openDataset`. */
import type { Dataset } from "./dataset.ts";

/** What is known about a data set before it is opened. */
export interface NamedDataset extends Pick<Dataset, "width" | "height" | "classes" | "trainRows"> {
  /** Number of rows, training and test. */
  rows: number;
  /** Whether its rows are MNIST's, on which the notebook trained. */
  isMnist: boolean;
}

const LIKE_MNIST = { width: 28, height: 28, classes: 10, trainRows: 60_000, rows: 70_000 };

const DATASETS = {
  mnist: { ...LIKE_MNIST, isMnist: true },
  fashion: { ...LIKE_MNIST, isMnist: false },
  kmnist: { ...LIKE_MNIST, isMnist: false },
  qmnist: { ...LIKE_MNIST, rows: 120_000, isMnist: false },
  openml: { ...LIKE_MNIST, isMnist: true },
  synthetic: { ...LIKE_MNIST, isMnist: false },
} as const satisfies Readonly<Record<string, NamedDataset>>;

/** The name of a data set. */
export type DatasetName = keyof typeof DATASETS;

/** All values of `--dataset`. `auto` is MNIST, or synthetic digits if MNIST is not available. */
export const DATASET_NAMES: readonly string[] = ["auto", ...Object.keys(DATASETS)];

/**
 * Looks up a data set by name.
 *
 * @param name A value of `--dataset`; `auto` is looked up as MNIST
 * @returns What is known about it; undefined if `name` is a path
 */
export function namedDataset(name: string): NamedDataset | undefined {
  const key = name === "auto" ? "mnist" : name;
  return Object.hasOwn(DATASETS, key) ? DATASETS[key as DatasetName] : undefined;
}

/** The flags that choose a data set: of every task that opens one. */
import { resolve } from "node:path";
import { openInBackground } from "../data/background.ts";
import type { Dataset, DatasetSource } from "../data/dataset.ts";
import type { SplitKind } from "../data/split.ts";
import { DATASET_NAMES, namedDataset } from "../data/names.ts";
import type { Asides } from "./asides.ts";
import { typedPath } from "./paths.ts";
import { type FlagTable, type FlagValues, number, path, text, toggle } from "./flags.ts";

export const DATASET_FLAGS = {
  dataset: {
    ...text(
      [...DATASET_NAMES, "DIR", "FILE.csv"].join("|"),
      "the images: a known data set, a folder of four IDX files, or a CSV file",
      "auto",
    ),
    parse: (text) =>
      text === "" ? undefined : DATASET_NAMES.includes(text) ? text : typedPath(text),
  },
  dataDir: path("DIR", "the folder that already holds the data set's files; beats MNIST_DIR"),
  label: text(
    "first|last|NAME",
    "a CSV file's column of labels; if not given, found by its name or by what it holds",
  ),
  test: path("FILE.csv", "a second CSV file, with the test rows; --split is original then"),
  transpose: toggle("swap rows and columns of each image; done unasked where files are EMNIST's"),
  imageWidth: number("pixels in a row of a CSV file's images, where they are not square"),
} satisfies FlagTable;

/**
 * Opens the data set that flags choose, in the background.
 *
 * @param flags Of `DATASET_FLAGS`
 * @param asides Where it is told how that goes
 * @param recorded Where the data of an earlier run came from: opened if no flag names another
 * @returns The data set
 * @throws Error if there is no such data set, it is damaged, or cannot be downloaded
 */
export async function openChosenDataset(
  flags: FlagValues<typeof DATASET_FLAGS>,
  asides: Asides,
  recorded?: DatasetSource,
): Promise<Dataset> {
  const mnistDir = Deno.env.get("MNIST_DIR");
  return await openInBackground({
    ...datasetSource(flags, recorded),
    mnistDir: mnistDir && typedPath(mnistDir),
    onNotice: asides.notice,
    onWarning: asides.warning,
    onProgress: ({ file, bytes, total = bytes }) =>
      asides.progress(bytes, total, `of ${file} downloaded`),
  });
}

/**
 * What flags ask for, and in place of those that are not given, what an earlier run recorded.
 *
 * @param flags Of `DATASET_FLAGS`
 * @param recorded Of an earlier run; ignored if `--dataset` names another data set
 * @returns What `openDataset` must be told
 */
export function datasetSource(
  { dataset, dataDir, label, imageWidth: width, test, transpose }: FlagValues<
    typeof DATASET_FLAGS
  >,
  recorded?: DatasetSource,
): DatasetSource {
  const isRecorded = recorded !== undefined &&
    (dataset === undefined || [dataset, resolve(dataset)].includes(recorded.dataset));
  const given = Object.entries({ dataDir, label, width, test, transpose })
    .filter(([, value]) => value !== undefined);
  return {
    ...(isRecorded ? recorded : { dataset: dataset ?? "auto" }),
    ...Object.fromEntries(given),
  };
}

/** The split that goes with the flags unless `--split` is given: with test rows of their own, those. */
export function splitOf({ test }: FlagValues<typeof DATASET_FLAGS>): { split?: SplitKind } {
  return test === undefined ? {} : { split: "original" };
}

/** The shape of the chosen data set, where that is known before it is opened. */
export function shapeBeforehand(
  { dataset = "auto" }: FlagValues<typeof DATASET_FLAGS>,
): Pick<Dataset, "width" | "height" | "classes"> | undefined {
  return namedDataset(dataset);
}

/** The flags that choose a data set, for every task that opens one. */
import { resolve } from "node:path";
import { openInBackground } from "../data/background.ts";
import { type Dataset, type DatasetSource, STDIN } from "../data/dataset.ts";
import { DATASET_NAMES, type NamedDataset, namedDataset } from "../data/names.ts";
import type { Status } from "./status.ts";
import { typedPath } from "./paths.ts";
import { flagName, type FlagValues, inGroup, number, path, text, toggle } from "./flags.ts";

export const DATASET_FLAGS = inGroup("Data:", {
  dataset: {
    ...text(
      "NAME|DIR|FILE",
      "data set: a name, a folder of IDX files or of one folder of pictures a class, or a file: CSV, npz, ARFF, LIBSVM; - for stdin",
      "auto",
    ),
    choices: DATASET_NAMES,
    parse(text) {
      if (text === "") return undefined;
      if (text === "-") return STDIN;
      return DATASET_NAMES.includes(text) ? text : typedPath(text);
    },
  },
  dataDir: path("DIR", "folder with the data set's files; overrides MNIST_DIR"),
  label: text(
    "first|last|NAME",
    "label column of a CSV file; by default detected by its name or values",
  ),
  test: path("FILE.csv", "a second CSV file, with the test rows; sets --split original"),
  transpose: toggle("swap rows and columns of each image; the default for EMNIST's files"),
  imageWidth: number("width in pixels of a CSV file's images, if they are not square"),
  asPhoto: toggle("find the digit in each picture of a folder, as in photographs"),
  strict: toggle("end with an error if a picture of a folder cannot be read"),
  invert: toggle("exchange dark and bright, for black ink on white paper"),
  maxPixel: number("value of full ink; by default derived from the largest pixel"),
  add: path(
    "DIR",
    "add these pictures to the training rows: one folder a class, as predict --collect stores",
  ),
});

/**
 * Opens the data set chosen by flags, in the background.
 *
 * @param flags The values of `DATASET_FLAGS`
 * @param recorded The source of an earlier run's data, opened if no flag names another
 * @throws Error if there is no such data set, it is corrupt, or it cannot be downloaded
 */
export async function openChosenDataset(
  flags: FlagValues<typeof DATASET_FLAGS>,
  status: Status,
  recorded?: DatasetSource,
): Promise<Dataset> {
  const mnistDir = Deno.env.get("MNIST_DIR");
  if (flags.dataset === undefined && recorded?.dataset === STDIN) {
    throw new Error(
      "The run's data came from stdin: store it in a file, and name it with --dataset",
    );
  }
  try {
    return await openInBackground({
      ...datasetSource(flags, recorded),
      mnistDir: mnistDir && typedPath(mnistDir),
      onNotice: (line) => status.notice(withFlags(line)),
      onWarning: (line) => status.warning(withFlags(line)),
      onProgress: ({ file, bytes, total = bytes, what = `of ${file} downloaded` }) =>
        status.progress(bytes, total, what),
    });
  } catch (error) {
    if (error instanceof Error) error.message = withFlags(error.message);
    throw error;
  }
}

/**
 * Replaces the library's names of options, in backticks, by flags: `maxPixel` by --max-pixel.
 *
 * @param line A message about a data set
 * @returns The message for the command line
 */
export function withFlags(line: string): string {
  return line.replace(/`(\w+)`/g, (quoted, name) => {
    const flag = name === "width" ? "imageWidth" : name;
    return Object.hasOwn(DATASET_FLAGS, flag) ? flagName(flag) : quoted;
  });
}

/**
 * Returns the source given by flags, completed by what an earlier run recorded.
 *
 * @param flags The values of `DATASET_FLAGS`
 * @param recorded An earlier run's source; ignored if `--dataset` names another data set
 * @returns The arguments of `openDataset`
 */
export function datasetSource(
  flags: FlagValues<typeof DATASET_FLAGS>,
  recorded?: DatasetSource,
): DatasetSource & { strict?: boolean } {
  const { dataset } = flags;
  const isRecorded = recorded !== undefined &&
    (dataset === undefined || [dataset, resolve(dataset)].includes(recorded.dataset));
  // A task has other flags too.
  const names = Object.keys(DATASET_FLAGS) as (keyof typeof DATASET_FLAGS)[];
  const given = names.filter((name) => name !== "dataset" && flags[name] !== undefined)
    .map((name) => [name === "imageWidth" ? "width" : name, flags[name]]);
  return {
    ...(isRecorded ? recorded : { dataset: dataset ?? "auto" }),
    ...Object.fromEntries(given),
  };
}

/** Says once more, below the results, that other data were taken than those asked for. */
export function warnOfSynthetic(data: Dataset, asked: string | undefined, status: Status): void {
  if (data.name !== "synthetic" || asked === "synthetic") return;
  status.warning("These results are for SYNTHETIC DIGITS, NOT MNIST, which was not available.");
}

/** Returns what is known about the chosen data set before it is opened, if it is a named one. */
export function chosenNamedDataset(
  { dataset = "auto", add }: FlagValues<typeof DATASET_FLAGS>,
): NamedDataset | undefined {
  return add !== undefined ? undefined : namedDataset(dataset);
}

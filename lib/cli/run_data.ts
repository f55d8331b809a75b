/** Compares a data set with the one that a run was trained on. */
import type { Dataset, Split } from "../data/dataset.ts";
import { trainedTestRows } from "../data/duplicates.ts";
import { unevenClasses } from "../data/labels.ts";
import { namedDataset } from "../data/names.ts";
import { comparePixels } from "../data/pixels.ts";
import { splitDataset } from "../data/split.ts";
import { hashDataset } from "../data/record.ts";
import { withFlags } from "./dataset_flags.ts";
import { count, printable } from "../files/printable.ts";
import type { RunRecord } from "../training/record.ts";
import { DistSampler } from "../random/dist_sampler.ts";
import type { TrainingOptions } from "../training/options.ts";

/** Characters of a hash that messages show. */
const HASH_SHOWN = 12;
/** Maximum characters of a name that messages show; a name may be a path. */
const NAME_SHOWN = 500;

/** The result of comparing a run's data with the opened data. */
export interface RunData {
  /** Whether they have the same rows in the same order, regardless of their names. */
  same: boolean;
  /** The opened data; if it is the same, split into training and test rows as the run's data. */
  data: Dataset;
  /** Descriptions of the run's data and of the opened data, for messages. */
  wanted: string;
  found: string;
}

/**
 * Compares data with a run's data: by hash, or by name if an early version wrote the run's file,
 * without a hash.
 *
 * @param onWarning Called with a message if only the names could be compared
 * @throws {Error} If a label stands for different classes in the two, or only one has class names
 */
export async function compareRunData(
  run: RunRecord,
  data: Dataset,
  onWarning: (line: string) => void,
): Promise<RunData> {
  const { dataset, data: record } = run;
  if (!record) {
    onWarning(
      "The run's file contains no hash of its data, so only the name of the data was compared.",
    );
    const [wanted, found] = [dataset, data.name].map((name) => printable(name, NAME_SHOWN));
    return { same: data.name === dataset, data, wanted, found };
  }
  const hash = await hashDataset(data);
  const { trainRows, testRows, publishedSplit, validationRows, addedRows } = record;
  const same = hash === record.hash;
  if (!same) {
    checkClassNames(record.classNames, data);
    if (record.pixels && data.pixels) {
      comparePixels(record.pixels, data.pixels, data.name).map(withFlags).forEach(onWarning);
    }
  }
  return {
    same,
    data: same ? { ...data, trainRows, publishedSplit, validationRows, addedRows } : data,
    wanted: described(dataset, trainRows + testRows, record.hash),
    found: described(data.name, data.labels.length, hash),
  };
}

/**
 * Returns the data if they are the run's; throws otherwise.
 *
 * @param action What requires the run's data, for the message: `resume`
 * @param onWarning Called with a message if only the names could be compared
 * @returns The data, split into training and test rows as the run's data
 * @throws {Error} If it is other data
 */
export async function requireRunData(
  run: RunRecord,
  opened: Dataset,
  action: string,
  onWarning: (line: string) => void,
): Promise<Dataset> {
  const { same, data, wanted, found } = await compareRunData(run, opened, onWarning);
  if (same) return data;
  throw new Error(
    `Cannot ${action} as the data must be the run's ${wanted}: current value is ${found}`,
  );
}

/** Throws if a label stands for different classes in the run and in the data. */
function checkClassNames(names: readonly string[] | undefined, data: Dataset): void {
  const { name, classNames } = data;
  if (names === undefined && classNames === undefined) return;
  const shown = printable(name, NAME_SHOWN);
  if (names === undefined || classNames === undefined) {
    const words = (names ?? classNames)!.slice(0, 3).map((word) => printable(word, 20)).join(", ");
    const [worded, numbered] = names ? ["the run's data", shown] : [shown, "the run's data"];
    throw new Error(
      `Cannot compare with ${shown} as the labels of ${worded} are words (${words}...) and those ` +
        `of ${numbered} are numbers, which may stand for other classes: ` +
        (names
          ? `name the classes of the data in a file NAME-mapping.txt beside it, with a label and its ` +
            `word on each line`
          : `use data whose labels are numbers`),
    );
  }
  const different = classNames.findIndex((word, label) => word !== names[label]);
  if (different < 0) return;
  const [wanted, found] = [names, classNames].map((some) => printable(some[different] ?? "no"));
  throw new Error(
    `Cannot compare with ${shown} as its labels must be words of the ` +
      `run's data, all of them: class ${different} must be ${wanted}: current value is ${found}`,
  );
}

/** The options that decide a run's split. */
type SplitOptions = Pick<TrainingOptions, "seed" | "threefry" | "split" | "validation">;

/** Repeats a run's split. */
export function splitOfRun(
  data: Dataset,
  { seed, threefry, split: kind, validation }: SplitOptions,
): Split {
  return splitDataset(data, new DistSampler(seed, { threefry }), { kind, validation });
}

/**
 * Reports what makes a run's accuracy doubtful: classes that are only trained or only tested, and
 * test rows that are training rows. Published data sets are known to be sound.
 *
 * @param onWarning Called with a message for each
 */
export function reportSplit(
  data: Dataset,
  options: SplitOptions,
  onWarning: (line: string) => void,
): void {
  if (namedDataset(data.name) !== undefined && !data.addedRows) return;
  const split = splitOfRun(data, options);
  unevenClasses(data, split).forEach(onWarning);
  const leaked = trainedTestRows(data, split);
  if (leaked === 0) return;
  onWarning(
    `${data.name}: ${count(leaked)} of the ${count(split.test.length)} test rows ` +
      `${leaked === 1 ? "is also a training row" : "are also training rows"}, so the accuracy is ` +
      `optimistic`,
  );
}

function described(name: string, rows: number, hash: string): string {
  return `${printable(name, NAME_SHOWN)} (${rows} rows, SHA-256 ${hash.slice(0, HASH_SHOWN)}...)`;
}

/** Compares a data set with the one that a run was trained on. */
import type { Dataset } from "../data/dataset.ts";
import { hashDataset } from "../data/record.ts";
import { printable } from "../files/printable.ts";
import type { RunRecord } from "../model/metadata.ts";

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
 * @param run The run
 * @param data The opened data
 * @param onWarning Called with a message if only the names could be compared
 * @returns The result of the comparison
 * @throws {Error} If a label stands for different classes in the two
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
  const { trainRows, testRows, publishedSplit } = record;
  const same = hash === record.hash;
  if (!same) checkClassNames(record.classNames, data);
  return {
    same,
    data: same ? { ...data, trainRows, publishedSplit } : data,
    wanted: described(dataset, trainRows + testRows, record.hash),
    found: described(data.name, data.labels.length, hash),
  };
}

/**
 * Returns the data if they are the run's; throws otherwise.
 *
 * @param run The run
 * @param opened The opened data
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
  const different = data.classNames?.findIndex((name, label) => names && name !== names[label]);
  if (names === undefined || different === undefined || different < 0) return;
  const [wanted, found] = [names, data.classNames!].map((some) =>
    printable(some[different] ?? "no")
  );
  throw new Error(
    `Cannot compare with ${printable(data.name, NAME_SHOWN)} as its labels must be words of the ` +
      `run's data, all of them: class ${different} must be ${wanted}: current value is ${found}`,
  );
}

function described(name: string, rows: number, hash: string): string {
  return `${printable(name, NAME_SHOWN)} (${rows} rows, SHA-256 ${hash.slice(0, HASH_SHOWN)}...)`;
}

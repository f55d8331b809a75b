/** Compares data with the data that a run was trained on. */
import type { Dataset } from "../data/dataset.ts";
import { hashDataset } from "../data/record.ts";
import { printable } from "../files/printable.ts";
import type { RunRecord } from "../model/metadata.ts";

/** Characters of a hash that messages show. */
const HASH_SHOWN = 12;
/** Characters of a name, which may be a path. */
const NAME_SHOWN = 500;

/** The result of comparing a run's data with the opened data. */
export interface RunData {
  /** Whether they have the same rows in the same order, regardless of their names. */
  same: boolean;
  /** What was opened; if it is the same, divided into training and test rows as the run's data were. */
  data: Dataset;
  /** Both in words for a person. */
  wanted: string;
  found: string;
}

/**
 * Compares data with those of a run: by their hash or, as far as the run's file is of an early version
 * and has none, by their name.
 *
 * @param run The run
 * @param data What was opened
 * @param onWarning Told if only the name could be compared
 * @returns Whether they are the same
 * @throws {Error} If their classes have other names, so that a number means another thing
 */
export async function compareRunData(
  run: RunRecord,
  data: Dataset,
  onWarning: (line: string) => void,
): Promise<RunData> {
  const { dataset, data: record } = run;
  if (!record) {
    onWarning("The run's file has no hash of its data: only the name of the data was compared.");
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
 * @param opened What was opened
 * @param action What cannot be done with other data: `resume`
 * @param onWarning Told if only the name could be compared
 * @returns The data, divided into training and test rows as the run's were
 * @throws {Error} If the data are others
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

/** Throws if labels are words that have different numbers in the run. */
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

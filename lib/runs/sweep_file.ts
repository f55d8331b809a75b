/** Keeps the finished runs of a sweep in a CSV file, which has one row per run. */
import { type Field, type Fields, fromTexts, type Refuse, toTexts } from "../files/fields.ts";
import { parse, stringify } from "@std/csv";
import { printable } from "../files/printable.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import { mapMetrics, METRIC_NAMES, type MetricName } from "../training/metrics.ts";
import { OPTION_NAMES, OPTIONS } from "../training/option_table.ts";
import { resolveOptions, type TrainingOptions } from "../training/options.ts";
import { RESULT_FIELDS, RUN_FIELDS, type RunRecord } from "../training/record.ts";

/** Distinguishes data sets of the same name. */
export interface DataIdentity {
  /** The result of `hashDataset`. */
  dataHash: string;
  /** The number of training rows. */
  trainRows: number;
}

/** A finished run, and the data it was trained on; without a result, it diverged. */
export interface SweepRecord
  extends Pick<RunRecord, "dataset" | "device" | "backend" | "options" | "result">, DataIdentity {}

const { dataset, backend, device } = RUN_FIELDS;
const { iterations, seconds } = RESULT_FIELDS;
const NUMBER: Field = { kind: "number", optional: true };
/** An option, whose text `OPTIONS` parses. A file from before there was an option lacks its column. */
const OPTION: Field = { kind: "text", optional: true };

/** The name of the column of a metric on all validation rows. */
const validationColumn = (name: MetricName) => `validation${name[0].toUpperCase()}${name.slice(1)}`;

/** The file's columns. Those of the result are empty if the run diverged. */
const COLUMNS: Fields = {
  dataset,
  dataHash: { kind: "text" },
  trainRows: { kind: "number" },
  ...Object.fromEntries(OPTION_NAMES.map((name) => [name, OPTION])),
  backend,
  device,
  steps: { ...iterations, optional: true },
  seconds: { ...seconds, optional: true },
  ...mapMetrics(() => NUMBER),
  ...Object.fromEntries(METRIC_NAMES.map((name) => [validationColumn(name), NUMBER])),
};

/** The columns that a file must have. Others may be added to newer files. */
const REQUIRED = ["dataset", "dataHash", "trainRows", "backend", "device", "steps", "accuracy"];

/** Writes all runs, atomically; replaces the file if it exists. */
export async function writeSweep(path: string, runs: readonly SweepRecord[]): Promise<void> {
  const columns = Object.keys(COLUMNS);
  await writeFileAtomically(path, stringify(runs.map(toRow), { columns }));
}

/**
 * Reads the runs of a file written by `writeSweep`.
 *
 * @returns The runs; empty if the file does not exist
 * @throws {Error} If it is another kind of file
 */
export async function readSweep(path: string): Promise<SweepRecord[]> {
  const text = await readIfExists(path);
  if (text === undefined) return [];
  const refuse: Refuse = (rule, value) => {
    throw new Error(
      `Cannot continue the sweep in ${path} as ${rule}: current value is ` +
        `${printable(String(value), 500)}; name another file with --out`,
    );
  };
  let rows: string[][];
  try {
    rows = parse(text);
  } catch (error) {
    return refuse("it must be a CSV file", (error as Error).message);
  }
  const [header = [], ...lines] = rows;
  const isSweep = REQUIRED.every((name) => header.includes(name)) &&
    header.every((name) => Object.hasOwn(COLUMNS, name));
  if (!isSweep) {
    refuse(`its columns must be ${Object.keys(COLUMNS).join(", ")}`, header.join(", "));
  }
  return lines.map((cells, i) => {
    if (cells.length !== header.length) {
      refuse(`row ${i + 1} must have ${header.length} cells`, cells.length);
    }
    const row = Object.fromEntries(header.map((name, c) => [name, cells[c]]));
    return fromRow(row, (rule, value) => refuse(`in row ${i + 1}, ${rule}`, value));
  });
}

async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function toRow({ options, result, ...run }: SweepRecord): Record<string, string> {
  const validation = METRIC_NAMES.map((name) => [
    validationColumn(name),
    result?.validation?.[name],
  ]);
  return {
    ...Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, ""])),
    ...toTexts(COLUMNS, {
      ...run,
      ...options,
      ...result && mapMetrics((name) => result[name]),
      steps: result?.iterations,
      seconds: result?.seconds,
      ...Object.fromEntries(validation),
    }),
  };
}

function fromRow(row: Record<string, string>, refuse: Refuse): SweepRecord {
  const given = Object.fromEntries(Object.entries(row).filter(([, text]) => text !== ""));
  const values = fromTexts<Record<string, unknown>>(COLUMNS, given, refuse);
  const { dataset, dataHash, trainRows, backend, device, steps: iterations, seconds } = values;
  const options = Object.fromEntries(
    OPTION_NAMES.filter((name) => given[name] !== undefined).map((name) => {
      const { parse, expects } = OPTIONS[name];
      return [name, parse(given[name]) ?? refuse(`${name} must be ${expects}`, given[name])];
    }),
  );
  const isValidated = values[validationColumn("accuracy")] !== undefined;
  const run = { dataset, dataHash, trainRows, options: checked(options, refuse), backend, device };
  if (values.accuracy === undefined) return run as SweepRecord;
  const result = {
    iterations,
    seconds,
    ...mapMetrics((name) => values[name]),
    ...isValidated && { validation: mapMetrics((name) => values[validationColumn(name)]) },
  };
  return { ...run, result } as SweepRecord;
}

function checked(options: object, refuse: Refuse): TrainingOptions {
  try {
    return resolveOptions(options);
  } catch (error) {
    return refuse("the options must be valid", (error as Error).message);
  }
}

/**
 * Returns a key that is equal for identical runs. Backends differ in the last bits, so runs on
 * different backends are not identical.
 */
export function runKey(
  { dataHash, trainRows, backend, options }:
    & Pick<SweepRecord, "backend" | "options">
    & DataIdentity,
): string {
  return JSON.stringify([
    dataHash,
    trainRows,
    backend,
    ...OPTION_NAMES.map((name) => options[name]),
  ]);
}

/** The requested runs of a sweep. */
export interface RequestedRuns {
  /** The options of each run; duplicates count once. */
  options: readonly TrainingOptions[];
  /** The data of all runs. */
  data: DataIdentity;
  /** The kind of engine that trains them. */
  backend: string;
}

/** Saves the runs of a sweep to its file, together with those that the file already contained. */
export class SweepLedger {
  /** The requested runs that are not done yet, in order. */
  readonly left: readonly TrainingOptions[];
  readonly #path: string;
  readonly #before: readonly SweepRecord[];
  readonly #requested: RequestedRuns;
  readonly #keys: ReadonlySet<string>;
  readonly #done: Map<string, SweepRecord>;

  /**
   * @param before The runs that `readSweep` found there
   */
  constructor(path: string, before: readonly SweepRecord[], requested: RequestedRuns) {
    this.#path = path;
    this.#before = before;
    this.#requested = requested;
    const wanted = new Map(requested.options.map((options) => [this.#keyOf(options), options]));
    this.#keys = new Set(wanted.keys());
    this.#done = new Map(
      before.map((run) => [runKey(run), run] as const).filter(([key]) => wanted.has(key)),
    );
    this.left = [...wanted].filter(([key]) => !this.#done.has(key)).map(([, options]) => options);
  }

  /** The number of requested runs. */
  get total(): number {
    return this.#keys.size;
  }

  /** The requested runs that are done, in the requested order. */
  get done(): SweepRecord[] {
    return [...this.#keys].flatMap((key) => this.#done.get(key) ?? []);
  }

  /** How many of the requested runs are done: `3 of 12 runs`. */
  get progress(): string {
    return `${this.#done.size} of ${this.total} runs`;
  }

  /** Saves a finished run. */
  async add({ dataset, device, backend, options, result }: RunRecord): Promise<void> {
    const run = { dataset, device, backend, options, ...result && { result } };
    this.#done.set(this.#keyOf(options), { ...run, ...this.#requested.data });
    await this.write();
  }

  /** Writes the file: the earlier runs, then the new ones in the requested order. */
  async write(): Promise<void> {
    const before = new Set(this.#before);
    await writeSweep(this.#path, [...before, ...this.done.filter((run) => !before.has(run))]);
  }

  #keyOf(options: TrainingOptions): string {
    const { data, backend } = this.#requested;
    return runKey({ ...data, backend, options });
  }
}

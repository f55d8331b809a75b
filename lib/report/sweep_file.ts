/** Reads and writes a sweep's CSV file, which has one row per finished run. */
import { parse, stringify } from "@std/csv";
import { writeFileAtomically } from "../files/write_file.ts";
import { printable } from "../files/printable.ts";
import { OPTION_NAMES, OPTIONS } from "../training/option_table.ts";
import { resolveOptions } from "../training/options.ts";
import type { Score, SweptRun } from "../training/sweep.ts";

/** The columns of a run's result, empty if it diverged. `steps` is the number of steps done. */
const RESULTS = [
  "steps",
  "seconds",
  "accuracy",
  "loss",
  "validationAccuracy",
  "validationLoss",
] as const;

/** The file's columns. */
const COLUMNS = [
  "dataset",
  "dataHash",
  "trainRows",
  ...OPTION_NAMES,
  "backend",
  "device",
  ...RESULTS,
];

/** A finished run, and the data it was trained on. */
export interface SavedRun extends SweptRun, DataIdentity {}

/** Distinguishes data sets of the same name. */
export interface DataIdentity {
  /** The result of `hashDataset`. */
  dataHash: string;
  /** The number of training rows. */
  trainRows: number;
}

type Row = Record<string, string>;

/**
 * Writes all runs, atomically.
 *
 * @param path The file; replaced if it exists
 * @param runs The runs
 * @throws {Error} If the file cannot be written
 */
export async function writeSweep(path: string, runs: readonly SavedRun[]): Promise<void> {
  const rows = runs.map(toRow);
  await writeFileAtomically(path, stringify(rows, { columns: COLUMNS }));
}

/**
 * Reads the runs of a file written by `writeSweep`.
 *
 * @param path The file
 * @returns The runs; empty if the file does not exist
 * @throws {Error} If it is another kind of file
 */
export async function readSweep(path: string): Promise<SavedRun[]> {
  const text = await readIfExists(path);
  if (text === undefined) return [];
  const refuse = (rule: string, value: unknown): never => {
    throw new Error(
      `Cannot continue the sweep in ${path} as ${rule}: current value is ` +
        `${printable(String(value), 500)}; name another file with --out`,
    );
  };
  let rows: string[][];
  try {
    rows = parse(text);
  } catch (error) {
    refuse("it must be a CSV file", (error as Error).message);
    return [];
  }
  const [header, ...lines] = rows;
  if (header?.join() !== COLUMNS.join()) {
    refuse(`its columns must be ${COLUMNS.join(", ")}`, header?.join(", "));
  }
  return lines.map((cells, i) => {
    if (cells.length !== COLUMNS.length) {
      refuse(`row ${i + 1} must have ${COLUMNS.length} cells`, cells.length);
    }
    const row: Row = Object.fromEntries(COLUMNS.map((column, c) => [column, cells[c]]));
    return fromRow(
      row,
      (column, expects) => refuse(`${column} of row ${i + 1} must be ${expects}`, row[column]),
    );
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

/**
 * Returns a key that is equal for identical runs. Backends differ in the last bits, so runs on
 * different backends are not identical.
 */
export function runKey(
  { dataHash, trainRows, backend, options }: Pick<SavedRun, "backend" | "options"> & DataIdentity,
): string {
  return JSON.stringify([
    dataHash,
    trainRows,
    backend,
    ...OPTION_NAMES.map((name) => options[name]),
  ]);
}

function toRow(run: SavedRun): Row {
  const { dataset, dataHash, trainRows, options, backend, device, result } = run;
  const numbers: Record<(typeof RESULTS)[number], number | undefined> = {
    steps: result?.iterations,
    seconds: result?.seconds,
    accuracy: result?.test.accuracy,
    loss: result?.test.loss,
    validationAccuracy: result?.validation?.accuracy,
    validationLoss: result?.validation?.loss,
  };
  return {
    dataset,
    dataHash,
    trainRows: String(trainRows),
    ...Object.fromEntries(OPTION_NAMES.map((name) => [name, String(options[name])])),
    backend,
    device,
    ...Object.fromEntries(RESULTS.map((name) => [name, String(numbers[name] ?? "")])),
  };
}

function fromRow(row: Row, refuse: (column: string, expects: string) => never): SavedRun {
  const number = (column: string) => {
    const value = row[column].trim() === "" ? NaN : Number(row[column]);
    return Number.isNaN(value) ? refuse(column, "a number") : value;
  };
  const score = (accuracy: string, loss: string): Score => ({
    accuracy: number(accuracy),
    loss: number(loss),
  });
  const { dataset, dataHash, backend, device } = row;
  const options = Object.fromEntries(OPTION_NAMES.map((name) => {
    return [name, OPTIONS[name].parse(row[name]) ?? refuse(name, OPTIONS[name].expects)];
  }));
  return {
    type: "run",
    dataset,
    dataHash,
    trainRows: number("trainRows"),
    options: resolveOptions(options),
    backend,
    device,
    ...(row.accuracy !== "" && {
      result: {
        iterations: number("steps"),
        seconds: number("seconds"),
        test: score("accuracy", "loss"),
        ...(row.validationAccuracy !== "" && {
          validation: score("validationAccuracy", "validationLoss"),
        }),
      },
    }),
  };
}

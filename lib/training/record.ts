/**
 * The record of a run, and how files hold it. `options.json` holds values; the metadata of safetensors
 * files and the cells of CSV files hold only text. One table of fields serves all of them.
 */
import { type DatasetRecord, readDatasetRecord } from "../data/record.ts";
import type { EvaluatedEvent } from "./events.ts";
import { mapMetrics, METRIC_NAMES, type Metrics } from "./metrics.ts";
import { resolveOptions, type TrainingOptions } from "./options.ts";

/** A run: its data, device and options, and its result once it has finished. */
export interface RunRecord {
  /** The data set's name. */
  dataset: string;
  /** The device's name. */
  device: string;
  /** The kind of engine: `webgpu` or `cpu`. */
  backend: string;
  /** All options that affect the run's numbers. */
  options: TrainingOptions;
  /** How to open the data again and recognize it; absent for runs not saved to a folder. */
  data?: DatasetRecord;
  /** Distinguishes runs with the same options; absent for runs not saved to a folder. */
  id?: string;
  /** Steps between two checkpoints; 0 for none. */
  saveEvery?: number;
  /** The file with the run's initial parameters, if they were not drawn. */
  initFrom?: string;
  /** The result; absent if the run has not finished, or diverged. */
  result?: RunResult;
}

/** The result of a run, with the metrics on all test rows. */
export interface RunResult extends Metrics {
  /** Steps done. */
  iterations: number;
  /** With `patience`, the number of steps after which the net had its parameters. */
  bestIteration?: number;
  /** Seconds of the training loop. */
  seconds: number;
  /** In a sweep, the metrics on all validation rows, if there are any. */
  validation?: Metrics;
}

/** One evaluation during training. */
export type CurvePoint = Omit<EvaluatedEvent, "type">;

/** The version of the files. Increase it if older programs would misread new files. */
export const FORMAT_VERSION = 1;

/** Reports an invalid value: the rule, which begins with the field's name, and the value. */
export type Refuse = (rule: string, value: unknown) => never;

/** A field of a record. */
export interface Field {
  /** How text represents it. */
  kind: "text" | "number" | "json";
  /** Whether it may be absent. */
  optional?: true;
  /** Validates a value of its kind; throws otherwise. */
  read?: (value: object) => unknown;
}

/** The fields of an object by name. */
export type Fields<Name extends string = string> = Readonly<Record<Name, Field>>;

const TEXT: Field = { kind: "text" };
const NUMBER: Field = { kind: "number" };
const OPTIONAL_TEXT: Field = { kind: "text", optional: true };
const OPTIONAL_NUMBER: Field = { kind: "number", optional: true };

/** The fields of a run. */
export const RUN_FIELDS: Fields<Exclude<keyof RunRecord, "result">> = {
  dataset: TEXT,
  device: TEXT,
  backend: TEXT,
  options: { kind: "json", read: (value) => resolveOptions(value) },
  data: { kind: "json", optional: true, read: readDatasetRecord },
  id: OPTIONAL_TEXT,
  saveEvery: OPTIONAL_NUMBER,
  initFrom: OPTIONAL_TEXT,
};

/** The fields of a result. */
export const RESULT_FIELDS: Fields<keyof RunResult> = {
  iterations: NUMBER,
  bestIteration: OPTIONAL_NUMBER,
  seconds: NUMBER,
  ...mapMetrics(() => NUMBER),
  validation: { kind: "json", optional: true, read: readMetrics },
};

/** The fields of an evaluation, in the order of the columns of `metrics.csv`. */
export const POINT_FIELDS: Fields<keyof CurvePoint> = {
  iteration: NUMBER,
  ...mapMetrics(() => NUMBER),
  learningRate: NUMBER,
  seconds: NUMBER,
};

/**
 * Returns the fields of an object as text.
 *
 * @param values The object; fields that it lacks are left out
 */
export function toTexts(fields: Fields, values: object): Record<string, string> {
  const given = values as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => given[name] !== undefined).map(([name, { kind }]) => [
      name,
      kind === "json" ? JSON.stringify(given[name]) : String(given[name]),
    ]),
  );
}

/**
 * Reads the fields of an object from text.
 *
 * @returns The values; optional fields without a text are left out
 */
export function fromTexts<Values>(
  fields: Fields<string & keyof Values>,
  texts: Readonly<Record<string, string | undefined>>,
  refuse: Refuse,
): Values {
  const values = Object.entries<Field>(fields).flatMap(([name, field]): [string, unknown][] => {
    const { kind, optional } = field;
    const text = texts[name];
    if (text === undefined) {
      return optional ? [] : refuse(`${name} must be given`, "none");
    }
    if (kind === "text") return [[name, text]];
    if (kind === "json") return [[name, parseJson(text) ?? refuse(`${name} must be JSON`, text)]];
    return [[name, text.trim() === "" ? refuse(`${name} must be a number`, text) : Number(text)]];
  });
  return fromValues(fields, Object.fromEntries(values), refuse);
}

/**
 * Validates an object that was read from a file.
 *
 * @param fields The fields; others are ignored
 */
export function fromValues<Values>(
  fields: Fields<string & keyof Values>,
  values: Readonly<Record<string, unknown>>,
  refuse: Refuse,
): Values {
  const entries = Object.entries<Field>(fields).flatMap(([name, field]): [string, unknown][] => {
    const { kind, optional, read } = field;
    const value = values[name];
    if (value === undefined && optional) return [];
    const type = { text: "string", number: "number", json: "object" }[kind];
    if (typeof value !== type || value === null || Number.isNaN(value)) {
      refuse(`${name} must be ${{ text: "text", number: "a number", json: "JSON" }[kind]}`, value);
    }
    if (!read) return [[name, value]];
    try {
      return [[name, read(value as object)]];
    } catch (error) {
      return refuse(`${name} must be valid`, (error as Error).message);
    }
  });
  return Object.fromEntries(entries) as Values;
}

function parseJson(text: string): object | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function readMetrics(value: object): Metrics {
  const given = value as Record<string, unknown>;
  for (const name of METRIC_NAMES) {
    if (!Number.isFinite(given[name])) throw new RangeError(`${name} must be a number`);
  }
  return mapMetrics((name) => given[name] as number);
}

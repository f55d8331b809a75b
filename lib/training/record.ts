/**
 * The record of a run, and how files hold it. `options.json` holds values; the metadata of safetensors
 * files and the cells of CSV files hold only text. One table of fields serves all of them.
 */
import { type DatasetRecord, readDatasetRecord } from "../data/record.ts";
import {
  type Field,
  type Fields,
  fromValues,
  NUMBER,
  OPTIONAL_NUMBER,
  OPTIONAL_TEXT,
  TEXT,
} from "../files/fields.ts";
import type { Model } from "../net/architecture.ts";
import type { EvaluatedEvent, FinishedEvent } from "./events.ts";
import { mapMetrics, type MetricName, METRICS, type Metrics } from "./metrics.ts";
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

/** The result of a run: its last event without the net. */
export interface RunResult extends Omit<FinishedEvent, "type" | keyof Model> {
  /** In a sweep, the metrics on all validation rows, if there are any. */
  validation?: Metrics;
}

/** Returns the result that the last event of a run holds. */
export function resultOf(event: FinishedEvent): RunResult {
  const { type: _, architecture: _a, scale: _s, parameters: _p, ...result } = event;
  return result;
}

/** One evaluation during training. */
export type CurvePoint = Omit<EvaluatedEvent, "type">;

/** The version of the files. Increase it if older programs would misread new files. */
export const FORMAT_VERSION = 1;

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

/** The fields of metrics. */
const METRIC_FIELDS: Record<MetricName, Field> = mapMetrics((name) =>
  METRICS[name].mayLack ? { kind: "number", otherwise: NaN } : NUMBER
);

/** The fields of a result. */
export const RESULT_FIELDS: Fields<keyof RunResult> = {
  iterations: NUMBER,
  bestIteration: OPTIONAL_NUMBER,
  seconds: NUMBER,
  ...METRIC_FIELDS,
  validation: {
    kind: "json",
    optional: true,
    read: (value) =>
      fromValues<Metrics>(METRIC_FIELDS, value as Record<string, unknown>, (rule) => {
        throw new RangeError(rule);
      }),
  },
};

/** The fields of an evaluation, in the order of the columns of `metrics.csv`. */
export const POINT_FIELDS: Fields<keyof CurvePoint> = {
  iteration: NUMBER,
  ...METRIC_FIELDS,
  learningRate: NUMBER,
  seconds: NUMBER,
};

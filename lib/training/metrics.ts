/** The metrics of an evaluation, in one table. */
import type { Evaluation } from "../net/evaluation.ts";
import { percent } from "../files/printable.ts";

/** The name of a metric. */
export type MetricName = "accuracy" | "loss";

/** The value of each metric: `accuracy`, a fraction from 0 to 1, and `loss`, a mean in nats. */
export type Metrics = Record<MetricName, number>;

/** A metric. */
export interface Metric {
  /** Its name for readers. */
  label: string;
  /** The unit of charts. */
  unit: string;
  /** Computes it from what an engine found. */
  of: (evaluation: Evaluation) => number;
  /** Formats a value for people. */
  format: (value: number) => string;
  /** Charts show its values multiplied by this. */
  chartFactor: number;
  /** Whether files may lack it, as those of earlier versions do. It is then NaN, and shown as `-`. */
  mayLack: boolean;
  /** Whether the log of `deno task train` shows it; that is the notebook's, which has the accuracy only. */
  isLogged: boolean;
}

/** All metrics by name, in the order in which files and tables list them. */
export const METRICS: Readonly<Record<MetricName, Metric>> = {
  accuracy: {
    label: "Accuracy",
    unit: "%",
    of: ({ correct, rows }) => correct / rows,
    format: (value) => percent(value),
    chartFactor: 100,
    mayLack: false,
    isLogged: true,
  },
  loss: {
    label: "Loss",
    unit: "nats",
    of: ({ loss }) => loss,
    format: (value) => value.toFixed(4),
    chartFactor: 1,
    mayLack: false,
    isLogged: false,
  },
};

/** The names of all metrics. */
export const METRIC_NAMES: readonly MetricName[] = Object.keys(METRICS) as MetricName[];

/** Computes all metrics of an evaluation. */
export function measure(evaluation: Evaluation): Metrics {
  return mapMetrics((name) => METRICS[name].of(evaluation));
}

/** Returns an object with a value for each metric. */
export function mapMetrics<Value>(valueOf: (name: MetricName) => Value): Record<MetricName, Value> {
  const values = METRIC_NAMES.map((name) => [name, valueOf(name)]);
  return Object.fromEntries(values) as Record<MetricName, Value>;
}

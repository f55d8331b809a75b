/** Formats names for pages. */
import { type MetricName, METRICS } from "../../training/metrics.ts";
import { type OptionName, OPTIONS } from "../../training/option_table.ts";

/** Returns an option's label for the middle of a line: `learning rate`. */
export function optionLabel(name: OptionName): string {
  return uncapitalized(OPTIONS[name].label);
}

/** Returns a metric's label for the middle of a line: `accuracy`. */
export function metricLabel(name: MetricName): string {
  return uncapitalized(METRICS[name].label);
}

function uncapitalized(label: string): string {
  return label[0].toLowerCase() + label.slice(1);
}

/** Returns the name of a class, or its number if the data set has no names. */
export function className(label: number, names?: readonly string[]): string {
  return names?.[label] ?? String(label);
}

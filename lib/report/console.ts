/** Formats events: as the notebook's log for people, as JSON for programs. */
import type { TrainingEvent } from "../training/events.ts";
import { METRIC_NAMES, METRICS, type Metrics } from "../training/metrics.ts";
import { resultOf } from "../training/record.ts";

/**
 * Formats an event for the log.
 *
 * @returns Lines without line breaks; empty if the log does not show the event
 */
export function logLines(event: TrainingEvent): string[] {
  switch (event.type) {
    case "started":
      return [`Using seed: ${event.seed}`];
    case "sample":
      return [
        ...["Sample image:", "", ...event.art, ""],
        `Sample answer: ${[event.label, event.name].join(" ").trim()}`,
      ];
    case "evaluated": {
      const which = event.iteration === 0 ? "Initial" : `(${event.iteration})`;
      return [...metricLines(event, (label) => `${which} ${label}:`), ""];
    }
    case "finished":
      return [
        `${event.seconds.toFixed(2)} seconds elapsed during training.`,
        "",
        ...metricLines(event, (label) => `Final ${label.toLowerCase()} against test set:`),
      ];
    default:
      return [];
  }
}

/** Formats the logged metrics, each behind a text, ending in column 29 unless the text is too long. */
function metricLines(metrics: Metrics, textOf: (label: string) => string): string[] {
  return METRIC_NAMES.filter((name) => METRICS[name].isLogged).map((name) => {
    const { label, format } = METRICS[name];
    return `${textOf(label)} `.padEnd(20) + format(metrics[name]).padStart(9);
  });
}

/**
 * Formats an event as a line of JSON, without the trained parameters, which are
 * saved in files and would make lines of a megabyte.
 *
 * @returns A JSON object without a line break
 */
export function jsonLine(event: TrainingEvent): string {
  switch (event.type) {
    case "finished":
      return JSON.stringify({ type: event.type, ...resultOf(event) });
    case "checkpoint":
      return JSON.stringify({ type: event.type, iteration: event.iteration });
    default:
      return JSON.stringify(event);
  }
}

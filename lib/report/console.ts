/** Formats events as the notebook's log. */
import type { TrainingEvent } from "../training/events.ts";

/**
 * Formats an event for the log.
 *
 * @param event Any event of a run
 * @returns Lines without line breaks; empty if the log does not show the event
 *
 * @example
 * ```ts
 * import { logLines } from "./console.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const evaluated = { type: "evaluated", loss: 2, learningRate: 0.5, seconds: 0 } as const;
 * assertEquals(logLines({ ...evaluated, iteration: 0, accuracy: 0.088 }), [
 *   "Initial Accuracy:       8.80%",
 *   "",
 * ]);
 * assertEquals(logLines({ ...evaluated, iteration: 500, accuracy: 0.796 }), [
 *   "(500) Accuracy:        79.60%",
 *   "",
 * ]);
 * ```
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
      return [accuracyLine(`${which} Accuracy:`, event.accuracy), ""];
    }
    case "finished":
      return [
        `${event.seconds.toFixed(2)} seconds elapsed during training.`,
        "",
        accuracyLine("Final accuracy against test set:", event.accuracy),
      ];
    default:
      return [];
  }
}

/**
 * Formats a label and an accuracy, with the percent sign in column 29 unless the label is too long.
 */
function accuracyLine(label: string, accuracy: number): string {
  return `${label} `.padEnd(20) + (100 * accuracy).toFixed(2).padStart(8) + "%";
}

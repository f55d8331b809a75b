/** Evaluates a net, shows the progress, and can be interrupted by Ctrl-C. */
import type { EvaluateRows } from "../report/html/run_page.ts";
import { evaluateStepwise } from "../training/evaluate.ts";
import type { Status } from "./status.ts";

/**
 * Milliseconds of work between two pauses, in which the display is updated and signals are handled.
 */
const WORK_MILLISECONDS = 100;

/** Creates a function that does what `evaluate` does, and shows the progress. */
export function evaluateWithProgress(status: Status): EvaluateRows {
  return async (model, data, rows) => {
    let paused = performance.now();
    for (const steps = evaluateStepwise(model, data, rows);;) {
      const { done, value } = steps.next();
      if (done) {
        status.clear();
        return value;
      }
      if (performance.now() - paused < WORK_MILLISECONDS) continue;
      status.progress(value, rows.length, "of the rows", { count: value, unit: "rows" });
      await new Promise((resolve) => setTimeout(resolve, 0));
      paused = performance.now();
    }
  };
}

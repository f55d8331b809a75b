/** An evaluation that shows progress and can be interrupted by Ctrl-C. */
import type { EvaluateRows } from "../report/html/run_page.ts";
import { evaluateStepwise } from "../training/evaluate.ts";
import type { Asides } from "./asides.ts";

/** Milliseconds of work between updates of the display, which also let signals be handled. */
const WORK_MILLISECONDS = 100;

/**
 * Creates a function that does what `evaluate` does.
 *
 * @param asides Shows the progress
 * @returns The function
 */
export function watchedEvaluation(asides: Asides): EvaluateRows {
  return async (model, data, rows) => {
    let paused = performance.now();
    for (const steps = evaluateStepwise(model, data, rows);;) {
      const { done, value } = steps.next();
      if (done) {
        asides.clear();
        return value;
      }
      if (performance.now() - paused < WORK_MILLISECONDS) continue;
      asides.progress(value, rows.length, "of the rows", { count: value, unit: "rows" });
      await new Promise((resolve) => setTimeout(resolve, 0));
      paused = performance.now();
    }
  };
}

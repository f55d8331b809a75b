/** Decides when the shown net is examined. */
import type { SavedModel } from "../lib/model/saved_model.ts";
import type { Examination } from "./messages.ts";
import { trainingOptions } from "./settings.ts";
import { shownNet, state } from "./state.ts";
import { ask } from "./workers.ts";

/** Number of test digits that a net in training is examined on; one at rest is examined on all. */
const EXAMINED_ROWS = 1000;
/** Milliseconds between two examinations of a net in training. */
const EXAMINE_EVERY = 1000;

let isExamining = false;
let lastExamination = 0;

/** Examines the shown net, on all of its test digits if it rests. */
export function examine(isAtRest: boolean): void {
  const { file, run } = state;
  const model = shownNet(state);
  if (!model || file && !isAtRest) return;
  const isTooEarly = isExamining || performance.now() - lastExamination < EXAMINE_EVERY;
  if (!isAtRest && isTooEarly) return;
  isExamining = true;
  lastExamination = performance.now();
  ask({
    kind: "examine",
    of: { file: file?.name, iteration: file ? 0 : run!.iteration },
    model: plain(model),
    options: file ? file.model.run?.options : trainingOptions(run!.settings),
    most: isAtRest && (file || run!.iteration > 0) ? Infinity : EXAMINED_ROWS,
  });
}

/** Returns only what predicting needs. */
function plain({ architecture, scale, parameters }: SavedModel): SavedModel {
  return { architecture, scale, parameters };
}

/** Takes note of a finished examination; undefined if it failed. */
export function endExamination(examination: Examination | undefined): void {
  isExamining = false;
  if (examination) state.examination = examination;
}

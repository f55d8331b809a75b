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
/** The part of the time for which a net in training is examined: training needs the processor as well. */
const EXAMINE_SHARE = 0.2;
/** The tabs that show an examination. */
const TABS = ["mistakes", "confusion"];

let isExamining = false;
let lastExamination = -Infinity;
/** Milliseconds that the last examination of a net in training took. */
let taken = 0;
/** Whether the examination that was asked for is of all test digits. */
let isOfAll = false;

/** Examines the shown net, on all of its test digits if it rests. */
export function examine(isAtRest: boolean): void {
  const { file, run } = state;
  const model = shownNet(state);
  if (!model || file && !isAtRest) return;
  const pause = Math.max(EXAMINE_EVERY, taken / EXAMINE_SHARE);
  const isTooEarly = isExamining || performance.now() - lastExamination < pause;
  if (!isAtRest && (isTooEarly || !TABS.includes(state.tab))) return;
  isExamining = true;
  isOfAll = isAtRest && (file !== undefined || run!.iteration > 0);
  lastExamination = performance.now();
  ask({
    kind: "examine",
    of: { file: file?.name, iteration: file ? 0 : run!.iteration },
    model: plain(model),
    options: file ? file.model.run?.options : trainingOptions(run!.settings),
    most: isOfAll ? Infinity : EXAMINED_ROWS,
  });
}

/** Returns only what predicting needs. */
function plain({ architecture, scale, parameters }: SavedModel): SavedModel {
  return { architecture, scale, parameters };
}

/** Takes note of a finished examination; undefined if it failed. */
export function endExamination(examination: Examination | undefined): void {
  if (isExamining && !isOfAll) taken = performance.now() - lastExamination;
  isExamining = false;
  if (examination) state.examination = examination;
}

/// <reference lib="dom" />
/** Runs: they begin, train, pause and end as the visitor wants. */
import { count } from "../lib/files/printable.ts";
import { openDrawer } from "./drawer.ts";
import { button } from "./dom.ts";
import { focusInvalid, onSettings, showSettings } from "./form.ts";
import { linkOf, writeLink } from "./link.ts";
import { render } from "./render.ts";
import { isSameRun, nameOfRun, trainingOptions } from "./settings.ts";
import { requestSheet } from "./sheet.ts";
import { isWaiting, type RunView, state } from "./state.ts";
import { chooseTab } from "./tabs.ts";
import { order } from "./workers.ts";

/** Maximum number of earlier runs whose curves stay. */
const MOST_EARLIER = 5;

/** Prepares the run that the settings describe. The visitor starts it. */
export function beginRun(): void {
  const { run, draft } = state;
  if (draft.data !== state.source) return location.assign(linkOf(draft));
  keepCurve(run);
  state.requested = draft;
  state.isTraining = false;
  state.failure = state.invalid = undefined;
  showSettings(draft);
  writeLink();
  render();
  if (!state.data) return; // once the data are here, they begin the run
  order({ kind: "reset", options: trainingOptions(draft), backend: draft.backend });
  requestSheet(draft);
}

/** Keeps a run's curve beside the next one's. */
function keepCurve(run: RunView | undefined): void {
  if (!run || run.points.length < 2) return;
  const name = nameOfRun(run.settings) + (run.isChanged ? ", changed" : "");
  state.earlier = [...state.earlier, { name, points: run.points }].slice(-MOST_EARLIER);
}

/** Starts or pauses training, as the visitor wants. */
export function setTraining(value: boolean): void {
  if (value && state.invalid) return refuse();
  if (value && state.run?.isBroken) beginRun();
  state.isTraining = value;
  // The notebook's exact run waits for all rows; `opened` starts it.
  if (value && isWaiting(state)) return render();
  if (value && state.run?.isOver) {
    state.run.isOver = false;
    change(`Trains on after the last step, ${count(state.run.iterations)}.`);
    order({ kind: "extend" });
  }
  sendTraining();
}

/** Lets the trainer train if the visitor wants it, and sees it. */
export function sendTraining(): void {
  const { isTraining, isHidden } = state;
  const stepsPerSecond = state.draft.stepsPerSecond;
  order(isTraining && !isHidden ? { kind: "train", stepsPerSecond } : { kind: "pause" });
  render();
}

/** Notes that the run is no longer the one that its settings describe. */
export function change(line: string): void {
  const { run } = state;
  if (!run) return;
  run.isChanged = true;
  run.log = [...run.log, line];
}

/** Shows which setting is wrong instead of training with others. */
function refuse(): void {
  openDrawer(true);
  focusInvalid();
  render();
}

button("start").addEventListener("click", () => setTraining(!state.isTraining));
button("step").addEventListener("click", () => {
  if (state.invalid) return refuse();
  if (isWaiting(state)) return setTraining(true);
  if (state.isTraining) setTraining(false);
  if (state.run?.isBroken) beginRun();
  if (state.run?.isOver) {
    setTraining(true);
    setTraining(false);
  }
  order({ kind: "step" });
  chooseTab("batch");
});
for (const id of ["reset", "new-run"]) {
  button(id).addEventListener("click", () => {
    if (id === "new-run" && state.invalid) return refuse();
    beginRun();
  });
}

/** A page that nobody sees rests: no time is counted, and a phone's battery lasts. */
function onVisibility(): void {
  if (state.isHidden === document.hidden) return;
  state.isHidden = document.hidden;
  if (state.isTraining) sendTraining();
}
for (const type of ["visibilitychange", "pageshow", "resume"]) {
  document.addEventListener(type, onVisibility);
  addEventListener(type, onVisibility);
}
for (const type of ["pagehide", "freeze"]) {
  addEventListener(type, () => {
    state.isHidden = true;
    if (state.isTraining) sendTraining();
  });
}

onSettings((settings) => {
  const { run, draft } = state;
  state.draft = settings;
  state.invalid = undefined;
  const isNew = !state.isTraining && !run?.iteration;
  const { learningRate } = settings;
  requestSheet(settings);
  if (isNew) {
    if (!isSameRun(settings, draft)) return beginRun();
  } else if (
    run && isSameRun(settings, { ...draft, learningRate }) && learningRate !== draft.learningRate
  ) {
    change(`Step ${count(run.iteration)}: learning rate ${draft.learningRate} → ${learningRate}`);
    order({ kind: "rate", learningRate });
    run.settings = { ...run.settings, learningRate };
  }
  if (state.isTraining && settings.stepsPerSecond !== draft.stepsPerSecond) sendTraining();
  writeLink();
  render();
}, (message) => {
  state.invalid = message;
  render();
});

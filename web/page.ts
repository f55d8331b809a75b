/// <reference lib="dom" />
/** The page: starts the Workers, sends them the visitor's orders, and shows their reports. */
import type { DeviceDescription } from "../lib/engine/engine.ts";
import type { RunResult, SavedModel } from "../lib/model/saved_model.ts";
import type { Model } from "../lib/net/architecture.ts";
import { AUGMENTATIONS } from "../lib/training/augmentations.ts";
import { answerWith, showAnswer } from "./answer.ts";
import { showExamination } from "./confusion.ts";
import { addDensePoint, addEvaluation, clearCurves, drawCurves } from "./curves.ts";
import { element } from "./dom.ts";
import { onSettings, showSettings } from "./form.ts";
import type {
  ExaminerOrder,
  ExaminerReport,
  Progress,
  TrainerOrder,
  TrainerReport,
} from "./messages.ts";
import { onLoad, saveModel } from "./models.ts";
import { clearProgress, count, percent, showDevice, showNumber, showProgress } from "./numbers.ts";
import { clear, givenLabel, onDrawing, showGiven, undo } from "./pad.ts";
import {
  queryOfSettings,
  type Settings,
  settingsOfPreset,
  settingsOfQuery,
  trainingOptions,
} from "./settings.ts";
import { showSheet } from "./sheet.ts";
import { showWeights } from "./weights.ts";

/** File names of the Workers, which the build inserts. */
declare const TRAINER: string;
declare const EXAMINER: string;

const trainer = new Worker(new URL(TRAINER, import.meta.url), { type: "module" });
const examiner = new Worker(new URL(EXAMINER, import.meta.url), { type: "module" });

const button = (id: string) => element(id, HTMLButtonElement);
const [start, step, reset] = ["start", "step", "reset"].map(button);
const status = element("status", HTMLParagraphElement);
const bar = element("progress", HTMLProgressElement);
const notice = element("notice", HTMLParagraphElement);
const failure = element("failure", HTMLParagraphElement);
const loadedStatus = element("loaded", HTMLParagraphElement);

let settings: Settings;
let dataset: string | undefined;
let device: DeviceDescription | undefined;
let isTraining = false;
/** Whether an error ended the run. */
let isBroken = false;
/** The run's net before its first step. */
let initial: Model;
/** The run's net now. */
let current: Model;
let progress: Progress | undefined;
let result: RunResult | undefined;
/** A net from a file. While there is one, the page shows it instead of the run's. */
let loaded: SavedModel | undefined;
const notices: string[] = [];

function order(order: TrainerOrder, transfer: Transferable[] = []): void {
  trainer.postMessage(order, transfer);
}

function ask(order: ExaminerOrder, transfer: Transferable[] = []): void {
  examiner.postMessage(order, transfer);
}

trainer.onmessage = ({ data: report }: MessageEvent<TrainerReport>) => {
  switch (report.kind) {
    case "busy":
      return showBusy(report.what);
    case "notice":
      return addNotice(report.line);
    case "opened":
      dataset = report.dataset;
      showNumber("Data", dataset === "mnist" ? "MNIST" : "Synthetic digits");
      if (dataset !== "mnist") {
        addNotice("Not MNIST: its files are missing, so the page trains on digits that it draws.");
      }
      button("test-digit").disabled = false;
      return beginRun();
    case "device":
      device = report.device;
      return showDevice(device);
    case "began":
      // Steps of the run before may have been reported after the order to reset.
      progress = result = device = undefined;
      setTraining(isTraining);
      showBusy(undefined);
      initial = current = report.model;
      clearCurves(dataset!, report.iterations);
      clearProgress(report.iterations);
      return drawSoon(showNet, drawCurves);
    case "evaluated":
      addEvaluation(report.point);
      return drawSoon(drawCurves);
    case "progress":
      progress = report;
      current = report.model;
      addDensePoint(report);
      return drawSoon(drawProgress, drawCurves, drawWeights);
    case "finished": {
      const { accuracy, loss, seconds } = report;
      result = { iterations: progress!.iteration, accuracy, loss, seconds };
      setTraining(false);
      showBusy(undefined);
      return;
    }
    case "failed":
      isBroken = true;
      setTraining(false);
      showFailure(report.message);
  }
};

examiner.onmessage = ({ data: report }: MessageEvent<ExaminerReport>) => {
  switch (report.kind) {
    case "digit":
      return showGiven(report.image, report.label);
    case "examined":
      return drawSoon(() => showExamination(report));
    case "augmented":
      drawSoon(() => showSheet(report.sheet));
      isSheetDue = false;
      if (nextSheet) requestSheet(nextSheet);
      return;
    case "failed":
      addNotice(report.message);
  }
};

for (const worker of [trainer, examiner]) {
  worker.onerror = (event) => addNotice(`A Worker of the page failed: ${event.message}`);
}

/** Prepares the run that the settings describe. The visitor starts it. */
function beginRun(): void {
  history.replaceState(null, "", `${location.pathname}?${queryOfSettings(settings)}`);
  progress = result = device = undefined;
  isBroken = false;
  showFailure(undefined);
  setTraining(false);
  order({ kind: "reset", options: trainingOptions(settings), backend: settings.backend });
  requestSheet(settings);
}

/** Whether the examiner is working on a sheet of augmented images. */
let isSheetDue = false;
/** The settings for the next sheet, if they changed since. */
let nextSheet: Settings | undefined;

/** Requests a sheet of augmented images, after the one that the examiner is working on. */
function requestSheet(settings: Settings): void {
  nextSheet = isSheetDue ? settings : undefined;
  if (isSheetDue) return;
  isSheetDue = true;
  ask({
    kind: "augment",
    augment: AUGMENTATIONS[settings.augment].of(settings),
    seed: settings.seed,
  });
}

function setTraining(value: boolean): void {
  isTraining = value;
  start.textContent = value ? "Pause" : progress && !result ? "Resume" : "Start";
  start.disabled = isBroken || result !== undefined;
  step.disabled = value || start.disabled;
  reset.disabled = false;
}

function showBusy(what: string | undefined): void {
  if (what !== undefined && what !== "Training") {
    status.textContent = `${what}…`;
    return bar.removeAttribute("value");
  }
  bar.value = progress ? progress.iteration / progress.iterations : 0;
  if (result) {
    status.textContent = `Done: ${percent(result.accuracy)} of all test digits classified ` +
      `correctly after ${count(result.iterations)} steps and ${result.seconds.toFixed(1)} s.`;
  } else if (isBroken) status.textContent = "Stopped by an error";
  else if (isTraining) status.textContent = "Training";
  else if (dataset) status.textContent = progress ? "Paused" : "Ready";
}

/** Shows a message until the page is closed. */
function addNotice(line: string): void {
  if (!notices.includes(line)) notices.push(line);
  notice.textContent = notices.join(" ");
  notice.hidden = false;
}

/** Shows an error of the settings or of the run, until the next run; undefined removes it. */
function showFailure(line: string | undefined): void {
  failure.textContent = line ?? "";
  failure.hidden = line === undefined;
}

/** The parts to draw, one per frame, so that no frame takes long. */
const dirty = new Set<() => void>();

function drawSoon(...parts: (() => void)[]): void {
  if (dirty.size === 0) requestAnimationFrame(drawOne);
  for (const part of parts) dirty.add(part);
}

function drawOne(): void {
  const [part] = dirty;
  dirty.delete(part);
  if (dirty.size > 0) requestAnimationFrame(drawOne);
  part();
}

function drawProgress(): void {
  if (!progress) return;
  showProgress(progress);
  showBusy(undefined);
  setTraining(isTraining);
  if (!loaded) answerWith(current);
}

function drawWeights(): void {
  if (!loaded) showWeights(current, initial);
}

/** Shows the loaded net, or else the run's. */
function showNet(): void {
  showWeights(loaded ?? current, loaded ? undefined : initial);
  answerWith(loaded ?? current);
  for (const id of ["save-safetensors", "save-onnx"]) button(id).disabled = false;
}

start.addEventListener("click", () => {
  setTraining(!isTraining);
  order(
    isTraining ? { kind: "train", stepsPerSecond: settings.stepsPerSecond } : { kind: "pause" },
  );
  showBusy(undefined);
});
step.addEventListener("click", () => order({ kind: "step" }));
reset.addEventListener("click", () => {
  showSettings(settings); // replaces invalid values
  beginRun();
});

onSettings({
  onChange(changed) {
    showFailure(undefined);
    const onlySpeed = queryOfSettings({ ...changed, stepsPerSecond: settings.stepsPerSecond }) ===
      queryOfSettings(settings);
    settings = changed;
    if (!onlySpeed) return dataset && beginRun();
    history.replaceState(null, "", `${location.pathname}?${queryOfSettings(settings)}`);
    if (isTraining) order({ kind: "train", stepsPerSecond: settings.stepsPerSecond });
  },
  onMove: requestSheet,
  onError: showFailure,
});

button("share").addEventListener("click", async () => {
  const shared = element("shared", HTMLElement);
  try {
    await navigator.clipboard.writeText(location.href);
    shared.textContent = "Copied.";
  } catch {
    shared.textContent = location.href; // browsers offer a clipboard only in secure contexts
  }
});

onDrawing(() => {
  const label = givenLabel();
  element("seen-caption", HTMLElement).textContent = label === undefined
    ? "What the net sees, 28 × 28"
    : `A test digit: ${label}`;
  showAnswer();
});
const actions: Record<string, () => void> = {
  undo,
  clear,
  "test-digit": () => ask({ kind: "digit" }),
};
for (const [id, act] of Object.entries(actions)) button(id).addEventListener("click", act);
element("pad", HTMLCanvasElement).addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "z") return undo();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const id = { u: "undo", c: "clear", t: "test-digit" }[event.key.toLowerCase()];
  if (id) actions[id]();
});

for (const format of ["safetensors", "onnx"] as const) {
  button(`save-${format}`).addEventListener("click", () => {
    if (loaded) return saveModel(loaded, format);
    const options = trainingOptions(settings);
    // A run has no device before its first step.
    const run = device &&
      { dataset: dataset!, device: device.name, backend: device.backend, options };
    saveModel({ ...current, run, result }, format);
  });
}
onLoad((model, name) => {
  loaded = model;
  const { hidden } = model.architecture;
  loadedStatus.textContent = `The page now shows ${name}: ${hidden.join(" and ")} hidden units` +
    (model.result ? `, ${percent(model.result.accuracy)} accuracy on its test digits.` : ".");
  button("unload").hidden = false;
  ask({ kind: "examine-loaded", model, of: name });
  showNet();
}, (message) => loadedStatus.textContent = message);
button("unload").addEventListener("click", () => {
  loaded = undefined;
  loadedStatus.textContent = "";
  button("unload").hidden = true;
  showNet();
});

const kernels = element("kernels", HTMLDetailsElement);
kernels.addEventListener("toggle", async () => {
  const { showKernels } = await import("./kernels.ts");
  showKernels();
}, { once: true });

try {
  settings = settingsOfQuery(new URLSearchParams(location.search));
} catch (error) {
  addNotice(`${(error as Error).message}. The preset notebook is used instead.`);
  settings = settingsOfPreset("notebook");
}
showSettings(settings);
element("blocked", HTMLParagraphElement).remove();
element("main", HTMLElement).hidden = false;
if (!isSecureContext) {
  addNotice(
    "No WebGPU: browsers offer it only to pages from https:// or from this computer. " +
      "The page trains on one thread of the CPU.",
  );
}
const folder = document.querySelector<HTMLMetaElement>("meta[name=mnist]")?.content;
const { port1, port2 } = new MessageChannel();
ask({ kind: "listen", trainer: port1 }, [port1]);
order({
  kind: "open",
  folder: folder ? new URL(folder, location.href).href : undefined,
  examiner: port2,
}, [port2]);

/// <reference lib="dom" />
/** The page: its Workers report, its buttons order, and each part shows its own. */
import type { DeviceDescription } from "../lib/engine/engine.ts";
import type { RunResult, SavedModel } from "../lib/model/saved_model.ts";
import type { Model } from "../lib/net/model.ts";
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
import { count, percent, showDevice, showNumber, showProgress } from "./numbers.ts";
import { clear, givenLabel, onDrawing, showGiven, undo } from "./pad.ts";
import {
  queryOfSettings,
  type Settings,
  settingsOfPreset,
  settingsOfQuery,
  trainingOptions,
} from "./settings.ts";
import { showWeights } from "./weights.ts";

/** The Workers' files beside this one: set by the build. */
declare const TRAINER: string;
declare const EXAMINER: string;

const trainer = new Worker(new URL(TRAINER, import.meta.url), { type: "module" });
const examiner = new Worker(new URL(EXAMINER, import.meta.url), { type: "module" });

const button = (id: string) => element(id, HTMLButtonElement);
const [start, step, reset] = ["start", "step", "reset"].map(button);
const status = element("status", HTMLParagraphElement);
const bar = element("progress", HTMLProgressElement);
const notice = element("notice", HTMLParagraphElement);
const loadedStatus = element("loaded", HTMLParagraphElement);

let settings: Settings;
let dataset: string | undefined;
let device: DeviceDescription | undefined;
let isTraining = false;
/** Whether the run failed, so that it cannot go on. */
let isBroken = false;
/** The net in training: as it began, and as it is. */
let initial: Model;
let current: Model;
let progress: Progress | undefined;
let result: RunResult | undefined;
/** A net from a file, which is looked at in place of the one in training. */
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
        addNotice(
          "Not MNIST: this page came without it, so it trains on digits of its own making.",
        );
      }
      button("test-digit").disabled = false;
      return beginRun();
    case "device":
      device = report.device;
      return showDevice(device);
    case "began":
      initial = current = report.model;
      clearCurves(dataset!, report.iterations);
      showNumber("Steps", `0 of ${count(report.iterations)}`);
      return showNet();
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
      addNotice(report.message);
  }
};

examiner.onmessage = ({ data: report }: MessageEvent<ExaminerReport>) => {
  switch (report.kind) {
    case "digit":
      return showGiven(report.image, report.label);
    case "examined":
      return showExamination(report);
    case "failed":
      addNotice(report.message);
  }
};

for (const worker of [trainer, examiner]) {
  worker.onerror = (event) => addNotice(`The page's Worker failed: ${event.message}`);
}

/** Begins the run that the settings describe; it waits to be started. */
function beginRun(): void {
  history.replaceState(null, "", `${location.pathname}?${queryOfSettings(settings)}`);
  progress = result = undefined;
  isBroken = false;
  setTraining(false);
  order({ kind: "reset", options: trainingOptions(settings), backend: settings.backend });
}

function setTraining(value: boolean): void {
  isTraining = value;
  start.textContent = value ? "Pause" : progress && !result ? "Go on" : "Start";
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
    status.textContent = `Done: ${percent(result.accuracy)} of all test digits are read right, ` +
      `after ${count(result.iterations)} steps in ${result.seconds.toFixed(1)} s.`;
  } else if (isBroken) status.textContent = "Stopped: see below";
  else if (isTraining) status.textContent = "Training";
  else if (dataset) status.textContent = progress ? "Paused" : "Ready";
}

function addNotice(line: string): void {
  if (!notices.includes(line)) notices.push(line);
  notice.replaceChildren(...notices.flatMap((line, i) => i === 0 ? [line] : [" ", line]));
  notice.hidden = false;
}

/** What is to be drawn anew: one part a frame, so that no frame takes long. */
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

/** Shows the net that is looked at: a loaded one, else the one in training. */
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
reset.addEventListener("click", beginRun);

onSettings((changed) => {
  const onlySpeed = queryOfSettings({ ...changed, stepsPerSecond: settings.stepsPerSecond }) ===
    queryOfSettings(settings);
  settings = changed;
  if (!onlySpeed) return dataset && beginRun();
  history.replaceState(null, "", `${location.pathname}?${queryOfSettings(settings)}`);
  if (isTraining) order({ kind: "train", stepsPerSecond: settings.stepsPerSecond });
}, addNotice);

button("share").addEventListener("click", async () => {
  const shared = element("shared", HTMLElement);
  try {
    await navigator.clipboard.writeText(location.href);
    shared.textContent = "Copied.";
  } catch {
    shared.textContent = location.href; // no clipboard without a secure context
  }
});

onDrawing(() => {
  const label = givenLabel();
  element("seen-caption", HTMLElement).textContent = label === undefined
    ? "What the net sees, 28 x 28"
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
    // Before its first step a run has no device.
    const run = device &&
      { dataset: dataset!, device: device.name, backend: device.backend, options };
    saveModel({ ...current, run, result }, format);
  });
}
onLoad((model, name) => {
  loaded = model;
  const { hidden } = model.architecture;
  loadedStatus.textContent = `${name} answers now: ${hidden.join(" and ")} hidden units` +
    (model.result ? `, ${percent(model.result.accuracy)} of its own test digits.` : ".");
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
  addNotice((error as Error).message);
  settings = settingsOfPreset("notebook");
}
showSettings(settings);
element("blocked", HTMLParagraphElement).remove();
element("main", HTMLElement).hidden = false;
if (!isSecureContext) {
  addNotice(
    "This page came by http:// from another machine, where browsers offer no WebGPU: " +
      "it trains on the processor, on one thread.",
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

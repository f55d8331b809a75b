/// <reference lib="dom" />
/**
 * The page: sends the visitor's orders to the Workers, keeps what they report in one state, and draws
 * the parts of the page whose share of it changed.
 */
import type { SavedModel } from "../lib/model/saved_model.ts";
import { AUGMENTATIONS } from "../lib/training/augmentations.ts";
import { type ForwardPass, forwardPass } from "../lib/training/predict.ts";
import { HEADS } from "../lib/net/heads.ts";
import { predictedClass } from "../lib/net/maths.ts";
import { showBar } from "./bar.ts";
import { showBatch } from "./batch.ts";
import { button, element, isDark, onColorScheme, show, write } from "./dom.ts";
import {
  forgetImages,
  keepImages,
  prepareExamined,
  showConfusion,
  showMistakes,
} from "./examined.ts";
import { focusInvalid, onSettings, showSettings } from "./form.ts";
import { drawCurves, showRuns, withPoint } from "./learning.ts";
import { showLog } from "./log.ts";
import type { ExaminerOrder, ExaminerReport, TrainerOrder, TrainerReport } from "./messages.ts";
import { onLoad, saveModel } from "./models.ts";
import { count, percent } from "./numbers.ts";
import { prepareNamed, showNamed, showNaming, withDigit } from "./named.ts";
import { clear, onDrawing, showGiven, undo } from "./pad.ts";
import { onUnit, showPicture } from "./picture.ts";
import { paintDigit } from "./pixels.ts";
import {
  isSameRun,
  nameOfRun,
  queryOfSettings,
  type Settings,
  settingsOfPreset,
  settingsOfQuery,
  trainingOptions,
} from "./settings.ts";
import { showSheet } from "./sheet.ts";
import {
  examinationOf,
  isUntrained,
  isWaiting,
  labelOnPad,
  type RunView,
  shownNet,
  type State,
} from "./state.ts";
import { offerTab, onTab, showTab, TAB_NAMES } from "./tabs.ts";
import { showUnit } from "./unit.ts";
import { showWeights } from "./weights.ts";

/** File names of the Workers and of the kernels, which the build inserts. */
declare const TRAINER: string;
declare const EXAMINER: string;
declare const KERNELS: string;

/** Number of test digits that a net in training is examined on; one at rest is examined on all. */
const EXAMINED_ROWS = 1000;
/** Milliseconds between two examinations of a net in training. */
const EXAMINE_EVERY = 1000;
/** Maximum number of earlier runs whose curves stay. */
const MOST_EARLIER = 5;
/** Milliseconds after which a passing message disappears. */
const PASSING = 4000;

const trainer = new Worker(new URL(TRAINER, import.meta.url), { type: "module" });
const examiner = new Worker(new URL(EXAMINER, import.meta.url), { type: "module" });

const query = new URLSearchParams(location.search);
const notices: string[] = [];
const state: State = {
  busy: "Loading",
  loading: undefined,
  data: undefined,
  draft: readLink(),
  invalid: undefined,
  failure: undefined,
  notices,
  isTraining: false,
  isHidden: document.hidden,
  run: undefined,
  earlier: [],
  file: undefined,
  examination: undefined,
  pad: { digit: undefined, label: undefined, source: undefined },
  named: [],
  lesson: "",
  unit: undefined,
  cell: undefined,
  sheet: undefined,
  tab: TAB_NAMES.find((name) => name === query.get("tab")) ?? "mistakes",
};

function readLink(): Settings {
  try {
    return settingsOfQuery(query);
  } catch (error) {
    notices.push(`${(error as Error).message}. The preset small is used instead.`);
    return settingsOfPreset("small");
  }
}

// Drawing: each part of the page is drawn when what it shows has changed.

interface Part {
  /** Returns everything that the part shows. */
  of(): unknown[];
  draw(): void;
  drawn?: unknown[];
}

/** The net's values for the image on the pad, computed once for all parts. */
let pass: { of: unknown[]; values: ForwardPass | undefined } = { of: [], values: undefined };

function passOfPad(): ForwardPass | undefined {
  const [model, { digit }] = [shownNet(state), state.pad];
  if (!isEqual(pass.of, [model, digit])) {
    pass = { of: [model, digit], values: model && digit && forwardPass(model, digit) };
  }
  return pass.values;
}

const isTab = (name: string) => state.tab === name;
const PARTS: Part[] = [
  { of: () => [{ ...state }], draw: () => showBar(state) },
  {
    of: () => [shownNet(state), state.pad, state.named, isUntrained(state), isDark()],
    draw: drawAnswer,
  },
  { of: () => [state.pad, state.named, state.lesson], draw: () => showNaming(state) },
  {
    of: () => isTab("drawings") ? [state.named, isDark()] : [],
    draw: () => isTab("drawings") && showNamed(state.named),
  },
  {
    of: () => [shownNet(state), state.pad, state.named, state.unit, isUntrained(state)],
    draw() {
      const model = shownNet(state);
      if (!model) return;
      const { digit } = state.pad;
      const label = labelOnPad(state);
      const open = state.unit;
      const values = passOfPad();
      showPicture({ model, pass: values, digit, label, isUntrained: isUntrained(state), open });
      showUnit(open, model, values, digit);
    },
  },
  {
    of: () => [state.run?.points, state.run?.isChanged, state.earlier, state.data],
    draw: () => drawCurves(state),
  },
  {
    of: () => [state.run?.settings, state.run?.isChanged, state.earlier, state.data],
    draw: () =>
      showRuns(state, (index) => {
        state.earlier = state.earlier.filter((_, i) => i !== index);
        render();
      }),
  },
  {
    of: () => [state.tab, state.draft.augment === "none"],
    draw() {
      const isAugmented = state.draft.augment !== "none";
      offerTab("augmentation", isAugmented);
      if (!isAugmented && isTab("augmentation")) state.tab = "mistakes";
      showTab(state.tab);
    },
  },
  {
    of: () => isTab("batch") ? [state.run?.batch, isDark()] : [],
    draw: () => isTab("batch") && showBatch(state.run?.batch),
  },
  {
    of: () => isTab("mistakes") ? [examinationOf(state)] : [],
    draw: () => isTab("mistakes") && showMistakes(examinationOf(state)),
  },
  {
    of: () => isTab("confusion") ? [examinationOf(state), state.cell] : [],
    draw: () => isTab("confusion") && showConfusion(examinationOf(state), state.cell),
  },
  {
    of: () => isTab("weights") ? [shownNet(state)] : [],
    draw() {
      const model = shownNet(state);
      if (!model || !isTab("weights")) return;
      showWeights(model, state.file ? undefined : state.run?.initial);
    },
  },
  {
    of: () => isTab("augmentation") ? [state.sheet, isDark()] : [],
    draw: () => isTab("augmentation") && showSheet(state.sheet),
  },
  {
    of: () =>
      isTab("log") ? [state.run, state.run?.evaluations, state.run?.log, state.run?.points] : [],
    draw: () => isTab("log") && showLog(state),
  },
  { of: () => [isTab("kernels")], draw: () => isTab("kernels") && openKernels() },
];

/** The parts to draw, in the order in which they became due. */
const due = new Set<Part>();

/** Draws what has changed, in the next frames. */
function render(): void {
  if (due.size === 0) requestAnimationFrame(drawDue);
  for (const part of PARTS) due.add(part);
}

/** Draws parts until a frame's time is used up. */
function drawDue(): void {
  const begin = performance.now();
  for (const part of due) {
    due.delete(part);
    const shown = part.of();
    if (part.drawn && isEqual(part.drawn, shown)) continue;
    part.drawn = shown;
    part.draw();
    if (performance.now() - begin > 6) break;
  }
  if (due.size > 0) requestAnimationFrame(drawDue);
}

function isEqual(one: unknown[], other: unknown[]): boolean {
  return one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
}

function drawAnswer(): void {
  const { digit, source } = state.pad;
  const label = labelOnPad(state);
  const values = passOfPad();
  paintDigit(element("seen", HTMLCanvasElement), digit ?? new Uint8Array(784), isDark());
  const [digitText, text, verdict] = ["answer-digit", "answer-text", "verdict"].map((id) =>
    element(id, HTMLElement)
  );
  const isReady = digit !== undefined && values !== undefined && !isUntrained(state);
  const best = isReady ? predictedClass(values.x3) : undefined;
  write(digitText, best === undefined ? "" : String(best));
  write(
    text,
    digit === undefined
      ? "Draw something"
      : best === undefined
      ? "Not trained yet"
      : percent(values!.p[best]),
  );
  const named = source === "data" ? "A test digit:" : "You say:";
  const mark = best === undefined ? "" : best === label ? " ✓" : " ✗";
  write(
    verdict,
    label !== undefined ? `${named} ${label}${mark}` : source === "photo" ? "from a photo" : "",
  );
  const isLimited = HEADS[shownNet(state)?.architecture.head ?? "softmax"].output.bound < Infinity;
  text.title = isLimited ? "No answer of this net exceeds 45.1%: see the preset notebook" : "";
}

/** Tells screen readers the answer, once the drawing rests. */
let announcing: ReturnType<typeof setTimeout> | undefined;

function announceSoon(): void {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    const [digit, text] = ["answer-digit", "answer-text"]
      .map((id) => element(id, HTMLElement).textContent);
    write(element("announcement", HTMLElement), digit ? `The net says ${digit}, ${text}` : text!);
  }, 600);
}

// The Workers' reports

function order(order: TrainerOrder, transfer: Transferable[] = []): void {
  trainer.postMessage(order, transfer);
}

function ask(order: ExaminerOrder, transfer: Transferable[] = []): void {
  examiner.postMessage(order, transfer);
}

trainer.onmessage = ({ data: report }: MessageEvent<TrainerReport>) => {
  const { run } = state;
  switch (report.kind) {
    case "busy":
      state.busy = report.what;
      break;
    case "notice":
      addNotice(report.line);
      break;
    case "log":
      if (run) run.log = [...run.log, report.line];
      break;
    case "loading":
      state.loading = report.what;
      break;
    case "opened": {
      const { dataset, trainRows, isPartial } = report;
      const isFree = run !== undefined && run.iteration > 0; // on the first rows
      const wantsTraining = state.isTraining;
      state.data = { name: dataset, trainRows, isPartial };
      if (!isPartial) state.loading = undefined;
      forgetImages();
      if (dataset !== "mnist" && state.draft.data === "auto") {
        addNotice("Not MNIST: its files are missing, so the page trains on digits that it draws.");
      }
      if (!state.pad.digit) ask({ kind: "digit" });
      if (isFree) {
        addNotice(`All ${count(trainRows)} training digits are here: a new run uses them.`);
        break;
      }
      beginRun();
      if (wantsTraining) setTraining(true);
      break;
    }
    case "device":
      if (run) run.device = report.device;
      break;
    case "began":
      state.run = {
        settings: requested,
        initial: report.model,
        model: report.model,
        iteration: 0,
        iterations: report.iterations,
        progress: undefined,
        device: undefined,
        measured: undefined,
        evaluations: [],
        log: [],
        points: [],
        batch: undefined,
        isOver: false,
        isChanged: state.data!.isPartial,
        isBroken: false,
      };
      if (state.data!.isPartial) {
        const rows = count(state.data!.trainRows);
        state.run.log = [`Trains on the first ${rows} digits alone: the others are on their way.`];
      }
      state.examination = undefined;
      examine(true);
      break;
    case "progress": {
      if (!run) break;
      const { model, ...progress } = report;
      Object.assign(run, { model, progress, iteration: report.iteration });
      run.iterations = report.iterations;
      if (run.points.at(-1)?.iteration !== report.iteration) {
        run.points = withPoint(run.points, report);
      }
      examine(false);
      break;
    }
    case "evaluated":
      if (run) run.evaluations = [...run.evaluations, report];
      break;
    case "batch":
      if (run) run.batch = report.batch;
      break;
    case "measured":
      if (!run) break;
      run.measured = report;
      examine(true);
      break;
    case "taught": {
      const { label, steps, model } = report;
      const number = `${steps} ${steps === 1 ? "step" : "steps"}`;
      state.lesson = `Trained ${number} on it.`;
      if (!model) {
        change(`After step ${count(run!.iteration)}: ${number} on a digit named ${label}`);
      } else if (state.file) {
        const name = state.file.name.replace(/(, changed)?$/, ", changed");
        state.file = { name, model };
        examine(true);
      }
      if (run && !model) run.measured = undefined;
      break;
    }
    case "finished":
      if (run) run.isOver = true;
      state.isTraining = false;
      break;
    case "failed":
      state.isTraining = false;
      state.failure = report.message;
      if (run) run.isBroken = true;
  }
  render();
};

examiner.onmessage = ({ data: report }: MessageEvent<ExaminerReport>) => {
  switch (report.kind) {
    case "digit":
      showGiven(report);
      return announceSoon();
    case "photo":
      state.failure = undefined;
      showGiven({ image: report.digit, picture: report.picture });
      announceSoon();
      break;
    case "images":
      return keepImages(report.rows, report.images);
    case "examined":
      isExamining = false;
      state.examination = report;
      break;
    case "augmented":
      state.sheet = report.sheet;
      isSheetDue = false;
      if (nextSheet) requestSheet(nextSheet);
      break;
    case "failed":
      if (report.of === "examine") isExamining = false;
      if (report.of === "photo") state.failure = report.message;
      else addNotice(report.message);
  }
  render();
};

for (const worker of [trainer, examiner]) {
  worker.onerror = (event) => {
    addNotice(`A Worker of the page failed: ${event.message}`);
    render();
  };
}

let isExamining = false;
let lastExamination = 0;

/** Examines the shown net, on all of its test digits if it rests. */
function examine(isAtRest: boolean): void {
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

/** Whether the examiner is working on a sheet of augmented images. */
let isSheetDue = false;
/** The settings for the next sheet, if they changed since. */
let nextSheet: Settings | undefined;

/** Requests a sheet of augmented images, after the one that the examiner is working on. */
function requestSheet(settings: Settings): void {
  nextSheet = isSheetDue ? settings : undefined;
  if (isSheetDue || settings.augment === "none") return;
  isSheetDue = true;
  const { seed, augment } = settings;
  ask({ kind: "augment", augment: AUGMENTATIONS[augment].of(settings), seed });
}

// Runs

/** The settings of the run that the trainer was asked to prepare. */
let requested = state.draft;

/** Prepares the run that the settings describe. The visitor starts it. */
function beginRun(): void {
  const { run, draft } = state;
  if (run && draft.data !== run.settings.data) return location.assign(linkOf(draft));
  keepCurve(run);
  requested = draft;
  state.isTraining = false;
  state.failure = state.invalid = undefined;
  showSettings(draft);
  history.replaceState(null, "", linkOf(draft));
  order({ kind: "reset", options: trainingOptions(draft), backend: draft.backend });
  requestSheet(draft);
  render();
}

/** Keeps a run's curve beside the next one's. */
function keepCurve(run: RunView | undefined): void {
  if (!run || run.points.length < 2) return;
  const name = nameOfRun(run.settings) + (run.isChanged ? ", changed" : "");
  state.earlier = [...state.earlier, { name, points: run.points }].slice(-MOST_EARLIER);
}

function setTraining(value: boolean): void {
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
function sendTraining(): void {
  const { isTraining, isHidden } = state;
  const stepsPerSecond = state.draft.stepsPerSecond;
  order(isTraining && !isHidden ? { kind: "train", stepsPerSecond } : { kind: "pause" });
  render();
}

/** Notes that the run is no longer the one that its settings describe. */
function change(line: string): void {
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
    if (!state.data) return;
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

// Settings

onSettings((settings) => {
  const { run, draft } = state;
  state.draft = settings;
  state.invalid = undefined;
  const isNew = run === undefined || run.iteration === 0 && !state.isTraining;
  const { learningRate } = settings;
  if (settings.augment !== "none") requestSheet(settings);
  if (isNew) {
    if (!isSameRun(settings, draft) && state.data) return beginRun();
  } else if (
    isSameRun(settings, { ...draft, learningRate }) && learningRate !== draft.learningRate
  ) {
    change(`Step ${count(run.iteration)}: learning rate ${draft.learningRate} → ${learningRate}`);
    order({ kind: "rate", learningRate });
    run.settings = { ...run.settings, learningRate };
  }
  if (state.isTraining && settings.stepsPerSecond !== draft.stepsPerSecond) sendTraining();
  history.replaceState(null, "", linkOf(settings));
  render();
}, (message) => {
  state.invalid = message;
  render();
});

/** Returns the page's address with these settings, and what the page shows besides. */
function linkOf(settings: Settings): string {
  const parts = [queryOfSettings(settings)];
  if (state.tab !== "mistakes") parts.push(`tab=${state.tab}`);
  if (query.get("drawer") === "off") parts.push("drawer=off");
  const text = parts.filter((part) => part !== "").join("&");
  return `${location.pathname}${text && `?${text}`}`;
}

function openDrawer(isOpen: boolean): void {
  show(element("drawer", HTMLElement), isOpen);
  button("settings-button").setAttribute("aria-expanded", String(isOpen));
}

button("settings-button").addEventListener("click", () => {
  const isOpen = element("drawer", HTMLElement).hidden === true;
  openDrawer(isOpen);
  if (isOpen) element("preset", HTMLSelectElement).focus();
});
button("drawer-close").addEventListener("click", () => {
  openDrawer(false);
  button("settings-button").focus();
});
show(button("settings-button"), query.get("drawer") !== "off");

button("share").addEventListener("click", async () => {
  const shared = element("shared", HTMLElement);
  try {
    await navigator.clipboard.writeText(location.href);
    shared.textContent = "Copied.";
    setTimeout(() => shared.textContent = "", PASSING);
  } catch {
    shared.textContent = location.href; // browsers offer a clipboard only in secure contexts
  }
});

// The pad

onDrawing((shown) => {
  const { pad } = state;
  if (shown.digit !== pad.digit || shown.label !== pad.label || shown.source !== pad.source) {
    state.pad = shown;
    announceSoon();
  }
  render();
});

function findPhoto(file: Blob): void {
  ask({ kind: "photo", file });
}

const pad = element("draw", HTMLElement);
const photo = element("photo", HTMLInputElement);
photo.addEventListener("change", () => {
  const file = photo.files?.[0];
  if (file) findPhoto(file);
  photo.value = ""; // so that the same file can be chosen again
});
addEventListener("paste", ({ clipboardData }) => {
  const file = [...clipboardData?.files ?? []].find(({ type }) => type.startsWith("image/"));
  if (file) findPhoto(file);
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  pad.classList.add("over");
});
addEventListener("dragleave", () => pad.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  pad.classList.remove("over");
  const [file] = event.dataTransfer?.files ?? [];
  if (file) findPhoto(file);
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

// The net's units, mistakes and confusion

onUnit((layer, index) => {
  const { unit } = state;
  const isOpen = unit?.layer === layer && unit.index === index;
  state.unit = isOpen ? undefined : { layer, index };
  render();
});
function closeUnit(): void {
  const opener = document.querySelector<HTMLElement>("#picture [aria-expanded=true]");
  state.unit = undefined;
  opener?.focus();
  render();
}
button("unit-close").addEventListener("click", closeUnit);
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  if (state.unit) return closeUnit();
  if (!element("drawer", HTMLElement).hidden) button("drawer-close").click();
});

prepareNamed({
  onName(label) {
    const { digit } = state.pad;
    if (!digit) return;
    state.named = withDigit(state.named, { image: digit, label });
    state.lesson = isUntrained(state) ? "The net is not trained yet." : "";
    if (!isUntrained(state)) {
      const { file, named } = state;
      order({ kind: "teach", named, file: file?.model });
    }
    render();
  },
  onDigit: (image) => showGiven({ image }),
  onRemove(digit) {
    state.named = state.named.filter((other) => other !== digit);
    render();
  },
}, () => state.named);

prepareExamined({
  needImages: (rows) => ask({ kind: "images", rows }),
  onDigit: (image, label) => showGiven({ image, label }),
  onCell(label, answer) {
    state.cell = { label, answer };
    render();
  },
});

// Tabs

function chooseTab(name: string): void {
  state.tab = name;
  if (state.run) history.replaceState(null, "", linkOf(state.draft));
  render();
}
onTab(chooseTab);

/** Whether the kernels are shown; each attempt to load them has an address of its own. */
let kernels: "shown" | number = 0;

async function openKernels(): Promise<void> {
  if (kernels === "shown") return;
  const status = element("kernels-status", HTMLElement);
  try {
    // Browsers remember that a module could not be loaded, by its address.
    const { showKernels } = await import(new URL(`${KERNELS}?${kernels++}`, import.meta.url).href);
    showKernels(element("kernel-list", HTMLDivElement));
    kernels = "shown";
    write(status, "");
  } catch {
    write(
      status,
      "The kernels cannot be loaded now. Choose another tab and come back when online.",
    );
  }
}

// Files

for (const format of ["safetensors", "onnx"] as const) {
  button(`save-${format}`).addEventListener("click", () => {
    const { file, run, data } = state;
    if (file) return saveModel(file.model, format);
    if (!run) return;
    saveModel(savedModel(run, data!.name), format);
  });
}

/** Returns the run's net with what a file says of it. */
function savedModel(run: RunView, dataset: string): SavedModel {
  const { model, device, settings, measured, progress, iteration, isChanged, log } = run;
  const isMeasured = run.isOver && measured?.iteration === iteration;
  // A run has no device before its first step.
  const record = device && {
    dataset,
    device: device.name,
    backend: device.backend,
    options: trainingOptions(settings),
    ...isChanged && { initFrom: `a run that was changed in the page: ${log.join(" ")}` },
    ...isMeasured && {
      result: { iterations: iteration, seconds: progress!.seconds, ...pick(measured.measures) },
    },
  };
  return { ...model, run: record };
}

function pick({ accuracy, loss }: { accuracy: number; loss: number }) {
  return { accuracy, loss };
}

onLoad((model, name) => {
  state.file = { model, name };
  const { hidden } = model.architecture;
  element("loaded", HTMLElement).textContent = `The page now shows ${name}: ${
    hidden.join(" and ")
  } hidden units.`;
  examine(true);
  render();
}, (message) => element("loaded", HTMLElement).textContent = message);
button("unload").addEventListener("click", () => {
  state.file = undefined;
  element("loaded", HTMLElement).textContent = "";
  button("start").focus();
  examine(!state.isTraining);
  render();
});

// The beginning

function addNotice(line: string): void {
  if (!state.notices.includes(line)) state.notices = [...state.notices, line];
}
button("notice-close").addEventListener("click", () => {
  state.notices = [];
  render();
});
onColorScheme(render);

showSettings(state.draft);
element("blocked", HTMLParagraphElement).remove();
element("app", HTMLElement).hidden = false;
if (!isSecureContext) {
  addNotice(
    "No WebGPU: browsers offer it only to pages from https:// or from this computer. " +
      "The page trains on one thread of the CPU.",
  );
}
render();
const folder = document.querySelector<HTMLMetaElement>("meta[name=mnist]")?.content;
const { port1, port2 } = new MessageChannel();
ask({ kind: "listen", trainer: port1 }, [port1]);
order({
  kind: "open",
  folder: folder && state.draft.data === "auto" ? new URL(folder, location.href).href : undefined,
  examiner: port2,
}, [port2]);

/// <reference lib="webworker" />
/** The Worker that trains: it executes the page's orders and reports its progress. */
import type { Dataset } from "../lib/data/dataset.ts";
import { createEngine, type DeviceChoice } from "../lib/engine/create.ts";
import type { Backend, Engine } from "../lib/engine/engine.ts";
import { flatParameters } from "../lib/net/architecture.ts";
import { parameterViews } from "../lib/net/maths.ts";
import type { TrainingOptions } from "../lib/training/options.ts";
import { compareOnBatch } from "./batch_of.ts";
import { pupilOf, teach } from "./lesson.ts";
import type { ExaminerTask, TrainerOrder, TrainerReport } from "./messages.ts";
import { openData } from "./open_data.ts";
import { type Report, Run, SteeredEngine } from "./run.ts";

/** Rows of an evaluation on all test rows between two checks for messages. */
const PIECE_ROWS = 2000;
/** One core is left for the page: otherwise some of its frames would be late. */
const THREADS = Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1);

const page = globalThis as unknown as {
  onmessage: (event: MessageEvent<TrainerOrder>) => void;
  postMessage(report: TrainerReport, transfer?: Transferable[]): void;
};

/** The page's orders that are not executed yet. `work` executes them one after the other. */
const pending = {
  reset: undefined as { options: TrainingOptions; backend: Backend } | undefined,
  stepsPerSecond: 0,
  singleSteps: 0,
  lessons: [] as Extract<TrainerOrder, { kind: "teach" }>[],
};

let data: Dataset;
let examiner: MessagePort;
let run: Run | undefined;
let backend: Backend;
/** The engine, which may still be compiling. */
let engine: { madeFor: string; making: Promise<Engine>; steered?: SteeredEngine } | undefined;
/** Stops waiting for it. */
let interrupt = () => {};
/** A report whose steps are queued, while the one before is awaited. */
let ahead: Promise<Report> | undefined;
/** Steps and seconds at the last report. */
let reported = { iteration: 0, seconds: 0 };
/** Number of devices that the run has lost. */
let losses = 0;
/** The step after which the net was last evaluated on all test rows. */
let measuredAt = 0;
let isWorking = false;

page.onmessage = async ({ data: order }) => {
  switch (order.kind) {
    case "open":
      examiner = order.examiner;
      // While it loads, runs on the first rows are possible.
      guarded(() => open(order.folder));
      return;
    case "reset":
      pending.reset = order;
      pending.stepsPerSecond = pending.singleSteps = 0;
      pending.lessons = [];
      interrupt();
      break;
    case "train":
      pending.stepsPerSecond = order.stepsPerSecond;
      break;
    case "pause":
      pending.stepsPerSecond = pending.singleSteps = 0;
      interrupt();
      break;
    case "step":
      pending.singleSteps++;
      break;
    case "teach":
      pending.lessons.push(order);
      break;
    case "rate":
      if (run && !pending.reset) run.learningRate = order.learningRate;
      break;
    case "extend":
      run?.extend();
  }
  if (data && !isWorking) {
    isWorking = true;
    await guarded(work);
    isWorking = false;
  }
};

/** Runs a task. If it fails, reports the error and ends the run; the page can order a new one. */
async function guarded(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    pending.stepsPerSecond = pending.singleSteps = 0;
    pending.lessons = [];
    run = undefined;
    await discardEngine();
    page.postMessage({ kind: "failed", message: (error as Error).message });
  }
  page.postMessage({ kind: "busy", what: undefined });
}

async function open(folder: string | undefined): Promise<void> {
  page.postMessage({ kind: "busy", what: "Loading the digits" });
  const whole = await openData(folder, {
    onFirstRows: (rows) => use(rows, true),
    onNotice: (line) => page.postMessage({ kind: "notice", line }),
    onProgress: (what) => page.postMessage({ kind: "loading", what }),
  });
  use(whole, false);
}

/** Makes the next runs train on a data set. */
function use(loaded: Dataset, isPartial: boolean): void {
  data = loaded;
  examiner.postMessage({ kind: "data", data } satisfies ExaminerTask);
  const { name: dataset, trainRows } = data;
  page.postMessage({ kind: "opened", dataset, trainRows, isPartial });
}

/** Executes orders until none is left. A run whose device fails goes on with another one. */
async function work(): Promise<void> {
  while (true) {
    try {
      return await workOn();
    } catch (error) {
      await discardEngine();
      if (!run || !canGoOn(error)) throw error;
      run.close();
      ahead = undefined;
      reported = { iteration: run.savedIteration, seconds: reported.seconds };
      losses++;
      if (losses > 1) backend = "cpu";
      page.postMessage({
        kind: "log",
        line: `The device failed (${(error as Error).message}). Training goes on from step ` +
          `${run.savedIteration.toLocaleString("en")}${losses > 1 ? " on the CPU" : ""}.`,
      });
    }
  }
}

/** Returns whether another device may do better: not if the options are wrong or the loss diverged. */
function canGoOn(error: unknown): boolean {
  return engineWasMade && losses < 3 && !(error instanceof RangeError) &&
    (error as Error).name !== "DivergedError";
}

/** Whether the run has had an engine: if none can be created, no other one is tried. */
let engineWasMade = false;

async function workOn(): Promise<void> {
  while (true) {
    if (pending.reset) begin(pending.reset);
    const lesson = ahead ? undefined : pending.lessons.shift();
    if (lesson) {
      await giveLesson(lesson);
      continue;
    }
    const isOver = !run || run.isOpen && run.iteration >= run.iterations;
    if (isOver) pending.stepsPerSecond = pending.singleSteps = 0;
    if (pending.stepsPerSecond === 0 && pending.singleSteps === 0 && !ahead) {
      if (run?.isOpen && measuredAt !== run.iteration) await measure(run);
      else return;
    } else if (!run!.isOpen) await openRun(run!);
    else await takeSteps(run!);
  }
}

function begin(order: { options: TrainingOptions; backend: Backend }): void {
  pending.reset = undefined;
  backend = order.backend;
  page.postMessage({ kind: "busy", what: "Drawing the initial weights" });
  run = undefined;
  run = new Run(data, order.options);
  ahead = undefined;
  reported = { iteration: 0, seconds: 0 };
  losses = measuredAt = 0;
  engineWasMade = false;
  page.postMessage({ kind: "began", iterations: run.iterations, model: run.model });
}

/** Opens a run on an engine for it, unless an order interrupts the compilation. */
async function openRun(run: Run): Promise<void> {
  const needed = run.engineOptions;
  const madeFor = JSON.stringify({ ...needed, backend });
  page.postMessage({ kind: "busy", what: "Compiling the kernels" });
  if (engine?.madeFor !== madeFor) {
    await discardEngine();
    const onChoice = (choice: DeviceChoice) => {
      const line = whyCpu(choice);
      if (line) page.postMessage({ kind: "log", line });
    };
    const making = createEngine({ ...needed, backend, threads: THREADS, onChoice });
    engine = { madeFor, making };
    making.catch(() => {}); // nothing awaits it after an interruption
  }
  const interrupted = new Promise<undefined>((resolve) => interrupt = () => resolve(undefined));
  const made = await Promise.race([engine.making, interrupted]);
  interrupt = () => {};
  if (!made) {
    const line = "Compiling was interrupted: Start continues it.";
    return page.postMessage({ kind: "log", line });
  }
  engine.steered ??= new SteeredEngine(made);
  engineWasMade = true;
  page.postMessage({ kind: "device", device: made.device });
  const isNew = run.savedIteration === 0;
  const { evaluated } = await run.open(engine.steered);
  if (isNew) post(run, { ...await run.measureFixedRows(), model: run.model, evaluated }, NaN);
}

/** Teaches a net a named digit. The run then goes on from the net that it has become. */
async function giveLesson({ named, file }: typeof pending.lessons[number]): Promise<void> {
  page.postMessage({ kind: "busy", what: "Learning your digit" });
  let lesson;
  try {
    const pupil = file ? pupilOf(file) : run?.saved && {
      options: run.engineOptions,
      state: run.saved,
      learningRate: run.learningRate,
    };
    if (!pupil) return; // the run has not begun
    const rows = run?.split.train ?? Uint32Array.from({ length: data.trainRows }, (_, row) => row);
    lesson = await teach(pupil, named, data, rows);
  } catch (error) {
    const line = `The net cannot learn this digit: ${(error as Error).message}`;
    return page.postMessage({ kind: "notice", line });
  }
  const { steps, state } = lesson;
  const digit = named.at(-1)!;
  if (file) {
    const parameters = parameterViews(file.architecture, state.parameters);
    const model = { ...file, parameters };
    return page.postMessage({ kind: "taught", digit, steps, model });
  }
  run!.replace(state);
  await openRun(run!);
  page.postMessage({ kind: "taught", digit, steps, model: undefined });
  if (!run!.isOpen) return; // interrupted
  const measures = await run!.measureFixedRows();
  post(run!, { ...measures, model: run!.model, evaluated: [] }, NaN);
  measuredAt = -1;
}

/** Says why a GPU is not used, if there is one. */
function whyCpu({ reason, adapter, trial, failure }: DeviceChoice): string | undefined {
  const time = (milliseconds = NaN) => milliseconds.toPrecision(2);
  switch (reason) {
    case "slower":
      return `${adapter?.name} takes ${time(trial?.adapter)} ms a step, the CPU ` +
        `${time(trial?.cpu)} ms, so training uses the CPU.`;
    case "wrong":
      return `${adapter?.name} computes wrong results, so training uses the CPU.`;
    case "failed":
      return `The GPU failed (${failure}), so training uses the CPU.`;
  }
}

/** Frees the engine; one that is still compiling is freed when it is made. */
async function discardEngine(): Promise<void> {
  const discarded = engine;
  engine = undefined;
  const freed = discarded?.making.then((engine) => engine[Symbol.asyncDispose]())
    .catch(() => {}); // freeing a device that failed may fail as well
  if (discarded?.steered) await freed;
}

async function takeSteps(run: Run): Promise<void> {
  const { stepsPerSecond, singleSteps } = pending;
  const isSingle = singleSteps > 0 && !ahead;
  page.postMessage({ kind: "busy", what: "Training" });
  if (isSingle) pending.singleSteps--;
  const before = run.model;
  const step = isSingle ? run.nextStep() : undefined;

  const current = ahead ?? run.report(isSingle ? 1 : Math.max(1, Math.round(stepsPerSecond / 12)));
  // At full speed, queue more, so that the device has work while this waits.
  const isAhead = stepsPerSecond === Infinity && singleSteps === 0 && run.canQueueAhead &&
    pending.lessons.length === 0;
  ahead = isAhead ? run.report() : undefined;
  ahead?.catch(() => {}); // if `current` fails, nothing awaits it
  const report = await current;
  const taken = report.iteration - reported.iteration;
  const milliseconds = 1000 * (report.seconds - reported.seconds);
  reported = report;
  post(run, report, milliseconds / taken);
  if (step) page.postMessage({ kind: "batch", batch: compareOnBatch(run, step, before) });
  if (report.iteration >= run.iterations) page.postMessage({ kind: "finished" });
  // Lets orders arrive, and limits the speed.
  const isLimited = !isSingle && stepsPerSecond > 0 && stepsPerSecond < Infinity;
  const pause = isLimited ? 1000 * taken / stepsPerSecond - milliseconds : 0;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, pause)));
}

function post(
  run: Run,
  { evaluated, test, training, model }: Pick<Report, "evaluated" | "test" | "training" | "model">,
  millisecondsPerStep: number,
): void {
  for (const { iteration, learningRate: _, ...metrics } of evaluated) {
    const measures = { ...metrics, rows: run.evalSize };
    page.postMessage({ kind: "evaluated", iteration, measures });
  }
  const { iterations, epochs } = run;
  const { iteration, seconds } = reported;
  const { architecture, scale } = model;
  const copy = flatParameters(architecture, model.parameters);
  const sent = { architecture, scale, parameters: parameterViews(architecture, copy) };
  page.postMessage({
    kind: "progress",
    ...{ iteration, iterations, model: sent, epochs, seconds, millisecondsPerStep, test, training },
  }, [copy.buffer]); // otherwise the page's thread would copy it
}

/** Evaluates a net at rest on all test rows, unless an order arrives meanwhile. */
async function measure(run: Run): Promise<void> {
  const { test } = run.split;
  let [correct, loss] = [0, 0];
  for (let from = 0; from < test.length; from += PIECE_ROWS) {
    const measures = await run.evaluate(test.subarray(from, from + PIECE_ROWS));
    correct += measures.accuracy * measures.rows;
    loss += measures.loss * measures.rows;
    await new Promise((resolve) => setTimeout(resolve, 0));
    const { reset, stepsPerSecond, singleSteps, lessons } = pending;
    if (reset || stepsPerSecond > 0 || singleSteps > 0 || lessons.length > 0) return;
  }
  measuredAt = run.iteration;
  const rows = test.length;
  const measures = { accuracy: Math.round(correct) / rows, loss: loss / rows, rows };
  page.postMessage({ kind: "measured", iteration: run.iteration, measures });
}

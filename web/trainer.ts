/// <reference lib="webworker" />
/** The Worker that trains: it executes the page's orders and reports its progress. */
import { DataUnavailableError } from "../lib/data/errors.ts";
import type { Dataset } from "../lib/data/dataset.ts";
import { fetchMnist } from "../lib/data/fetch_mnist.ts";
import { syntheticDigits } from "../lib/data/synthetic.ts";
import { createEngine } from "../lib/engine/create.ts";
import type { Backend, Engine } from "../lib/engine/engine.ts";
import type { Model } from "../lib/net/architecture.ts";
import { type Advance, engineOptions, Trainer } from "../lib/training/trainer.ts";
import type { Metrics } from "../lib/training/metrics.ts";
import { checkAgainstRows, type TrainingOptions } from "../lib/training/options.ts";
import type { ExaminerTask, TrainerOrder, TrainerReport } from "./messages.ts";

/**
 * Number of test rows for the evaluations between a run's own. The rows are fixed: sampling them would
 * change the run's random numbers.
 */
const FIXED_ROWS = 500;
/** Number of test rows that the examiner compares at each of the run's evaluations, but the last. */
const EXAMINED_ROWS = 1000;
/** One core is left for the page: otherwise some of its frames would be late. */
const THREADS = Math.max(1, navigator.hardwareConcurrency - 1);
/** Fewer than MNIST's: these take 0.2 s to draw, MNIST's numbers 1 s. */
const SYNTHETIC = { trainRows: 12_000, testRows: 2_000 };

const page = globalThis as unknown as {
  onmessage: (event: MessageEvent<TrainerOrder>) => void;
  postMessage(report: TrainerReport): void;
};

/** The page's orders that are not executed yet. `work` executes them one after the other. */
const wanted = {
  reset: undefined as { options: TrainingOptions; backend: Backend } | undefined,
  stepsPerSecond: 0,
  singleSteps: 0,
};

let data: Dataset;
let examiner: MessagePort;
let run: Trainer | undefined;
/** The next report of the run, if its steps are already queued. */
let ahead: Promise<Report> | undefined;
/** The steps and the seconds of the latest report. */
let reported = { iteration: 0, seconds: 0 };
let backend: Backend;
let options: TrainingOptions;
let engine: { engine: Engine; madeFor: string } | undefined;
let isWorking = false;

page.onmessage = async ({ data: order }) => {
  switch (order.kind) {
    case "open":
      examiner = order.examiner;
      await guarded(() => open(order.folder));
      break;
    case "reset":
      wanted.reset = order;
      wanted.stepsPerSecond = wanted.singleSteps = 0;
      break;
    case "train":
      wanted.stepsPerSecond = order.stepsPerSecond;
      break;
    case "pause":
      wanted.stepsPerSecond = wanted.singleSteps = 0;
      break;
    case "step":
      wanted.singleSteps++;
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
    wanted.stepsPerSecond = wanted.singleSteps = 0;
    run = ahead = undefined;
    page.postMessage({ kind: "failed", message: (error as Error).message });
  }
  page.postMessage({ kind: "busy", what: undefined });
}

async function open(folder: string | undefined): Promise<void> {
  page.postMessage({ kind: "busy", what: "Loading the digits" });
  data = await openData(folder);
  examiner.postMessage({ kind: "data", data } satisfies ExaminerTask);
  page.postMessage({ kind: "opened", dataset: data.name });
}

async function openData(folder: string | undefined): Promise<Dataset> {
  if (folder === undefined) return syntheticDigits(SYNTHETIC);
  const files = new Map<string, { bytes: number; total?: number }>();
  const megabytes = (of: "bytes" | "total") =>
    Array.from(files.values()).reduce((sum, file) => sum + (file[of] ?? 0), 0) / 1e6;
  try {
    return await fetchMnist(folder, {
      attempts: 2,
      onNotice: (line) => page.postMessage({ kind: "notice", line }),
      onProgress(progress) {
        files.set(progress.file, progress);
        const isKnown = files.size === 4 && Array.from(files.values()).every(({ total }) => total);
        const of = isKnown ? ` of ${megabytes("total").toFixed(0)}` : "";
        const what = `Loading MNIST, ${megabytes("bytes").toFixed(0)}${of} MB`;
        page.postMessage({ kind: "busy", what });
      },
    });
  } catch (error) {
    if (!(error instanceof DataUnavailableError)) throw error;
    page.postMessage({ kind: "notice", line: error.message });
    return syntheticDigits(SYNTHETIC);
  }
}

/** Executes orders until none is left. */
async function work(): Promise<void> {
  while (true) {
    if (wanted.reset) {
      ({ options, backend } = wanted.reset);
      wanted.reset = undefined;
      begin();
    }
    const isOver = !run || run.isOpen && run.iteration === run.iterations;
    if (isOver) wanted.stepsPerSecond = wanted.singleSteps = 0;
    if (wanted.stepsPerSecond === 0 && wanted.singleSteps === 0 && !ahead) return;
    if (!run!.isOpen) await openRun(run!);
    else await takeSteps(run!);
  }
}

function begin(): void {
  page.postMessage({ kind: "busy", what: "Drawing the initial weights" });
  checkAgainstRows(options, {
    train: data.trainRows,
    test: data.labels.length - data.trainRows,
  });
  if (options.patience > 0) {
    throw new RangeError(
      `The page cannot stop early: patience must be 0, not ${options.patience}`,
    );
  }
  run = new Trainer(data, options);
  ahead = undefined;
  reported = { iteration: 0, seconds: 0 };
  page.postMessage({
    kind: "began",
    iteration: 0,
    iterations: run.iterations,
    model: run.initial,
  });
  examine(run, run.initial, EXAMINED_ROWS);
}

async function openRun(run: Trainer): Promise<void> {
  const needed = engineOptions(options, data);
  const madeFor = JSON.stringify({ ...needed, backend });
  if (engine?.madeFor !== madeFor) {
    page.postMessage({ kind: "busy", what: "Compiling the kernels" });
    await engine?.engine[Symbol.asyncDispose]();
    engine = undefined;
    engine = { engine: await createEngine({ ...needed, backend, threads: THREADS }), madeFor };
  }
  page.postMessage({ kind: "device", device: engine.engine.device });
  page.postMessage({ kind: "busy", what: "Compiling the kernels" });
  report(await run.begin(engine.engine));
}

/** The state of a run after some steps. */
interface Report extends Advance {
  /** The evaluation on the fixed rows. */
  metrics: Metrics;
  model: Model;
  rows: number;
  seconds: number;
}

/** Queues steps and what is reported after them. All of it is read back at once. */
async function queueReport(run: Trainer, most?: number): Promise<Report> {
  const [advanced, metrics, model] = await Promise.all([
    run.advance(most).then((advance) => ({ ...advance, rows: run.rows, seconds: run.seconds })),
    run.evaluate(run.split.test.subarray(0, FIXED_ROWS)),
    run.read(),
  ]);
  return { ...advanced, metrics, model };
}

async function takeSteps(run: Trainer): Promise<void> {
  const { stepsPerSecond, singleSteps } = wanted;
  const isSingle = singleSteps > 0;
  page.postMessage({ kind: "busy", what: "Training" });
  const most = isSingle ? 1 : Math.max(1, Math.round(stepsPerSecond / 12));
  if (isSingle && !ahead) wanted.singleSteps--;

  const current = ahead ?? queueReport(run, most);
  // At full speed, queue more, so that the device has work while this waits.
  const isAhead = stepsPerSecond === Infinity && run.hasMeasured && run.queued < run.iterations;
  ahead = isAhead ? queueReport(run) : undefined;
  ahead?.catch(() => {}); // if `current` fails, nothing awaits it
  const { iteration, metrics, model, rows, seconds, ...advance } = await current;
  const taken = iteration - reported.iteration;
  const milliseconds = 1000 * (seconds - reported.seconds);
  reported = { iteration, seconds };
  report(advance);
  page.postMessage({
    kind: "progress",
    model,
    iteration,
    iterations: run.iterations,
    rows,
    seconds,
    millisecondsPerStep: milliseconds / taken,
    ...metrics,
  });
  if (advance.evaluated.length > 0) examine(run, model, EXAMINED_ROWS);
  if (iteration === run.iterations) {
    const { accuracy, loss } = await run.evaluate(run.split.test);
    page.postMessage({ kind: "finished", accuracy, loss, seconds });
    examine(run, model, run.split.test.length);
  }
  // Lets orders arrive, and limits the speed.
  const pause = isSingle || stepsPerSecond === Infinity ? 0 : 1000 * taken / stepsPerSecond;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, pause - milliseconds)));
}

function report({ evaluated }: Pick<Advance, "evaluated">): void {
  for (const point of evaluated) page.postMessage({ kind: "evaluated", point });
}

function examine(run: Trainer, model: Model, rows: number): void {
  const task: ExaminerTask = {
    kind: "examine",
    model,
    rows: run.split.test.slice(0, rows),
    of: run.iteration === 0
      ? "the initial net"
      : `the net after ${run.iteration.toLocaleString("en")} steps`,
  };
  examiner.postMessage(task);
}

/** Many runs, one after the other, on as few engines as they need. */
import type { Dataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import type { Engine, EngineOptions } from "../engine/engine.ts";
import { parameterCount } from "../net/architecture.ts";
import { DistSampler } from "../random/dist_sampler.ts";
import type { FinishedEvent, ProgressEvent } from "./events.ts";
import { checkAgainstRows, type TrainingOptions } from "./options.ts";
import { totalIterations } from "./plan.ts";
import { DivergedError, engineOptions, train } from "./train.ts";

/** What to train. */
export interface SweptRuns {
  /** The data set of all runs. */
  data: Dataset;
  /** The options of each run, as returned by `resolveOptions`. */
  runs: readonly TrainingOptions[];
}

/** What `sweep` is told. */
export interface SweepPlan extends SweptRuns {
  /** Makes an engine for the next runs; it is disposed of when a run needs another, and at the end. */
  makeEngine: EngineMaker;
}

/** Makes an engine with these options. */
export type EngineMaker = (options: EngineOptions) => Promise<Engine>;

/** What a sweep yields. */
export type SweepEvent = SweepProgress | SweptRun;

/** How a run ended. */
export interface SweptRun {
  /** Which kind of event. */
  event: "run";
  /** The data set's name. */
  dataset: string;
  /** The run's options. */
  options: TrainingOptions;
  /** The kind of engine. */
  backend: string;
  /** The device's name. */
  device: string;
  /** Absent if the loss was no longer a finite number. */
  result?: SweptResult;
}

/** The result of a run. */
export interface SweptResult extends Pick<FinishedEvent, "iterations" | "seconds"> {
  /** On all test rows. */
  test: Score;
  /** On all validation rows, where there are any. */
  validation?: Score;
}

/** An accuracy, as a fraction, and a mean loss. */
export interface Score {
  /** A fraction, 0 to 1. */
  accuracy: number;
  /** Mean over the rows. */
  loss: number;
}

/** How far a run is, and which one. */
export interface SweepProgress extends ProgressEvent {
  /** The run's options. */
  options: TrainingOptions;
}

/**
 * Trains each run in turn. Runs that the same engine can serve follow each other, else in the
 * order given.
 *
 * @param plan The runs
 * @returns A `progress` event now and then, and a `run` event when one has ended; leaving the loop
 *   early gives up the run that is under way
 * @throws {OptionError} Before the first run, if one asks for more rows than there are
 * @throws {Error} If a device fails; a run that diverges is an event like others
 *
 * @example
 * ```ts
 * import { sweep } from "./sweep.ts";
 * import { resolveOptions } from "./options.ts";
 * import { createEngine } from "../engine/create.ts";
 * import { syntheticDigits } from "../data/synthetic.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const seeds: number[] = [];
 * const plan = {
 *   data: syntheticDigits({ trainRows: 60, testRows: 10 }),
 *   runs: [1, 2].map((seed) =>
 *     resolveOptions({ seed, iterations: 3, batchSize: 5, evalSize: 10, hidden: [4, 4] })
 *   ),
 *   makeEngine: (options: Parameters<typeof createEngine>[0]) =>
 *     createEngine({ ...options, backend: "cpu" }),
 * };
 * for await (const event of sweep(plan)) {
 *   if (event.event === "run") seeds.push(event.options.seed);
 * }
 * assertEquals(seeds, [1, 2]);
 * ```
 */
export async function* sweep(
  { data, runs, makeEngine }: SweepPlan,
): AsyncGenerator<SweepEvent, void> {
  await using trainer = new RunTrainer(data, makeEngine);
  for (const options of groupedRuns({ data, runs })) yield* trainer.train(options);
}

/**
 * The runs in the order of a sweep: those that one engine can serve follow each other.
 *
 * @param swept The runs
 * @returns The same runs
 * @throws {OptionError} If one asks for more rows than there are
 */
export function groupedRuns({ data, runs }: SweptRuns): TrainingOptions[] {
  const rows = { train: data.trainRows, test: data.labels.length - data.trainRows };
  for (const options of runs) checkAgainstRows(options, rows);
  return [...Map.groupBy(runs, (options) => engineKey(options, data)).values()].flat();
}

/** The same text for runs that one engine can serve. */
function engineKey(options: TrainingOptions, data: Dataset): string {
  return JSON.stringify(engineOptions(options, data));
}

/**
 * What a whole run has to compute, to weigh runs of different sizes against each other.
 *
 * @param options The run's
 * @param data Its data
 * @returns Multiply-adds, evaluations left out
 */
export function workOf(options: TrainingOptions, data: Dataset): number {
  const { architecture, batchSize } = engineOptions(options, data);
  const steps = totalIterations(options, data.trainRows - options.validation);
  return 3 * parameterCount(architecture) * batchSize * steps;
}

/** Trains one run after the other, and keeps the engine while the next run can use it. */
export class RunTrainer implements AsyncDisposable {
  readonly #data: Dataset;
  readonly #makeEngine: EngineMaker;
  #key = "";
  #engine: Engine | undefined;

  /**
   * @param data The data set of all runs
   * @param makeEngine Makes an engine for a run that the last engine cannot serve
   */
  constructor(data: Dataset, makeEngine: EngineMaker) {
    this.#data = data;
    this.#makeEngine = makeEngine;
  }

  /** Trains a run: `progress` events, then its `run` event. */
  async *train(options: TrainingOptions): AsyncGenerator<SweepEvent, void> {
    const key = engineKey(options, this.#data);
    if (key !== this.#key) {
      await this[Symbol.asyncDispose]();
      this.#engine = await this.#makeEngine(engineOptions(options, this.#data));
      this.#key = key;
    }
    yield* runOn(this.#engine!, this.#data, options);
  }

  /** Disposes of the engine. */
  async [Symbol.asyncDispose](): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#key = "";
    await engine?.[Symbol.asyncDispose]();
  }
}

async function* runOn(
  engine: Engine,
  data: Dataset,
  options: TrainingOptions,
): AsyncGenerator<SweepEvent, void> {
  const { backend, name } = engine.device;
  const run: SweptRun = { event: "run", dataset: data.name, options, backend, device: name };
  try {
    for await (const event of train({ data, engine, ...options })) {
      if (event.event === "progress") yield { ...event, options };
      if (event.event !== "finished") continue;
      const { iterations, seconds, accuracy, loss } = event;
      run.result = { iterations, seconds, test: { accuracy, loss } };
    }
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
  }
  if (run.result && options.validation > 0) {
    run.result.validation = await scoreOnValidation(engine, data, options);
  }
  yield run;
}

/** On all the rows held out: the evaluations on the way each saw but some of them. */
async function scoreOnValidation(
  engine: Engine,
  data: Dataset,
  { seed, threefry, split: kind, validation }: TrainingOptions,
): Promise<Score> {
  const sampler = new DistSampler(seed, { layout: threefry });
  engine.evaluate(splitDataset(data, sampler, { kind, validation }).validation);
  const [{ correct, rows, loss }] = await engine.settle();
  return { accuracy: correct / rows, loss };
}

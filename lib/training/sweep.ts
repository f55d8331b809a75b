/** Trains many runs in sequence, with as few engines as possible. */
import type { Dataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import type { Engine, EngineOptions } from "../engine/engine.ts";
import { parameterCount } from "../net/architecture.ts";
import { DistSampler } from "../random/dist_sampler.ts";
import type { FinishedEvent, ProgressEvent, TypedEvent } from "./events.ts";
import { checkAgainstRows, type TrainingOptions } from "./options.ts";
import { totalIterations } from "./plan.ts";
import { train } from "./train.ts";
import { DivergedError, engineOptions } from "./trainer.ts";

/** The runs of a sweep. */
export interface SweptRuns {
  /** The data set of all runs. */
  data: Dataset;
  /** The options of each run, as returned by `resolveOptions`. */
  runs: readonly TrainingOptions[];
}

/** The arguments of `sweep`. */
export interface SweepPlan extends SweptRuns {
  /** Creates an engine, which is disposed when a run needs a different one, and at the end. */
  makeEngine: EngineMaker;
}

/** Creates an engine with these options. */
export type EngineMaker = (options: EngineOptions) => Promise<Engine>;

/** An event of a sweep. */
export type SweepEvent = SweepProgress | SweptRun;

/** A finished run. */
export interface SweptRun extends TypedEvent<"run"> {
  /** The data set's name. */
  dataset: string;
  /** The run's options. */
  options: TrainingOptions;
  /** The kind of engine. */
  backend: string;
  /** The device's name. */
  device: string;
  /** Absent if the run diverged. */
  result?: SweptResult;
}

/** The result of a run. */
export interface SweptResult extends Pick<FinishedEvent, "iterations" | "seconds"> {
  /** The score on all test rows. */
  test: Score;
  /** The score on all validation rows, if there are any. */
  validation?: Score;
}

/** Accuracy and loss. */
export interface Score {
  /** A fraction, 0 to 1. */
  accuracy: number;
  /** Mean loss over the rows, in nats. */
  loss: number;
}

/** The progress of one run. */
export interface SweepProgress extends ProgressEvent {
  /** The run's options. */
  options: TrainingOptions;
}

/**
 * Trains the runs in sequence, grouping those that can share an engine, otherwise in the given
 * order.
 *
 * @param plan The runs
 * @returns `progress` events, and a `run` event when a run has finished; leaving the loop early
 *   abandons the current run
 * @throws {OptionError} Before the first run, if a run requires more rows than there are
 * @throws {Error} If a device fails; a run that diverges does not throw
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
 *   if (event.type === "run") seeds.push(event.options.seed);
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
 * Orders runs so that those that can share an engine are consecutive.
 *
 * @param swept The runs
 * @returns The same runs, reordered
 * @throws {OptionError} If a run requires more rows than there are
 */
export function groupedRuns({ data, runs }: SweptRuns): TrainingOptions[] {
  const rows = { train: data.trainRows, test: data.labels.length - data.trainRows };
  for (const options of runs) checkAgainstRows(options, rows);
  return [...Map.groupBy(runs, (options) => engineKey(options, data)).values()].flat();
}

/** Returns a key that is equal for runs that can share an engine. */
function engineKey(options: TrainingOptions, data: Dataset): string {
  return JSON.stringify(engineOptions(options, data));
}

/**
 * Estimates the work of a run, for progress displays.
 *
 * @param options The run's options
 * @param data Its data
 * @returns Multiply-adds, without evaluations
 */
export function workOf(options: TrainingOptions, data: Dataset): number {
  const { architecture, batchSize } = engineOptions(options, data);
  const steps = totalIterations(options, data.trainRows - options.validation);
  return 3 * parameterCount(architecture) * batchSize * steps;
}

/** Trains runs in sequence, and creates a new engine only if a run cannot use the current one. */
export class RunTrainer implements AsyncDisposable {
  readonly #data: Dataset;
  readonly #makeEngine: EngineMaker;
  #key = "";
  #engine: Engine | undefined;

  /**
   * @param data The data set of all runs
   * @param makeEngine Creates an engine when a run cannot use the current one
   */
  constructor(data: Dataset, makeEngine: EngineMaker) {
    this.#data = data;
    this.#makeEngine = makeEngine;
  }

  /** Trains a run; yields `progress` events, then its `run` event. */
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

/** Trains one run on an engine; a run that diverges ends without a result. */
async function* runOn(
  engine: Engine,
  data: Dataset,
  options: TrainingOptions,
): AsyncGenerator<SweepEvent, void> {
  const { backend, name } = engine.device;
  const run: SweptRun = { type: "run", dataset: data.name, options, backend, device: name };
  try {
    for await (const event of train({ data, engine, ...options })) {
      if (event.type === "progress") yield { ...event, options };
      if (event.type !== "finished") continue;
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

/** Evaluates on all held-out rows; the evaluations during training used samples of them. */
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

/** Trains many runs, one after the other or several at a time. */
import type { Dataset } from "../data/dataset.ts";
import type { Engine, EngineOptions } from "../engine/engine.ts";
import type { ProgressEvent, TypedEvent } from "./events.ts";
import { checkAgainstRows, type TrainingOptions } from "./options.ts";
import { resultOf, type RunRecord } from "./record.ts";
import { trainOn } from "./train.ts";
import { engineOptions } from "./engine_options.ts";
import { DivergedError, Trainer } from "./trainer.ts";

/** The arguments of `runAll`. */
export interface RunAllPlan {
  /** The data set of all runs. */
  data: Dataset;
  /** The options of each run, as returned by `resolveOptions`. */
  runs: readonly TrainingOptions[];
  /**
   * Number of runs at a time, each on a runner of its own.
   * @default 1
   */
  jobs?: number;
  /** Creates a runner, which is disposed at the end. */
  makeRunner: () => Runner;
  /** Abandons the current runs, and ends the stream at once. */
  signal?: AbortSignal;
}

/** Trains one run after the other, or several together. */
export interface Runner extends AsyncDisposable {
  /**
   * Prepares for a run. Returns the maximum number of runs that can train together with it, itself
   * included, if they can share an engine.
   */
  prepare(options: TrainingOptions): Promise<number>;
  /** Trains runs together; yields `progress` events, and a `run` event at the end of each. */
  train(runs: readonly TrainingOptions[]): AsyncGenerator<SweepEvent, void>;
}

/** Creates an engine with these options. */
export type EngineMaker = (options: EngineOptions) => Promise<Engine>;

/** An event of one of several runs. */
export type SweepEvent = SweepProgress | SweepRun;

/** A run has finished; without a result, it diverged. */
export interface SweepRun extends TypedEvent<"run">, RunRecord {}

/** The progress of one run. */
export interface SweepProgress extends ProgressEvent {
  /** The run's options. */
  options: TrainingOptions;
}

/**
 * Trains runs, and gives each the same bits as if it were alone. Groups those that can share an engine;
 * otherwise begins them in the given order.
 *
 * @param plan The runs
 * @returns The events of all runs as they arrive; leaving the loop early abandons the current runs
 * @throws {OptionError} Before the first run, if a run requires more rows than there are
 * @throws {Error} If a device fails; a run that diverges does not throw
 *
 * @example
 * ```ts
 * import { EngineRunner, runAll } from "./run_all.ts";
 * import { resolveOptions } from "./options.ts";
 * import { createEngine } from "../engine/create.ts";
 * import { syntheticDigits } from "../data/synthetic.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = syntheticDigits({ trainRows: 60, testRows: 10 });
 * const runs = [1, 2].map((seed) =>
 *   resolveOptions({ seed, iterations: 3, batchSize: 5, evalSize: 10, hidden: [4, 4] })
 * );
 * const makeRunner = () =>
 *   new EngineRunner(data, (options) => createEngine({ ...options, backend: "cpu" }));
 * const seeds: number[] = [];
 * for await (const event of runAll({ data, runs, makeRunner })) {
 *   if (event.type === "run") seeds.push(event.options.seed);
 * }
 * assertEquals(seeds, [1, 2]);
 * ```
 */
export async function* runAll(
  { data, runs, jobs = 1, makeRunner, signal }: RunAllPlan,
): AsyncGenerator<SweepEvent, void> {
  const waiting = groupedRuns(runs, data);
  const runners: Runner[] = [];
  async function* trainNext(): AsyncGenerator<SweepEvent, void> {
    const runner = makeRunner();
    runners.push(runner);
    for (let group; (group = waiting[0]);) {
      const together = group.splice(0, 1);
      if (group.length === 0) waiting.shift();
      const most = await runner.prepare(together[0]);
      // Another runner may have emptied the group meanwhile.
      together.push(...group.splice(0, most - 1));
      if (group.length === 0 && waiting[0] === group) waiting.shift();
      yield* runner.train(together);
    }
  }
  const sources = Array.from({ length: Math.min(jobs, runs.length) }, trainNext);
  let hasFailed = false;
  try {
    yield* merged(sources, signal);
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    // Ends work in progress. Not `await using`, which needs built-ins that some browsers lack.
    const ended = await Promise.allSettled(runners.map((runner) => runner[Symbol.asyncDispose]()));
    const failed = ended.find((end) => end.status === "rejected");
    // deno-lint-ignore no-unsafe-finally -- it hides no other error
    if (failed && !hasFailed) throw failed.reason;
  }
}

/** Yields what several generators yield, as it arrives, until the signal aborts. */
async function* merged<Item>(
  sources: readonly AsyncGenerator<Item, void>[],
  signal?: AbortSignal,
): AsyncGenerator<Item, void> {
  const aborted = new Promise<undefined>((resolve) => {
    if (signal?.aborted) resolve(undefined);
    signal?.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  const next = async (source: AsyncGenerator<Item, void>) => ({ source, ...await source.next() });
  const pending = new Map(sources.map((source) => [source, next(source)]));
  // If one source fails or the loop is left, nothing awaits the others.
  for (const promise of pending.values()) promise.catch(() => {});
  while (pending.size > 0) {
    const found = await Promise.race([aborted, ...pending.values()]);
    if (found === undefined || signal?.aborted) return;
    if (found.done) {
      pending.delete(found.source);
      continue;
    }
    const following = next(found.source);
    following.catch(() => {});
    pending.set(found.source, following);
    yield found.value;
  }
}

/** Returns groups of runs that can share an engine. */
function groupedRuns(runs: readonly TrainingOptions[], data: Dataset): TrainingOptions[][] {
  for (const options of runs) checkAgainstRows(options, data);
  const groups = new Map<string, TrainingOptions[]>(); // browsers before 2024 have no Map.groupBy()
  for (const options of runs) {
    const key = engineKey(options, data);
    groups.set(key, [...groups.get(key) ?? [], options]);
  }
  return [...groups.values()];
}

/** Returns a key that is equal for runs that can share an engine. */
function engineKey(options: TrainingOptions, data: Dataset): string {
  return JSON.stringify(engineOptions(options, data));
}

/**
 * Trains runs in this thread, as many at a time as the engine can, and creates a new engine only if a
 * run cannot use the current one.
 */
export class EngineRunner implements Runner {
  readonly #data: Dataset;
  readonly #makeEngine: EngineMaker;
  #key = "";
  #engine: Engine | undefined;
  /** The engines of the runs that train together. */
  #together: Engine[] = [];

  /**
   * Prepares to train runs.
   *
   * @param data The data set of all runs
   * @param makeEngine Creates an engine when a run cannot use the current one
   */
  constructor(data: Dataset, makeEngine: EngineMaker) {
    this.#data = data;
    this.#makeEngine = makeEngine;
  }

  /** Creates the engine of a run. Returns the number of nets that it can train together. */
  async prepare(options: TrainingOptions): Promise<number> {
    const key = engineKey(options, this.#data);
    if (key !== this.#key) {
      await this[Symbol.asyncDispose]();
      this.#engine = await this.#makeEngine(engineOptions(options, this.#data));
      this.#key = key;
    }
    return this.#engine!.nets;
  }

  /** Trains runs together; yields `progress` events, and a `run` event at the end of each. */
  async *train(runs: readonly TrainingOptions[]): AsyncGenerator<SweepEvent, void> {
    await this.prepare(runs[0]);
    if (runs.length === 1) return yield* this.#trainOn(this.#engine!, runs[0]);
    this.#together = this.#engine!.together(runs.length);
    yield* merged(runs.map((options, i) => this.#trainAndDispose(this.#together[i], options)));
    this.#together = [];
  }

  /** Trains a run on one of several engines, which wait for it until it is disposed of. */
  async *#trainAndDispose(
    engine: Engine,
    options: TrainingOptions,
  ): AsyncGenerator<SweepEvent, void> {
    try {
      yield* this.#trainOn(engine, options);
    } finally {
      await engine[Symbol.asyncDispose]();
    }
  }

  async *#trainOn(engine: Engine, options: TrainingOptions): AsyncGenerator<SweepEvent, void> {
    const data = this.#data;
    const { backend, name: device } = engine.device;
    const run: SweepRun = { type: "run", dataset: data.name, options, backend, device };
    try {
      const trainer = new Trainer(data, options);
      for await (const event of trainOn(engine, trainer)) {
        if (event.type === "progress") yield { ...event, options };
        if (event.type === "finished") run.result = resultOf(event);
      }
      const { validation } = trainer.split;
      // All held-out rows; the evaluations during training used samples of them.
      if (validation.length > 0) run.result!.validation = await trainer.evaluate(validation);
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
    }
    yield run;
  }

  /** Disposes of the engine. */
  async [Symbol.asyncDispose](): Promise<void> {
    const engines = [...this.#together, this.#engine];
    this.#engine = undefined;
    this.#together = [];
    this.#key = "";
    for (const engine of engines) await engine?.[Symbol.asyncDispose]();
  }
}

/** Trains many runs, one after the other or several at a time. */
import type { Dataset } from "../data/dataset.ts";
import type { Engine, EngineOptions } from "../engine/engine.ts";
import type { ProgressEvent, TypedEvent } from "./events.ts";
import { checkAgainstRows, type TrainingOptions } from "./options.ts";
import type { RunRecord } from "./record.ts";
import { trainOn } from "./train.ts";
import { DivergedError, engineOptions, Trainer } from "./trainer.ts";

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

/** Trains one run after the other. */
export interface Runner extends AsyncDisposable {
  /** Trains a run; yields `progress` events, then its `run` event. */
  train(options: TrainingOptions): AsyncGenerator<SweepEvent, void>;
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
    for (let run; (run = waiting.shift());) yield* runner.train(run);
  }
  const sources = Array.from({ length: Math.min(jobs, waiting.length) }, trainNext);
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

/** Orders runs so that those that can share an engine are consecutive. */
function groupedRuns(runs: readonly TrainingOptions[], data: Dataset): TrainingOptions[] {
  for (const options of runs) checkAgainstRows(options, data);
  const groups = new Map<string, TrainingOptions[]>(); // browsers before 2024 have no Map.groupBy()
  for (const options of runs) {
    const key = engineKey(options, data);
    groups.set(key, [...groups.get(key) ?? [], options]);
  }
  return [...groups.values()].flat();
}

/** Returns a key that is equal for runs that can share an engine. */
function engineKey(options: TrainingOptions, data: Dataset): string {
  return JSON.stringify(engineOptions(options, data));
}

/** Trains runs in this thread, and creates a new engine only if a run cannot use the current one. */
export class EngineRunner implements Runner {
  readonly #data: Dataset;
  readonly #makeEngine: EngineMaker;
  #key = "";
  #engine: Engine | undefined;

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

  /** Trains a run; yields `progress` events, then its `run` event. */
  async *train(options: TrainingOptions): AsyncGenerator<SweepEvent, void> {
    const data = this.#data;
    const needed = engineOptions(options, data);
    const key = engineKey(options, data);
    if (key !== this.#key) {
      await this[Symbol.asyncDispose]();
      this.#engine = await this.#makeEngine(needed);
      this.#key = key;
    }
    const engine = this.#engine!;
    const { backend, name: device } = engine.device;
    const run: SweepRun = { type: "run", dataset: data.name, options, backend, device };
    try {
      const trainer = new Trainer(data, options);
      for await (const event of trainOn(engine, trainer)) {
        if (event.type === "progress") yield { ...event, options };
        if (event.type !== "finished") continue;
        const { type: _, architecture: _a, scale: _s, parameters: _p, ...result } = event;
        run.result = result;
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
    const engine = this.#engine;
    this.#engine = undefined;
    this.#key = "";
    await engine?.[Symbol.asyncDispose]();
  }
}

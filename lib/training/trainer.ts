/** A training run, advanced by its caller. */
import type { Dataset, Split } from "../data/dataset.ts";
import type { Engine, Step } from "../engine/engine.ts";
import { stateBefore } from "../engine/state.ts";
import {
  flatParameters,
  type Model,
  type NetParameters,
  parameterCount,
} from "../net/architecture.ts";
import type { Evaluation } from "../net/evaluation.ts";
import { parameterViews } from "../net/maths.ts";
import { choice } from "../random/distributions.ts";
import type { Key } from "../random/threefry.ts";
import { engineOptions } from "./engine_options.ts";
import type { BestStep, CheckpointEvent, EvaluatedStep, TrainedNet } from "./events.ts";
import { measure, type Metrics } from "./metrics.ts";
import { checkAgainstRows, type TrainingOptions } from "./options.ts";
import { Pacer } from "./pace.ts";
import {
  drawStart,
  type PlannedIteration,
  planRun,
  type RunStart,
  totalIterations,
} from "./plan.ts";

/** Thrown if a run diverges, so that its loss is not a finite number. */
export class DivergedError extends Error {
  /** The error's class. */
  override name = "DivergedError";
}

/** What a run needs to resume: the fields of a checkpoint's event. */
export type RunState = Omit<CheckpointEvent, "type">;

/** Steps that the device has done. */
export interface Advance {
  /** Steps of the run done after these. */
  iteration: number;
  /** The run's own evaluations after these steps, in order. */
  evaluated: EvaluatedStep[];
}

/** Options of a `Trainer`. */
export interface TrainerOptions {
  /** The draws that `drawStart` made for these options and data, if they were made before. */
  start?: RunStart;
  /** Replaces the drawn initial parameters; later random draws stay the same. */
  initialParameters?: NetParameters;
}

/**
 * A training run. The caller decides when it advances, and by how many steps at a time; whatever it
 * decides, the run makes the same random draws and gives the same bits. `train()`, sweeps and the page
 * all train with it.
 *
 * Calls queue work on the engine at once, and may be made before earlier ones resolve. So a caller
 * that advances twice before it waits keeps the device busy.
 *
 * @example
 * ```ts
 * import { engineOptions } from "./engine_options.ts";
 * import { Trainer } from "./trainer.ts";
 * import { resolveOptions } from "./options.ts";
 * import { syntheticDigits } from "../data/synthetic.ts";
 * import { createEngine } from "../engine/create.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = syntheticDigits({ trainRows: 60, testRows: 10 });
 * const options = resolveOptions({ iterations: 20, batchSize: 5, evalEvery: 10, evalSize: 10 });
 * await using engine = await createEngine({ ...engineOptions(options, data), backend: "cpu" });
 * const trainer = new Trainer(data, options);
 * await trainer.begin(engine);
 * const { evaluated } = await trainer.advance(10);
 * assertEquals(evaluated.map(({ iteration }) => iteration), [10]);
 * await trainer.advance(10);
 * assertEquals((await trainer.finish()).iterations, 20);
 * ```
 */
export class Trainer {
  /** The run's data. */
  readonly data: Dataset;
  /** The run's options. */
  readonly options: TrainingOptions;
  /** The rows for training, validation and test. */
  readonly split: Split;
  /** The position among the training rows of the row that is shown as a spot check. */
  readonly sample: number;
  /** The net before the first step. */
  readonly initial: Model;
  /** Number of steps of the whole run. A caller may raise it, and train on. */
  iterations: number;
  /** Steps done: those whose results have arrived. */
  iteration = 0;
  readonly #start: RunStart;
  readonly #parameters: Float32Array;
  #engine: Engine | undefined;
  #plan: Iterator<PlannedIteration, never>;
  /** The last queued iteration; undefined before the first. */
  #last: PlannedIteration | undefined;
  #pacer: Pacer;
  /** The time that a readback of nothing takes, in milliseconds. */
  #wait: Promise<number> | undefined;

  /**
   * Makes the random draws before the first step, but needs no engine yet.
   *
   * @param data The data set
   * @param options The options
   * @param given The draws or the initial parameters, if they are known
   * @throws {OptionError} If the options require more rows than there are
   * @throws {RangeError} If the initial parameters are of another net, or there are no test rows
   */
  constructor(
    data: Dataset,
    options: TrainingOptions,
    { start, initialParameters }: TrainerOptions = {},
  ) {
    checkAgainstRows(options, data);
    const { architecture, scale } = engineOptions(options, data);
    this.data = data;
    this.options = options;
    const initial = initialParameters && flatParameters(architecture, initialParameters);
    this.#start = start ?? drawStart(data, options, architecture);
    this.#parameters = initial ?? this.#start.parameters;
    this.split = this.#start.split;
    this.sample = this.#start.sample;
    this.iterations = totalIterations(options, this.split.train.length);
    this.initial = this.#model(architecture, scale, this.#parameters);
    this.#plan = this.#newPlan();
    this.#pacer = new Pacer(options.batchSize, parameterCount(architecture));
  }

  /** Steps queued, which includes those done. */
  get queued(): number {
    return this.#last?.iteration ?? 0;
  }

  /** Whether the run has an engine. */
  get isOpen(): boolean {
    return this.#engine !== undefined;
  }

  /** Seconds for which steps were queued: the time of the run without its caller's pauses. */
  get seconds(): number {
    return this.#pacer.milliseconds / 1000;
  }

  /** Whether the speed of the device is known; before, a caller should wait for each advance. */
  get hasMeasured(): boolean {
    return this.#pacer.hasMeasured;
  }

  /** Training rows used by the steps done, counted again at each use. */
  get rows(): number {
    const { epochs, batchSize } = this.options;
    if (epochs === 0) return this.iteration * batchSize;
    // The last batch of an epoch may be smaller.
    const n = this.split.train.length;
    const batches = Math.ceil(n / batchSize);
    const completed = Math.floor(this.iteration / batches);
    return completed * n + (this.iteration % batches) * batchSize;
  }

  /**
   * Starts the run on an engine, and evaluates the initial net; or resumes it from an earlier state,
   * perhaps on another engine, since the first one has failed.
   *
   * @param engine An engine created with `engineOptions`
   * @param from The state of an earlier run with the same options and data
   * @returns The first evaluation; none if the run resumes
   * @throws {RangeError} If `from` is not a state of this run
   */
  async begin(engine: Engine, from?: RunState): Promise<Advance> {
    load(engine, this.data);
    engine.start(
      this.split.train,
      from?.state ?? stateBefore(engine.options.optimizer, this.#parameters),
    );
    this.#engine = engine;
    this.#wait = undefined;
    this.#plan = this.#newPlan();
    this.#last = undefined;
    if (from) this.#skipTo(from);
    else return await this.#queueTo(0);
    this.iteration = from.iteration;
    return { iteration: from.iteration, evaluated: [] };
  }

  /** Parts from an engine that failed, until `begin` is called with another one. */
  end(): void {
    this.#engine = undefined;
  }

  /**
   * Queues steps, and the run's evaluations after them. Without an argument, as many as the device
   * does in about 0.1 s, so that results arrive often, but waiting for them costs little.
   *
   * @param most The maximum number of steps, if the run does not end before
   * @returns Resolves when the device has done them
   * @throws {DivergedError} If the loss is not a finite number
   */
  advance(most = Infinity): Promise<Advance> {
    const advance = this.#advance(most);
    // A caller that advances ahead does not await this one if an earlier one fails.
    advance.catch(() => {});
    return advance;
  }

  async #advance(most: number): Promise<Advance> {
    const left = this.iterations - this.queued;
    const paced = this.#pacer.steps;
    // To the end if less than half a chunk would remain.
    const steps = Math.min(most, left, 1.5 * paced >= left ? left : paced);
    const queued = performance.now();
    // At the same time as the first steps, so that it costs nothing.
    const readback = this.#wait ? undefined : this.#opened.settle();
    const results = this.#queueTo(this.queued + steps);
    if (readback) this.#wait = sinceThen(readback);
    this.#pacer.queue(steps);
    const advance = await results;
    const answered = performance.now();
    this.#pacer.record({ steps, queued, answered, wait: await this.#wait! });
    this.iteration = advance.iteration;
    return advance;
  }

  /** Evaluates the net after all queued steps on some rows. */
  async evaluate(rows: Uint32Array): Promise<Metrics> {
    const { queued } = this;
    this.#opened.evaluate(rows);
    const [evaluation] = await this.#opened.settle();
    return this.#measured(evaluation, queued);
  }

  /** Returns the net after all queued steps. */
  async read(): Promise<Model> {
    const { parameters } = await this.#opened.read();
    const { architecture, scale } = this.initial;
    return this.#model(architecture, scale, parameters);
  }

  /** Returns what `begin` needs to resume after all queued steps. */
  async checkpoint(): Promise<RunState> {
    const { iteration, key } = this.#last!;
    return { iteration, state: await this.#opened.read(), key };
  }

  /**
   * Returns the net after all queued steps, evaluated on all test rows.
   *
   * @param best The best evaluation so far, whose parameters become those of the net
   */
  async finish(best?: BestStep): Promise<TrainedNet> {
    const iterations = this.queued;
    if (best) {
      this.#opened.start(
        this.split.train,
        stateBefore(this.#opened.options.optimizer, best.parameters),
      );
    }
    const metrics = await this.evaluate(this.split.test);
    const model = await this.read();
    return { iterations, ...best && { bestIteration: best.iteration }, ...metrics, ...model };
  }

  get #opened(): Engine {
    if (!this.#engine) throw new Error("Cannot train as the run has no engine: call begin() first");
    return this.#engine;
  }

  #newPlan(): Iterator<PlannedIteration, never> {
    return planRun(this.options, this.split.train.length, this.#start.key);
  }

  #model(
    architecture: Model["architecture"],
    scale: Model["scale"],
    parameters: Float32Array,
  ): Model {
    return { architecture, scale, parameters: parameterViews(architecture, parameters) };
  }

  /** Queues everything up to and including iteration `to`, which must not be queued yet. */
  async #queueTo(to: number): Promise<Advance> {
    const engine = this.#opened;
    const evaluated: PlannedIteration[] = [];
    let steps: Step[] = [];
    do {
      this.#last = this.#plan.next().value;
      const { step, evaluation, iteration } = this.#last;
      if (step) steps.push(step);
      if (steps.length > 0 && (evaluation || iteration === to)) {
        // Queue these steps before sampling the evaluation's rows, so that the device does not idle.
        engine.step(steps);
        steps = [];
      }
      if (evaluation) {
        engine.evaluate(this.#evaluationRows(evaluation));
        evaluated.push(this.#last);
      }
    } while (this.#last.iteration < to);
    const results = await engine.settle();
    return {
      iteration: to,
      evaluated: evaluated.map(({ iteration, step }, i) => ({
        iteration,
        ...this.#measured(results[i], iteration),
        learningRate: step?.learningRate ?? this.options.learningRate,
      })),
    };
  }

  #evaluationRows(key: Key): Uint32Array {
    const { validation, test } = this.split;
    const { evalSize, threefry } = this.options;
    const rows = validation.length > 0 ? validation : test;
    return choice(key, rows.length, evalSize, { threefry }).map((i) => rows[i]);
  }

  #measured(evaluation: Evaluation, iteration: number): Metrics {
    if (!Number.isFinite(evaluation.loss)) {
      throw new DivergedError(
        "Cannot continue training as the loss must be a finite number: current value is " +
          `${evaluation.loss} after step ${iteration}; try a smaller learning rate than ` +
          `${this.options.learningRate}`,
      );
    }
    return measure(evaluation);
  }

  /**
   * Skips the iterations before a state, and verifies that the run would have drawn the same random
   * key.
   */
  #skipTo({ iteration, key }: RunState): void {
    if (iteration > this.iterations) {
      throw new RangeError(
        `Cannot resume as iterations must be at least the checkpoint's ${iteration}: ` +
          `current value is ${this.iterations}`,
      );
    }
    do this.#last = this.#plan.next().value; while (this.#last.iteration < iteration);
    const { key: planned } = this.#last;
    if (planned.join() === key.join()) return;
    throw new RangeError(
      "Cannot resume as the options must draw the same random numbers as the checkpoint's: " +
        `current value of the key after step ${iteration} is ${planned}, the checkpoint's ${key}`,
    );
  }
}

/** Measures how long a promise still takes, in milliseconds; if it rejects, for ever. */
async function sinceThen(promise: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  try {
    await promise;
  } catch {
    return Infinity; // the next readback rejects as well
  }
  return performance.now() - begun;
}

/** The data set that each engine holds, so that a second run does not load it again. */
const loaded = new WeakMap<Engine, Dataset>();

function load(engine: Engine, data: Dataset): void {
  if (loaded.get(engine) === data) return;
  engine.load(data);
  loaded.set(engine, data);
}

/**
 * A run of the page: a `Trainer` whose learning rate the visitor may change, which can train on after
 * its last step, and which can move to another device when one fails. Unless the visitor changes it,
 * its results are those of `train()`.
 */
import type { Dataset } from "../lib/data/dataset.ts";
import type { Engine, EngineState, Step } from "../lib/engine/engine.ts";
import { copyOfState } from "../lib/engine/state.ts";
import type { Model } from "../lib/net/architecture.ts";
import type { Evaluation } from "../lib/net/evaluation.ts";
import { parameterViews } from "../lib/net/maths.ts";
import type { TrainingOptions } from "../lib/training/options.ts";
import { planRun } from "../lib/training/plan.ts";
import { SCHEDULES } from "../lib/training/schedules.ts";
import { drawStart, type RunStart } from "../lib/training/plan.ts";
import { engineOptions } from "../lib/training/engine_options.ts";
import { type Advance, type RunState, Trainer } from "../lib/training/trainer.ts";
import type { Measures } from "./messages.ts";

/**
 * Number of test rows, and of training rows, that are evaluated several times a second. They are
 * fixed: sampling them would change the run's random numbers.
 */
const FIXED_ROWS = 500;

/** An engine whose steps can be changed on their way to it. */
export class SteeredEngine implements Engine {
  readonly nets = 1;
  /** Returns what a step becomes. */
  change: (step: Step) => Step = (step) => step;
  readonly #engine: Engine;

  /** @param engine The engine, which this one disposes of */
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get device(): Engine["device"] {
    return this.#engine.device;
  }

  get options(): Engine["options"] {
    return this.#engine.options;
  }

  together(): Engine[] {
    return [this];
  }

  load(data: Dataset): void {
    this.#engine.load(data);
  }

  start(rows: Uint32Array, state: EngineState): void {
    this.#engine.start(rows, state);
  }

  step(steps: readonly Step[]): void {
    this.#engine.step(steps.map((step) => this.change(step)));
  }

  evaluate(rows: Uint32Array): void {
    this.#engine.evaluate(rows);
  }

  settle(): Promise<Evaluation[]> {
    return this.#engine.settle();
  }

  read(): Promise<EngineState> {
    return this.#engine.read();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#engine[Symbol.asyncDispose]();
  }
}

/** The state of a run after some steps. */
export interface Report extends Advance {
  model: Model;
  /** Time for which steps were queued, in seconds. */
  seconds: number;
  /** Measures on the fixed test rows. */
  test: Measures;
  /** Measures on the fixed training rows. */
  training: Measures;
}

/** A run that is advanced by its caller. */
export class Run {
  /** The learning rate that the visitor chose; the schedule multiplies it. */
  learningRate: number;
  /** The net at the last report. */
  model: Model;
  /** The data set that the run trains on. */
  readonly data: Dataset;
  readonly #options: TrainingOptions;
  readonly #start: RunStart;
  readonly #trainer: Trainer;
  /** Number of steps after which a linear schedule begins again. */
  readonly #period: number;
  /** The state at the last report, with which another device can go on. */
  #saved: RunState | undefined;

  /**
   * Makes the random draws before the first step.
   *
   * @param data The data set
   * @param options The run's options
   * @throws {OptionError} If an option requires more rows than the data set has
   * @throws {RangeError} If the options demand early stopping
   */
  constructor(data: Dataset, options: TrainingOptions) {
    if (options.patience > 0) {
      throw new RangeError(
        `The page cannot stop early: patience must be 0, not ${options.patience}`,
      );
    }
    this.data = data;
    this.#options = options;
    this.learningRate = options.learningRate;
    this.#start = drawStart(data, options, engineOptions(options, data).architecture);
    this.#trainer = new Trainer(data, options, { start: this.#start });
    this.#period = this.#trainer.iterations;
    this.model = this.#trainer.initial;
  }

  /** The rows for training, validation and test. */
  get split(): Trainer["split"] {
    return this.#trainer.split;
  }

  /** Number of steps of the whole run. */
  get iterations(): number {
    return this.#trainer.iterations;
  }

  /** Number of rows of the run's own evaluations. */
  get evalSize(): number {
    return this.#options.evalSize;
  }

  /** Number of steps done. */
  get iteration(): number {
    return this.#trainer.iteration;
  }

  /** Number of passes over the training rows so far. */
  get epochs(): number {
    return this.#trainer.rows / this.split.train.length;
  }

  /** Whether the run has an engine. */
  get isOpen(): boolean {
    return this.#trainer.isOpen;
  }

  /** Whether more can be queued before results arrive. */
  get canQueueAhead(): boolean {
    return this.#trainer.hasMeasured && this.#trainer.queued < this.iterations;
  }

  /**
   * Starts the run on an engine, or goes on after the last report of another one.
   *
   * @param engine An engine created with `engineOptions`
   */
  async open(engine: SteeredEngine): Promise<Advance> {
    let iteration = this.#saved?.iteration ?? 0;
    engine.change = (step) => this.#withRate(step, ++iteration);
    return await this.#trainer.begin(engine, this.#saved);
  }

  /** Parts from the engine. The run goes on from its last report. */
  close(): void {
    this.#trainer.end();
  }

  /** Number of steps done at the last report. */
  get savedIteration(): number {
    return this.#saved?.iteration ?? 0;
  }

  /** The state at the last report; undefined before the first one. */
  get saved(): EngineState | undefined {
    return this.#saved?.state;
  }

  /** Parts from the engine, and goes on from this state when it is opened again. */
  replace(state: EngineState): void {
    this.#keep({ ...this.#saved!, state });
    this.close();
  }

  /** Allows as many steps again as the run has had at first. */
  extend(): void {
    this.#trainer.iterations += this.#period;
  }

  /** Queues steps and what is reported after them; all of it is read back at once. */
  async report(most?: number): Promise<Report> {
    const trainer = this.#trainer;
    const [advance, measures, saved] = await Promise.all([
      trainer.advance(most).then((advance) => ({ ...advance, seconds: trainer.seconds })),
      this.measureFixedRows(),
      trainer.checkpoint(),
    ]);
    return { ...advance, ...measures, model: this.#keep(saved) };
  }

  /** Evaluates the net after all queued steps on some rows. */
  async evaluate(rows: Uint32Array): Promise<Measures> {
    return { ...await this.#trainer.evaluate(rows), rows: rows.length };
  }

  /** Evaluates the net on the fixed rows. */
  async measureFixedRows(): Promise<Pick<Report, "test" | "training">> {
    const [test, training] = await Promise.all([
      this.evaluate(this.split.test.subarray(0, FIXED_ROWS)),
      this.evaluate(this.split.train.subarray(0, FIXED_ROWS)),
    ]);
    return { test, training };
  }

  /** Returns the step that comes next, with the learning rate that it will have. */
  nextStep(): Step {
    const plan = planRun(this.#options, this.split.train.length, this.#start.key);
    let planned = plan.next().value;
    while (planned.iteration <= this.iteration) planned = plan.next().value;
    return this.#withRate(planned.step!, planned.iteration);
  }

  /** Returns the options of an engine for the run. */
  get engineOptions(): Engine["options"] {
    return engineOptions(this.#options, this.data);
  }

  #keep({ state, ...saved }: RunState): Model {
    const copy = copyOfState(state);
    this.#saved = { ...saved, state: copy };
    const { architecture, scale } = this.model;
    const parameters = parameterViews(architecture, copy.parameters);
    this.model = { architecture, scale, parameters };
    return this.model;
  }

  #withRate(step: Step, iteration: number): Step {
    const { learningRate } = this;
    const isPlanned = learningRate === this.#options.learningRate && iteration <= this.#period;
    if (isPlanned) return step;
    const schedule = SCHEDULES[this.#options.schedule];
    // A schedule that ends with the run begins again.
    const i = schedule.mayGrow ? iteration : (iteration - 1) % this.#period + 1;
    const options = { ...this.#options, learningRate };
    return { ...step, learningRate: schedule.rate(i, options, this.#period) };
  }
}

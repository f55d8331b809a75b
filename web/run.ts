/**
 * A training run that takes a few steps at a time, so that the page can pause it, slow it down and
 * evaluate it between any two steps. It draws the same random numbers as `train()`, so its results are
 * the same.
 */
import type { Dataset, Split } from "../lib/data/dataset.ts";
import type { Engine, Evaluation } from "../lib/engine/engine.ts";
import type { Model } from "../lib/net/architecture.ts";
import { parameterViews } from "../lib/net/maths.ts";
import { OPTIMIZERS } from "../lib/net/optimizers.ts";
import { ChunkQueue } from "../lib/training/chunks.ts";
import { checkAgainstRows, type TrainingOptions } from "../lib/training/options.ts";
import { planRun, totalIterations } from "../lib/training/plan.ts";
import { drawStart } from "../lib/training/start.ts";
import { DivergedError, engineOptions } from "../lib/training/train.ts";
import type { CurvePoint } from "./messages.ts";

/**
 * Number of test rows for the evaluations between a run's own. The rows are fixed: sampling them would
 * change the run's random numbers.
 */
const FIXED_ROWS = 500;

/** A run that is advanced by its caller. */
export class Run {
  /** Number of steps of the whole run. */
  readonly iterations: number;
  /** The rows for training, validation and test. */
  readonly split: Split;
  /** The net before the first step. */
  readonly initial: Model;
  /** Time spent on steps and evaluations. */
  seconds = 0;
  readonly #options: TrainingOptions;
  readonly #start: ReturnType<typeof drawStart>;
  #engine: Engine | undefined;
  #queue: ChunkQueue | undefined;

  /**
   * Draws the split and the initial parameters.
   *
   * @param data The data set
   * @param options The run's options
   * @throws {OptionError} If an option requires more rows than the data set has
   * @throws {RangeError} If the options demand early stopping
   */
  constructor(data: Dataset, options: TrainingOptions) {
    checkAgainstRows(options, {
      train: data.trainRows,
      test: data.labels.length - data.trainRows,
    });
    if (options.patience > 0) {
      throw new RangeError(
        `The page cannot stop early: patience must be 0, not ${options.patience}`,
      );
    }
    const { architecture, scale } = engineOptions(options, data);
    this.#options = options;
    this.#start = drawStart(data, options, architecture);
    this.split = this.#start.split;
    this.iterations = totalIterations(options, this.split.train.length);
    this.initial = {
      architecture,
      scale,
      parameters: parameterViews(architecture, this.#start.parameters),
    };
  }

  /** Number of steps done. */
  get iteration(): number {
    return Math.max(0, this.#queue?.iteration ?? 0);
  }

  /** Number of training rows used so far, counted again at each use. The last batch of an epoch may be smaller. */
  get rows(): number {
    const { epochs, batchSize } = this.#options;
    if (epochs === 0) return this.iteration * batchSize;
    const n = this.split.train.length;
    const batches = Math.ceil(n / batchSize);
    const completed = Math.floor(this.iteration / batches);
    return completed * n + (this.iteration % batches) * batchSize;
  }

  /** Whether the run has an engine. */
  get isOpen(): boolean {
    return this.#engine !== undefined;
  }

  /**
   * Starts the run on an engine, and evaluates the initial parameters.
   *
   * @param engine An engine created with `engineOptions`, with the data loaded
   * @returns The first evaluation
   */
  async open(engine: Engine): Promise<CurvePoint[]> {
    const { parameters, key } = this.#start;
    const moments = new Float32Array(
      OPTIMIZERS[this.#options.optimizer].momentArrays * parameters.length,
    );
    engine.start(this.split.train, { parameters, moments, stepsTaken: 0 });
    const plan = planRun(this.#options, this.split.train.length, key);
    const rows = this.split.validation.length > 0 ? this.split.validation : this.split.test;
    this.#engine = engine;
    this.#queue = new ChunkQueue(engine, plan, rows, this.#options);
    return await this.#advanceTo(0);
  }

  /**
   * Takes some steps.
   *
   * @param steps The number of steps; fewer if the run ends before
   * @returns The evaluations after these steps
   * @throws {DivergedError} If the loss is not a finite number
   */
  async advance(steps: number): Promise<CurvePoint[]> {
    const begin = performance.now();
    const points = await this.#advanceTo(Math.min(this.iteration + steps, this.iterations));
    this.seconds += (performance.now() - begin) / 1000;
    return points;
  }

  /** Returns the current net, and its evaluation on the fixed test rows. */
  async evaluateNow(): Promise<{ model: Model; point: CurvePoint }> {
    const engine = this.#engine!;
    engine.evaluate(this.split.test.subarray(0, FIXED_ROWS));
    const [evaluation] = await engine.settle();
    const { architecture, scale } = this.initial;
    const { parameters } = await engine.read();
    return {
      model: { architecture, scale, parameters: parameterViews(architecture, parameters.slice()) },
      point: this.#point(this.iteration, evaluation),
    };
  }

  /** Evaluates the net on all test rows. */
  async evaluateOnTestRows(): Promise<CurvePoint> {
    this.#engine!.evaluate(this.split.test);
    const [evaluation] = await this.#engine!.settle();
    return this.#point(this.iteration, evaluation);
  }

  async #advanceTo(iteration: number): Promise<CurvePoint[]> {
    const { evaluated, results } = this.#queue!.queue(iteration);
    const evaluations = await results;
    return evaluated.map(({ iteration }, i) => this.#point(iteration, evaluations[i]));
  }

  #point(iteration: number, { correct, rows, loss }: Evaluation): CurvePoint {
    if (!Number.isFinite(loss)) {
      throw new DivergedError(
        `The loss after step ${iteration} is ${loss}: try a smaller learning rate than ` +
          `${this.#options.learningRate}`,
      );
    }
    return { iteration, accuracy: correct / rows, loss };
  }
}

/** The engine for machines with no adapter: plain TypeScript on one core, rows drawn on another. */
import type { Dataset } from "../../data/dataset.ts";
import { rowScales } from "../../data/normalise.ts";
import { shiftOfRow } from "../augment.ts";
import { assertDrawable, assertLoadable, assertRows, assertState } from "../checks.ts";
import type {
  DeviceDescription,
  Engine,
  EngineOptions,
  EngineState,
  Evaluation,
  Step,
} from "../engine.ts";
import { BLOCK_ROWS, type LoadedData, Network } from "./network.ts";
import { DrawWorker, RowFeed } from "./row_feed.ts";
import { packRows } from "./sparse_batch.ts";

/** Milliseconds of work after which signals and timers get their turn (which costs 2 ms in Deno). */
const WORK_MS = 100;

/**
 * Makes an engine that computes on the processor. It draws rows in a Worker where one can be had
 * (in Deno that takes permission to read this folder, unless it came from a URL), else in between.
 *
 * @param options What is to be trained, and how
 * @returns The engine; to be disposed of, as its Worker keeps a process alive
 *
 * @example
 * ```ts
 * import { createCpuEngine } from "./cpu_engine.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await using engine = createCpuEngine({
 *   architecture: {
 *     inputs: 1, hidden: [1, 1], classes: 2, activation: "tanh", head: "softmax",
 *   },
 *   optimizer: { name: "sgd" }, batchSize: 1, scale: "unit", augment: "none", threefry: "legacy",
 * });
 * engine.load({
 *   name: "dark and light", width: 1, height: 1, classes: 2, trainRows: 2,
 *   images: Uint8Array.of(0, 255), labels: Uint8Array.of(0, 1),
 * });
 * // w0 = 1, w1 = 1, w2 = (-1, 1), b2 = (0.1, 0)
 * const parameters = Float32Array.of(1, 0, 1, 0, -1, 1, 0.1, 0);
 * engine.start(Uint32Array.of(0, 1), { parameters, moments: new Float32Array(), stepsTaken: 0 });
 * engine.evaluate(Uint32Array.of(0, 1));
 * const [{ correct }] = await engine.settle();
 * assertEquals(correct, 2);
 * ```
 */
export function createCpuEngine(options: EngineOptions): Engine {
  return new CpuEngine(options);
}

/** What `start()` begins: the rows to train on, and where their draws come from. */
interface Run {
  loaded: LoadedData;
  trainRows: Uint32Array;
  feed: RowFeed;
}

class CpuEngine implements Engine {
  readonly device: DeviceDescription = { backend: "cpu", name: "one CPU core", software: false };
  readonly options: EngineOptions;
  readonly #network: Network;
  readonly #worker = new DrawWorker();
  #loaded: LoadedData | undefined;
  #run: Run | undefined;
  #disposed = false;
  /** What was asked for and is not yet done. Each holds on to the data and run that it was asked for with. */
  readonly #queue: (() => void | Promise<void>)[] = [];
  /** Fulfilled when all that was to be answered for is done; rejected for good once something failed. */
  #done: Promise<unknown> = Promise.resolve();
  readonly #evaluations: Evaluation[] = [];
  #lastPause = 0;

  constructor(options: EngineOptions) {
    this.options = options;
    this.#network = new Network(options.architecture, options.optimizer);
  }

  load(data: Dataset): void {
    this.#assertNotDisposed();
    assertLoadable(this.options, data);
    const words = packRows(data);
    this.#loaded = { data, words, scales: rowScales(data, this.options.scale) };
    this.#run = undefined;
  }

  start(trainRows: Uint32Array, state: EngineState): void {
    const loaded = this.#requireLoaded("start a run");
    assertRows("train on", trainRows, loaded.data.labels.length);
    assertState(this.options, state);
    const { batchSize, threefry } = this.options;
    const n = trainRows.length;
    const draws = { n, largest: Math.min(batchSize, n), layout: threefry };
    this.#run = { loaded, trainRows: trainRows.slice(), feed: new RowFeed(draws, this.#worker) };
    const copy = {
      parameters: state.parameters.slice(),
      moments: state.moments.slice(),
      stepsTaken: state.stepsTaken,
    };
    this.#queue.push(() => {
      this.#network.state = copy;
    });
  }

  step(steps: readonly Step[]): void {
    this.#assertNotDisposed();
    const run = this.#run;
    if (run === undefined) throw new Error("Cannot step as no run was begun: call start() first");
    for (const step of steps) assertDrawable(this.options, step, run.trainRows.length);
    run.feed.push(steps);
    for (const { key, from, count, learningRate } of steps) {
      const step = { key: key.slice(), from, count, learningRate };
      this.#queue.push(() => this.#takeStep(step, run));
    }
  }

  evaluate(rows: Uint32Array): void {
    const loaded = this.#requireLoaded("evaluate");
    assertRows("evaluate", rows, loaded.data.labels.length);
    const copy = rows.slice();
    this.#queue.push(() => this.#takeEvaluation(copy, loaded));
  }

  settle(): Promise<Evaluation[]> {
    return this.#answer(() => this.#evaluations.splice(0));
  }

  read(): Promise<EngineState> {
    return this.#answer(() => this.#network.state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#worker.close();
    // Work going on ends at the next pause or operation, and rejects.
    await this.#done.catch(() => {});
    this.#queue.length = 0;
    this.#loaded = this.#run = undefined;
  }

  /** Does what is queued now, after what is being done already, and then answers. */
  async #answer<Answer>(answer: () => Answer): Promise<Answer> {
    this.#assertNotDisposed();
    const queue = this.#queue.splice(0);
    const answered = this.#done.then(async () => {
      this.#lastPause = performance.now();
      for (const operation of queue) {
        this.#assertNotDisposed();
        await operation();
      }
      return answer();
    });
    this.#done = answered;
    return await answered;
  }

  async #takeStep({ key, from, learningRate }: Step, run: Run): Promise<void> {
    const { loaded, trainRows, feed } = run;
    const rows = (await feed.next()).map((row) => trainRows[row]);
    const shifted = this.options.augment === "shift";
    for (let start = 0; start < rows.length; start += BLOCK_ROWS) {
      this.#network.addGradients(
        loaded,
        rows.subarray(start, start + BLOCK_ROWS),
        1 / rows.length,
        shifted ? (i) => shiftOfRow(key, from + start + i) : undefined,
      );
      await this.#pause();
    }
    this.#network.update(learningRate);
  }

  async #takeEvaluation(rows: Uint32Array, loaded: LoadedData): Promise<void> {
    const total = { correct: 0, rows: 0, loss: 0 };
    for (let start = 0; start < rows.length; start += BLOCK_ROWS) {
      this.#network.evaluate(loaded, rows.subarray(start, start + BLOCK_ROWS), total);
      await this.#pause();
    }
    total.loss /= total.rows;
    this.#evaluations.push(total);
  }

  /** Lets signals, timers and messages have their turn if they have waited long enough. */
  async #pause(): Promise<void> {
    if (performance.now() - this.#lastPause < WORK_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#lastPause = performance.now();
    this.#assertNotDisposed();
  }

  #assertNotDisposed(): void {
    if (this.#disposed) {
      throw new Error("Cannot use the engine as it was disposed of: make another");
    }
  }

  #requireLoaded(action: string): LoadedData {
    this.#assertNotDisposed();
    if (this.#loaded !== undefined) return this.#loaded;
    throw new Error(`Cannot ${action} as no data is loaded: call load() first`);
  }
}

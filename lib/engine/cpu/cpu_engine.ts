/** The CPU engine: WebAssembly SIMD, with one thread per core. */
import type { Dataset } from "../../data/dataset.ts";
import { rowScales } from "../../data/normalize.ts";
import { parameterCount } from "../../net/architecture.ts";
import { type Evaluation, RowCounter } from "../../net/evaluation.ts";
import { biasCorrections, functionsOf } from "../../net/optimizers.ts";
import { coreCount, nextTurn } from "../host.ts";
import {
  assertDrawable,
  assertLoadable,
  assertRows,
  assertState,
  assertTrainRows,
  disposedError,
  notLoadedError,
  notStartedError,
} from "../checks.ts";
import type { DeviceDescription, Engine, EngineOptions, EngineState, Step } from "../engine.ts";
import { copyOfState } from "../state.ts";
import { writeFieldWeights } from "./distortion_layout.ts";
import { Draws } from "./draws.ts";
import { type LayerView, type Layout, planMemory, writeLayers } from "./layout.ts";
import {
  assertWebAssembly,
  type Build,
  buildOfHere,
  type CompileModule,
  compileModule,
} from "./module.ts";
import { parameterIndices, writeCopies } from "./parameters.ts";
import { canShareMemory, Threads } from "./threads.ts";

/**
 * Milliseconds of work between two turns of the event loop, which handles signals, timers and
 * messages.
 */
const WORK_MS = 50;

/** Settings for tests. */
export interface CpuInternals {
  /** Which build of the module to run; by default the fastest that this runtime supports. */
  build: Build;
  /**
   * The minimum number of multiply-adds in a step for all threads to share it; for smaller steps,
   * synchronization costs more than it saves.
   */
  sharedStep: number;
  /** Compiles the module; by default, the build's. */
  compile: CompileModule;
  /** Called with the threads of each loaded data set. */
  onLoad: (threads: Threads<Layout>) => void;
}

/**
 * The maximum number of threads by default: a batch of 100 rows does not divide into many more chunks.
 */
const MAX_THREADS = 16;

/** Options of `createCpuEngine`. */
export interface CpuEngineOptions extends EngineOptions {
  /**
   * The number of threads, including the calling one. Results do not depend on it.
   * @default one per core, up to 16; 1 if memory cannot be shared, as in a page without
   * cross-origin isolation
   */
  threads?: number;
}

/**
 * Creates an engine that computes on the CPU.
 *
 * @param options The net, and how to train it
 * @param internals Settings for tests
 * @returns The engine; dispose it, because its Workers keep a process alive
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
export function createCpuEngine(
  options: CpuEngineOptions,
  internals: Partial<CpuInternals> = {},
): Engine {
  assertWebAssembly();
  const build = internals.build ?? buildOfHere();
  return new CpuEngine(options, {
    build,
    sharedStep: 5e6,
    compile: (isShared) => compileModule(build, isShared),
    onLoad: () => {},
    ...internals,
  });
}

/**
 * Describes the CPU engine. The name includes the build, because the last bits of results depend on
 * it.
 *
 * @param build Which build of the module
 */
export function describeCpu(build: Build = buildOfHere()): DeviceDescription {
  const name = build === "relaxed" ? "CPU (WebAssembly, relaxed SIMD)" : "CPU (WebAssembly SIMD)";
  return { backend: "cpu", name, software: false };
}

/** A loaded data set, in the memory of its threads. */
interface LoadedData {
  data: Dataset;
  threads: Threads<Layout>;
  layers: readonly LayerView[];
  draws: Draws;
  /** The index in the memory of each parameter. */
  indices: Uint32Array;
}

/** A run, started by `start()`. */
interface Run {
  loaded: LoadedData;
  rows: Uint32Array;
  /** Steps that were queued before the queue reached the run's start. */
  early: Step[];
}

class CpuEngine implements Engine {
  readonly device: DeviceDescription;
  readonly options: EngineOptions;
  readonly nets = 1;
  readonly #internals: CpuInternals;
  readonly #threads: number;
  #loaded: LoadedData | undefined;
  /** The threads of the current data, and of earlier data that queued work still needs. */
  readonly #open = new Set<Threads<Layout>>();
  /** The run started last, and the run whose rows and parameters are in the memory. */
  #started: Run | undefined;
  #resident: Run | undefined;
  #stepsTaken = 0;
  #disposed = false;
  /** Pending operations. Each keeps the data and the run that it was requested with. */
  readonly #queue: (() => void | Promise<void>)[] = [];
  /** Resolves when all requested operations have run; stays rejected once one has failed. */
  #done: Promise<unknown> = Promise.resolve();
  readonly #evaluations: Evaluation[] = [];
  #lastPause = 0;

  constructor(
    { threads = Math.min(coreCount(), MAX_THREADS), ...options }: CpuEngineOptions,
    internals: CpuInternals,
  ) {
    this.options = options;
    this.device = describeCpu(internals.build);
    this.#internals = internals;
    this.#threads = canShareMemory() ? threads : 1;
  }

  together(): Engine[] {
    return [this];
  }

  load(data: Dataset): void {
    this.#assertNotDisposed();
    assertLoadable(this.options, data);
    const rows = data.labels.length;
    const { compile, sharedStep, onLoad } = this.#internals;
    const stepThreads = multiplyAdds(this.options) < sharedStep ? 1 : this.#threads;
    const planned = planMemory({
      options: this.options,
      rows,
      imageWidth: data.width,
      threads: this.#threads,
      stepThreads,
    });
    // One extra thread draws rows; more would be idle unless the step is shared.
    const threads = new Threads(
      compile,
      planned,
      Math.max(stepThreads, Math.min(this.#threads, 2)),
    );
    const { images, labels, scales } = threads.layout;
    threads.bytes.set(data.images, images);
    threads.bytes.set(data.labels, labels);
    threads.floats.set(rowScales(data, this.options.scale), scales / 4);
    writeFieldWeights(threads.layout, threads.floats);
    writeLayers(planned, threads.words);
    const { layers } = planned;
    const indices = parameterIndices(this.options.architecture, layers);
    this.#open.add(threads);
    this.#loaded = { data, threads, layers, draws: new Draws(threads), indices };
    onLoad(threads);
    this.#started = undefined;
    this.#queue.push(() => this.#closeAllBut(threads));
  }

  start(rows: Uint32Array, state: EngineState): void {
    const loaded = this.#requireLoaded("start a run");
    assertTrainRows(rows, loaded.data.labels.length);
    assertState(this.options, state);
    const run: Run = { loaded, rows: rows.slice(), early: [] };
    const { parameters, moments, stepsTaken } = copyOfState(state);
    this.#started = run;
    this.#queue.push(() => {
      loaded.draws.start(run.rows);
      loaded.draws.push(run.early);
      this.#writeState(loaded, parameters, moments);
      this.#stepsTaken = stepsTaken;
      this.#resident = run;
    });
  }

  step(steps: readonly Step[]): void {
    this.#assertNotDisposed();
    const run = this.#started;
    if (run === undefined) throw notStartedError();
    for (const step of steps) assertDrawable(this.options, step, run.rows.length);
    const copies = steps.map((step) => ({ ...step, key: step.key.slice() }));
    if (run === this.#resident) run.loaded.draws.push(copies);
    else run.early.push(...copies);
    this.#queue.push(() => this.#takeSteps(copies, run));
  }

  evaluate(rows: Uint32Array): void {
    const loaded = this.#requireLoaded("evaluate");
    assertRows("evaluate", rows, loaded.data.labels.length);
    const copy = rows.slice();
    this.#queue.push(() => this.#takeEvaluation(copy, loaded));
  }

  settle(): Promise<Evaluation[]> {
    return this.#runQueue(() => this.#evaluations.splice(0));
  }

  read(): Promise<EngineState> {
    return this.#runQueue(() => this.#readState());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    // Work in progress stops at the next pause or operation, and rejects.
    await this.#done.catch(() => {});
    this.#queue.length = 0;
    this.#closeAllBut(undefined);
    this.#loaded = this.#started = this.#resident = undefined;
  }

  /** Runs the operations queued so far, after those in progress; then returns a result. */
  async #runQueue<Result>(result: () => Result): Promise<Result> {
    this.#assertNotDisposed();
    const queue = this.#queue.splice(0);
    const ran = this.#done.then(async () => {
      this.#lastPause = performance.now();
      for (const operation of queue) {
        this.#assertNotDisposed();
        await operation();
      }
      return result();
    });
    this.#done = ran;
    return await ran;
  }

  async #takeSteps(steps: Step[], { loaded }: Run): Promise<void> {
    const { draws, threads: { functions } } = loaded;
    for (const { learningRate } of steps) {
      this.#stepsTaken++;
      functions.takeStep(draws.next(), learningRate, ...this.#corrections(learningRate));
      if (performance.now() - this.#lastPause >= WORK_MS) await this.#pause();
    }
  }

  /** Adam's bias corrections, in the form that assembly/optimizer.ts uses. */
  #corrections(learningRate: number): [correctedRate: number, correction2: number] {
    const [first, second] = biasCorrections(this.options.optimizer, this.#stepsTaken);
    return [learningRate / first, 1 / Math.sqrt(second)];
  }

  async #takeEvaluation(rows: Uint32Array, loaded: LoadedData): Promise<void> {
    const { functions, layout, bytes, words, floats } = loaded.threads;
    const { out, stride } = loaded.layers[2];
    const { classes, head } = this.options.architecture;
    const counter = new RowCounter(head);
    for (let start = 0; start < rows.length; start += layout.blockRows) {
      const block = rows.subarray(start, start + layout.blockRows);
      words.set(block, layout.blockRowNumbers / 4);
      functions.evaluateRows(block.length);
      for (const [i, row] of block.entries()) {
        const from = (out + i * stride) / 4;
        counter.add(floats.subarray(from, from + classes), bytes[layout.labels + row]);
      }
      if (performance.now() - this.#lastPause >= WORK_MS) await this.#pause();
    }
    this.#evaluations.push(counter.result());
  }

  #writeState(
    { threads: { floats, layout }, layers, indices }: LoadedData,
    parameters: Float32Array,
    moments: Float32Array,
  ): void {
    const count = parameters.length;
    // The padding too: a run that diverged left NaN there, by which the padding of deltas is multiplied.
    const bytes = layout.parameterBytes * (1 + functionsOf(this.options.optimizer).momentArrays);
    floats.fill(0, layout.parameters / 4, (layout.parameters + bytes) / 4);
    for (let i = 0; i < count; i++) floats[indices[i]] = parameters[i];
    for (let array = 1; array <= moments.length / count; array++) {
      const distance = array * layout.parameterBytes / 4;
      const from = (array - 1) * count;
      for (let i = 0; i < count; i++) floats[indices[i] + distance] = moments[from + i];
    }
    writeCopies(this.options.architecture, layers, floats, parameters);
  }

  #readState(): EngineState {
    const { architecture, optimizer } = this.options;
    const { threads: { floats, layout }, indices } = this.#requireLoaded("read");
    const count = parameterCount(architecture);
    const arrays = 1 + functionsOf(optimizer).momentArrays;
    const all = new Float32Array(arrays * count);
    for (let array = 0; array < arrays; array++) {
      const distance = array * layout.parameterBytes / 4;
      for (let i = 0; i < count; i++) all[array * count + i] = floats[indices[i] + distance];
    }
    return {
      parameters: all.slice(0, count),
      moments: all.slice(count),
      stepsTaken: this.#stepsTaken,
    };
  }

  /** Lets the event loop run once. */
  async #pause(): Promise<void> {
    await nextTurn();
    this.#lastPause = performance.now();
    this.#assertNotDisposed();
  }

  #closeAllBut(needed: Threads<Layout> | undefined): void {
    for (const threads of this.#open) {
      if (threads === needed) continue;
      threads.close();
      this.#open.delete(threads);
    }
  }

  #assertNotDisposed(): void {
    if (this.#disposed) {
      throw disposedError();
    }
  }

  #requireLoaded(action: string): LoadedData {
    this.#assertNotDisposed();
    if (this.#loaded !== undefined) return this.#loaded;
    throw notLoadedError(action);
  }
}

/** Multiply-adds of a step, forward and backward, if one pixel in five is nonzero. */
function multiplyAdds({ architecture, batchSize }: EngineOptions): number {
  const { inputs, hidden: [units1, units2], classes } = architecture;
  return batchSize * (2 * inputs / 5 * units1 + 3 * (units1 * units2 + units2 * classes));
}

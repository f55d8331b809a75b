/** Runs a whole training run as a stream of events. */
import { checkDataset } from "../data/check.ts";
import type { Dataset } from "../data/dataset.ts";
import { createEngine } from "../engine/create.ts";
import type { Backend, Engine, EngineOptions, EngineState, Evaluation } from "../engine/engine.ts";
import { flatParameters, layerSizes, type NetParameters } from "../net/architecture.ts";
import { parameterViews } from "../net/maths.ts";
import { OPTIMIZERS } from "../net/optimizers.ts";
import { type Chunk, ChunkQueue } from "./chunks.ts";
import type {
  BestStep,
  CheckpointEvent,
  EvaluatedEvent,
  SampleEvent,
  TrainingEvent,
} from "./events.ts";
import {
  augmentationOf,
  checkAgainstRows,
  fitToRows,
  resolveOptions,
  type TrainingOptions,
} from "./options.ts";
import { AVERAGED_READBACKS, firstChunk, nextChunk } from "./pace.ts";
import { type PlannedIteration, planRun, totalIterations } from "./plan.ts";
import { drawStart } from "./start.ts";

/** The arguments of `train()`: the data, and the options that differ from the notebook's. */
export interface TrainingRun extends Partial<TrainingOptions> {
  /** The data to train and test on. */
  data: Dataset;
  /** The engine to use, which is not disposed. If omitted, one is created for this run. */
  engine?: Engine;
  /**
   * The kind of engine to create if none is given.
   * @default "auto"
   */
  backend?: Backend;
  /** Stops the run early, with a `checkpoint` and a `finished` event for the steps done so far. */
  signal?: AbortSignal;
  /** Replaces the drawn initial parameters; later random draws stay the same. */
  initialParameters?: NetParameters;
  /** Resumes an earlier run with the same options and data. */
  resume?: Pick<CheckpointEvent, "iteration" | "state" | "key" | "best">;
  /**
   * Number of steps between `checkpoint` events; 0 for none.
   * @default 0
   */
  saveEvery?: number;
}

/**
 * Trains the net and yields events: `started`, `sample`, `evaluated` (iteration 0), then
 * `evaluated`, `progress` and `checkpoint` as they occur, then `finished`, which contains the net.
 *
 * Makes the notebook's random draws in its order: split, sample, parameters, then those of
 * `planRun`. The same options on the same device give the same bits. Default sizes of batches and
 * evaluations are reduced if the data has fewer rows.
 *
 * @param run The data, and the options that differ from the notebook's
 * @returns The events; leaving the loop early stops the run
 * @throws {OptionError} If an option is invalid, or requires more rows than there are
 * @throws {RangeError} If the data set is inconsistent
 * @throws {DivergedError} If the loss diverges: it is not a finite number
 * @throws {Error} If the device fails
 *
 * @example
 * ```ts ignore
 * import { train } from "./train.ts";
 * import { loadMnist } from "../data/load_mnist.ts";
 *
 * for await (const event of train({ data: await loadMnist(), iterations: 500 })) {
 *   console.log(event);
 * }
 * ```
 */
export async function* train(run: TrainingRun): AsyncGenerator<TrainingEvent, void> {
  const {
    data,
    engine: given,
    backend = "auto",
    signal,
    initialParameters,
    resume,
    saveEvery = 0,
    ...chosen
  } = run;
  checkDataset(data);
  const resolved = resolveOptions(chosen);
  const options = fitToRows(resolved, data, chosen);
  if (!Number.isSafeInteger(saveEvery) || saveEvery < 0) {
    throw new RangeError(
      `Cannot train as saveEvery must be a whole number of at least 0: current value is ${saveEvery}`,
    );
  }
  checkAgainstRows(options, {
    train: data.trainRows,
    test: data.labels.length - data.trainRows,
  });
  const wanted = engineOptions(options, data);
  const initial = initialParameters && flatParameters(wanted.architecture, initialParameters);
  if (given) checkEngine(given.options, wanted);
  const engine = given ?? await createEngine({ ...wanted, backend });
  try {
    yield* trainOn(engine, { data, options, signal, initial, resume, saveEvery });
  } finally {
    if (!given) await engine[Symbol.asyncDispose]();
  }
}

/** Thrown if a run diverges, so that its loss is not a finite number. */
export class DivergedError extends Error {
  /** The error's class. */
  override name = "DivergedError";
}

/**
 * Returns the options with which to create an engine for a run.
 *
 * @param options The run's options
 * @param shape The data's image sizes and number of classes
 */
export function engineOptions(
  options: TrainingOptions,
  { width, height, classes }: Pick<Dataset, "width" | "height" | "classes">,
): EngineOptions {
  const { hidden, activation, head, optimizer, batchSize, scale, threefry } = options;
  return {
    architecture: { inputs: width * height, hidden, classes, activation, head },
    optimizer: OPTIMIZERS[optimizer].defaults,
    batchSize,
    scale,
    augment: augmentationOf(options),
    threefry,
  };
}

type PreparedRun = Pick<TrainingRun, "data" | "signal" | "resume"> & {
  options: TrainingOptions;
  /** The initial parameters, flat, if given. */
  initial: Float32Array | undefined;
  saveEvery: number;
};

async function* trainOn(
  engine: Engine,
  { data, options, signal, initial, resume, saveEvery }: PreparedRun,
): AsyncGenerator<TrainingEvent, void> {
  const { architecture, scale } = engine.options;
  const { split, sample, parameters, key } = drawStart(data, options, architecture);
  yield {
    type: "started",
    seed: options.seed,
    device: engine.device.name,
    backend: engine.device.backend,
    dataset: data.name,
    layers: layerSizes(architecture),
  };
  yield sampleEvent(data, split.train, sample);

  const plan = planRun(options, split.train.length, key);
  const iterations = totalIterations(options, split.train.length);
  const evaluationRows = split.validation.length > 0 ? split.validation : split.test;
  const queue = new ChunkQueue(engine, plan, evaluationRows, options);

  load(engine, data);
  engine.start(split.train, resume?.state ?? initialState(initial ?? parameters, options));
  let last: PlannedIteration;
  if (resume) {
    last = skipToCheckpoint(queue, resume, iterations);
  } else {
    const first = queue.queue(0);
    last = first.last;
    yield* evaluatedEvents(first.evaluated, await first.results, options, 0);
  }

  const start = performance.now();
  const firstIteration = queue.iteration;
  let done = firstIteration;
  let seconds = 0;
  // The latest readbacks. The size of the next chunk depends on the speed since the first of them.
  const readbacks = [{ done, seconds }];
  const { evalEvery, patience } = options;
  let best = resume?.best;
  const isExhausted = () =>
    patience > 0 && best !== undefined && done - best.iteration >= patience * evalEvery;
  const isSaved = (iteration: number) => saveEvery > 0 && iteration % saveEvery === 0;
  const isRead = (iteration: number) =>
    isSaved(iteration) || patience > 0 && iteration % evalEvery === 0;
  let saved = -1;
  const checkpoint = async (): Promise<CheckpointEvent> => {
    const { iteration, key } = last;
    saved = iteration;
    return { type: "checkpoint", iteration, state: await engine.read(), key, ...best && { best } };
  };
  const queueNext = (): Chunk | undefined => {
    const from = queue.iteration;
    if (from === iterations || signal?.aborted || isExhausted()) return undefined;
    const [since] = readbacks;
    const size = done === firstIteration
      ? firstChunk(options.batchSize, parameters.length)
      : nextChunk(done - since.done, 1000 * (seconds - since.seconds), from - firstIteration);
    const nextSave = saveEvery > 0 ? from + saveEvery - from % saveEvery : Infinity;
    const nextRead = patience > 0 ? from + evalEvery - from % evalEvery : Infinity;
    return queue.queue(Math.min(chunkEnd(from, size, iterations), nextSave, nextRead));
  };
  let current = queueNext();
  let ahead: Chunk | undefined;
  while (current) {
    const results = await current.results;
    seconds = (performance.now() - start) / 1000;
    last = current.last;
    done = last.iteration;
    readbacks.push({ done, seconds });
    if (readbacks.length > 1 + AVERAGED_READBACKS) readbacks.shift();
    yield* evaluatedEvents(current.evaluated, results, options, seconds);
    yield { type: "progress", iteration: done, iterations, seconds };
    if (patience > 0) best = await betterOf(best, current.evaluated, results, engine);
    if (isSaved(done)) yield await checkpoint();
    current = ahead ?? queueNext();
    // Queue another chunk, so that the device has work while this waits for `current`; but not if the
    // state after `current` must be read, for a checkpoint or as the best so far.
    ahead = current && !isRead(current.last.iteration) ? queueNext() : undefined;
  }

  // Save an interrupted run first, so that it can resume even if the final evaluation fails.
  if (done < iterations && done !== saved && !isExhausted()) yield await checkpoint();

  if (best !== undefined) engine.start(split.train, initialState(best.parameters, options));

  engine.evaluate(split.test);
  const [final] = await engine.settle();
  yield {
    type: "finished",
    iterations: queue.iteration,
    ...best && { bestIteration: best.iteration },
    seconds,
    ...measures(final, queue.iteration, options),
    architecture,
    scale,
    parameters: parameterViews(architecture, (await engine.read()).parameters),
  };
}

/**
 * Returns the better of the best evaluation so far and the chunk's, if it ends with an evaluation.
 */
async function betterOf(
  best: BestStep | undefined,
  evaluated: PlannedIteration[],
  results: Evaluation[],
  engine: Engine,
): Promise<BestStep | undefined> {
  if (evaluated.length === 0) return best;
  const [{ iteration }] = evaluated;
  const accuracy = results[0].correct / results[0].rows;
  if (best !== undefined && accuracy <= best.accuracy) return best;
  return { iteration, accuracy, parameters: (await engine.read()).parameters };
}

/**
 * Returns the last iteration of a chunk. It includes a small remainder of the run, to save a
 * readback.
 */
function chunkEnd(from: number, size: number, iterations: number): number {
  return from + 1.5 * size >= iterations ? iterations : from + size;
}

function initialState(parameters: Float32Array, { optimizer }: TrainingOptions): EngineState {
  const moments = new Float32Array(OPTIMIZERS[optimizer].momentArrays * parameters.length);
  return { parameters, moments, stepsTaken: 0 };
}

/**
 * Skips the iterations before a checkpoint, and verifies that the run would have drawn the same
 * random key.
 */
function skipToCheckpoint(
  queue: ChunkQueue,
  { iteration, key }: Pick<CheckpointEvent, "iteration" | "key">,
  iterations: number,
): PlannedIteration {
  if (iteration > iterations) {
    throw new RangeError(
      `Cannot resume as iterations must be at least the checkpoint's ${iteration}: ` +
        `current value is ${iterations}`,
    );
  }
  const last = queue.skip(iteration);
  const { key: planned } = last;
  if (planned.join() !== key.join()) {
    throw new RangeError(
      "Cannot resume as the options must draw the same random numbers as the checkpoint's: " +
        `current value of the key after step ${iteration} is ${planned}, the checkpoint's ${key}`,
    );
  }
  return last;
}

function sampleEvent(data: Dataset, train: Uint32Array, index: number): SampleEvent {
  const { width, height, images, labels, classNames } = data;
  const row = train[index];
  const name = classNames?.[labels[row]];
  const first = row * width * height;
  const art = Array.from({ length: height }, (_, y) => {
    const line = images.subarray(first + y * width, first + (y + 1) * width);
    return Array.from(line, (byte) => byte > 100 ? "@" : " ").join("");
  });
  return { type: "sample", index, label: labels[row], ...name && { name }, art };
}

function* evaluatedEvents(
  evaluated: PlannedIteration[],
  results: Evaluation[],
  options: TrainingOptions,
  seconds: number,
): Generator<EvaluatedEvent, void> {
  for (const [i, { iteration, step }] of evaluated.entries()) {
    yield {
      type: "evaluated",
      iteration,
      ...measures(results[i], iteration, options),
      learningRate: step?.learningRate ?? options.learningRate,
      seconds,
    };
  }
}

function measures(
  { correct, rows, loss }: Evaluation,
  iteration: number,
  options: TrainingOptions,
): { accuracy: number; loss: number } {
  if (!Number.isFinite(loss)) {
    throw new DivergedError(
      `Cannot continue training as the loss must be a finite number: current value is ${loss} after step ` +
        `${iteration}; try a smaller learningRate than ${options.learningRate}`,
    );
  }
  return { accuracy: correct / rows, loss };
}

/** The data set that each engine holds, so that a second run does not load it again. */
const loaded = new WeakMap<Engine, Dataset>();

function load(engine: Engine, data: Dataset): void {
  if (loaded.get(engine) === data) return;
  engine.load(data);
  loaded.set(engine, data);
}

/** Throws if an engine was created for another net, or for smaller batches. */
function checkEngine(has: EngineOptions, wanted: EngineOptions): void {
  for (const name of Object.keys(wanted) as (keyof EngineOptions)[]) {
    const isUsable = name === "batchSize"
      ? has.batchSize >= wanted.batchSize
      : canonical(has[name]) === canonical(wanted[name]);
    if (!isUsable) {
      throw new RangeError(
        `Cannot train as the engine's ${name} must be ${JSON.stringify(wanted[name])}: ` +
          `current value is ${JSON.stringify(has[name])}`,
      );
    }
  }
}

/** Returns equal text for equal values, regardless of the order of an object's fields. */
function canonical(value: string | number | object): string {
  return JSON.stringify(typeof value === "object" ? Object.entries(value).sort() : value);
}

/** Runs a whole training run as a stream of events. */
import { checkDataset } from "../data/check.ts";
import type { Dataset } from "../data/dataset.ts";
import { createEngine } from "../engine/create.ts";
import type { Backend, Engine, EngineOptions } from "../engine/engine.ts";
import { layerSizes, type NetParameters } from "../net/architecture.ts";
import type {
  BestStep,
  CheckpointEvent,
  EvaluatedStep,
  FinishedEvent,
  SampleEvent,
  TrainingEvent,
} from "./events.ts";
import type { OptionName, OptionValues } from "./option_table.ts";
import { fitToRows, resolveOptions, type TrainingOptions } from "./options.ts";
import { engineOptions } from "./engine_options.ts";
import { type Advance, type RunState, Trainer } from "./trainer.ts";

/** What controls a run without changing its numbers. */
export interface RunControl {
  /** Stops the run early, with a `checkpoint` and a `finished` event for the steps done so far. */
  signal?: AbortSignal;
  /** Resumes an earlier run with the same options and data. */
  resume?: RunState;
  /**
   * Number of steps between `checkpoint` events; 0 for none.
   * @default 0
   */
  saveEvery?: number;
}

/** The arguments of `train()`: the data, and the options that differ from the notebook's. */
export interface TrainArguments extends Partial<OptionValues>, RunControl {
  /** The data to train and test on. */
  data: Dataset;
  /** The engine to use, which is not disposed. If omitted, one is created for this run. */
  engine?: Engine;
  /**
   * The kind of engine to create if none is given.
   * @default "auto"
   */
  backend?: Backend;
  /** Replaces the drawn initial parameters; later random draws stay the same. */
  initialParameters?: NetParameters;
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
 * import { loadMnist } from "../data/idx_source.ts";
 *
 * for await (const event of train({ data: await loadMnist(), iterations: 500 })) {
 *   console.log(event);
 * }
 * ```
 */
export async function* train(run: TrainArguments): AsyncGenerator<TrainingEvent, void> {
  const { data, engine: given, backend = "auto", initialParameters, saveEvery = 0 } = run;
  checkDataset(data);
  if (!Number.isSafeInteger(saveEvery) || saveEvery < 0) {
    throw new RangeError(
      `Cannot train as saveEvery must be a whole number of at least 0: current value is ${saveEvery}`,
    );
  }
  const trainer = new Trainer(data, optionsOf(run), { initialParameters });
  const wanted = engineOptions(trainer.options, data);
  if (given) checkEngine(given.options, wanted);
  const engine = given ?? await createEngine({ ...wanted, backend });
  try {
    yield* trainOn(engine, trainer, run);
  } finally {
    if (!given) await engine[Symbol.asyncDispose]();
  }
}

/**
 * Trains the net, and returns it with its accuracy and loss on all test rows.
 *
 * @param run The data, and the options that differ from the notebook's
 * @returns The last event of `train()`
 * @throws The errors of `train()`
 *
 * @example
 * ```ts
 * import { trainModel } from "./train.ts";
 * import { PRESETS } from "./presets.ts";
 * import { syntheticDigits } from "../data/synthetic.ts";
 * import { assert } from "@std/assert";
 *
 * const data = syntheticDigits({ trainRows: 2000, testRows: 100 });
 * const model = await trainModel({ data, ...PRESETS.accurate, epochs: 2, backend: "cpu" });
 * assert(model.accuracy > 0.5);
 * ```
 */
export async function trainModel(run: TrainArguments): Promise<FinishedEvent> {
  for await (const event of train(run)) if (event.type === "finished") return event;
  throw new Error("Cannot return the net as train() ended without it");
}

/** The arguments of `train()` that are not options. */
const NOT_OPTIONS: Record<Exclude<keyof TrainArguments, OptionName>, true> = {
  data: true,
  engine: true,
  backend: true,
  signal: true,
  initialParameters: true,
  resume: true,
  saveEvery: true,
};

/**
 * Returns the options with which `train()` trains.
 *
 * @param run The arguments of `train()`
 * @returns All options, with default sizes reduced to what the data allows
 * @throws {OptionError} If an option is invalid
 */
export function optionsOf(run: TrainArguments): TrainingOptions {
  const given = Object.entries(run).filter(([name]) => !Object.hasOwn(NOT_OPTIONS, name));
  const chosen: Partial<OptionValues> = Object.fromEntries(given);
  return fitToRows(resolveOptions(chosen), run.data, chosen);
}

/**
 * Does what `train()` does, with options that are valid already.
 *
 * @param engine An engine created with the `engineOptions` of the run
 * @param control When to save it, and when to stop
 * @returns The events of `train()`
 */
export async function* trainOn(
  engine: Engine,
  trainer: Trainer,
  { signal, resume, saveEvery = 0 }: RunControl = {},
): AsyncGenerator<TrainingEvent, void> {
  const { data, options, iterations } = trainer;
  yield {
    type: "started",
    seed: options.seed,
    device: engine.device.name,
    backend: engine.device.backend,
    dataset: data.name,
    layers: layerSizes(engine.options.architecture),
  };
  yield sampleEvent(trainer);
  const { evaluated } = await trainer.begin(engine, resume);
  for (const step of evaluated) yield { type: "evaluated", ...step, seconds: 0 };

  const begun = performance.now();
  const stopping = new EarlyStopping(options, resume?.best);
  /** The multiples of these numbers of steps at which the state must be read, so a chunk ends there. */
  const everies = [saveEvery, options.patience > 0 ? options.evalEvery : 0].filter((n) => n > 0);
  const needsState = (iteration: number) => everies.some((every) => iteration % every === 0);
  const needsCheckpoint = (iteration: number) => saveEvery > 0 && iteration % saveEvery === 0;
  const checkpoint = async (): Promise<CheckpointEvent> => {
    const { best } = stopping;
    return { type: "checkpoint", ...await trainer.checkpoint(), ...best && { best } };
  };
  const advance = (): Promise<Advance> | undefined => {
    const from = trainer.queued;
    if (from === iterations || signal?.aborted || stopping.isOver(from)) return undefined;
    return trainer.advance(Math.min(...everies.map((every) => every - from % every)));
  };
  let seconds = 0;
  let ahead: Promise<Advance> | undefined;
  for (let current = advance(); current; current = ahead ?? advance()) {
    // Queue more, so that the device has work while this waits for `current`; but not before its
    // speed is known, or if the state after `current` must be read.
    ahead = trainer.hasMeasured && !needsState(trainer.queued) ? advance() : undefined;
    const { iteration, evaluated } = await current;
    seconds = (performance.now() - begun) / 1000;
    for (const step of evaluated) yield { type: "evaluated", ...step, seconds };
    yield { type: "progress", iteration, iterations, seconds };
    await stopping.consider(evaluated, trainer);
    if (needsCheckpoint(iteration)) yield await checkpoint();
  }

  // Save an interrupted run first, so that it can resume even if the final evaluation fails.
  const { queued } = trainer;
  const isCut = queued < iterations && !stopping.isOver(queued);
  if (isCut && !(queued > 0 && needsCheckpoint(queued))) yield await checkpoint();
  yield { type: "finished", seconds, ...await trainer.finish(stopping.best) };
}

/** Stops a run that does not improve, and keeps the best net. */
class EarlyStopping {
  /** The best evaluation so far. */
  best: BestStep | undefined;
  readonly #options: TrainingOptions;

  constructor(options: TrainingOptions, best: BestStep | undefined) {
    this.#options = options;
    this.best = best;
  }

  /** Whether the run ends after so many steps. */
  isOver(iteration: number): boolean {
    const { patience, evalEvery } = this.#options;
    const { best } = this;
    return patience > 0 && best !== undefined && iteration - best.iteration >= patience * evalEvery;
  }

  /** Keeps the net if it is the best so far; with `patience`, every advance ends with an evaluation. */
  async consider([step]: readonly EvaluatedStep[], trainer: Trainer): Promise<void> {
    if (this.#options.patience === 0 || step === undefined) return;
    const { iteration, accuracy } = step;
    if (this.best !== undefined && accuracy <= this.best.accuracy) return;
    const { state: { parameters } } = await trainer.checkpoint();
    this.best = { iteration, accuracy, parameters };
  }
}

function sampleEvent({ data, split, sample: index }: Trainer): SampleEvent {
  const { width, height, images, labels, classNames } = data;
  const row = split.train[index];
  const name = classNames?.[labels[row]];
  const first = row * width * height;
  const art = Array.from({ length: height }, (_, y) => {
    const line = images.subarray(first + y * width, first + (y + 1) * width);
    return Array.from(line, (byte) => byte > 100 ? "@" : " ").join("");
  });
  return { type: "sample", index, label: labels[row], ...name && { name }, art };
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

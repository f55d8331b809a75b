/** Queues the steps and evaluations of a run on an engine, chunk by chunk. */
import type { Engine, Evaluation, Step } from "../engine/engine.ts";
import { choice } from "../random/distributions.ts";
import type { Key } from "../random/threefry.ts";
import type { TrainingOptions } from "./options.ts";
import type { PlannedIteration } from "./plan.ts";

/** A queued part of a run. */
export interface Chunk {
  /** The last iteration of the chunk. */
  last: PlannedIteration;
  /** The iterations of the chunk that end with an evaluation. */
  evaluated: PlannedIteration[];
  /** The results of those evaluations, in order. */
  results: Promise<Evaluation[]>;
}

/** Queues a run on an engine, chunk by chunk, and waits for the results of each chunk only once. */
export class ChunkQueue {
  /** The last queued iteration; -1 before the first chunk. */
  iteration = -1;
  readonly #engine: Engine;
  readonly #plan: Iterator<PlannedIteration, never>;
  readonly #rows: Uint32Array;
  readonly #options: TrainingOptions;

  /**
   * @param engine The engine on which the run was started
   * @param plan The run, starting at iteration 0
   * @param rows The rows from which evaluations sample
   * @param options The run's options
   */
  constructor(
    engine: Engine,
    plan: Iterator<PlannedIteration, never>,
    rows: Uint32Array,
    options: TrainingOptions,
  ) {
    this.#engine = engine;
    this.#plan = plan;
    this.#rows = rows;
    this.#options = options;
  }

  /**
   * Skips the iterations of an earlier run, up to and including number `to`, and returns that one.
   */
  skip(to: number): PlannedIteration {
    let last;
    do last = this.#next(); while (last.iteration < to);
    return last;
  }

  /** Queues everything up to and including iteration `to`, which must not be queued yet. */
  queue(to: number): Chunk {
    const evaluated: PlannedIteration[] = [];
    let steps: Step[] = [];
    let last;
    do {
      last = this.#next();
      if (last.step) steps.push(last.step);
      if (steps.length > 0 && (last.evaluation || last.iteration === to)) {
        // Queue these steps before sampling the evaluation's rows, so that the device does not idle.
        this.#engine.step(steps);
        steps = [];
      }
      if (last.evaluation) {
        this.#evaluate(last.evaluation);
        evaluated.push(last);
      }
    } while (last.iteration < to);
    const results = this.#engine.settle();
    // Whoever awaits the results gets the error. After an earlier chunk failed, nothing awaits them,
    // so an unhandled rejection must be prevented.
    results.catch(() => {});
    return { last, evaluated, results };
  }

  #next(): PlannedIteration {
    this.iteration++;
    return this.#plan.next().value;
  }

  #evaluate(key: Key): void {
    const { evalSize, threefry } = this.#options;
    const drawn = choice(key, this.#rows.length, evalSize, { layout: threefry });
    this.#engine.evaluate(drawn.map((i) => this.#rows[i]));
  }
}

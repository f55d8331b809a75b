/** Queues a planned run on an engine, chunk by chunk. */
import type { Engine, Evaluation, Step } from "../engine/engine.ts";
import { choice } from "../random/distributions.ts";
import type { Key } from "../random/threefry.ts";
import type { TrainingOptions } from "./options.ts";
import type { PlannedIteration } from "./plan.ts";

/** Part of a run, queued. */
export interface Chunk {
  /** The iteration that it ends with. */
  last: PlannedIteration;
  /** Its iterations that end with an evaluation. */
  evaluated: PlannedIteration[];
  /** What those evaluations find, in their order. */
  results: Promise<Evaluation[]>;
}

/** See the head of this file. */
export class ChunkQueue {
  /** The iteration that is queued last; -1 before the first chunk. */
  iteration = -1;
  readonly #engine: Engine;
  readonly #plan: Iterator<PlannedIteration, never>;
  readonly #rows: Uint32Array;
  readonly #options: TrainingOptions;

  /**
   * @param engine Where the run was started
   * @param plan The run, from iteration 0 on
   * @param rows The rows that evaluations draw from
   * @param options The run's
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

  /** Passes over what an earlier run did, up to the iteration numbered `to`, and gives that one. */
  skip(to: number): PlannedIteration {
    let last;
    do last = this.#next(); while (last.iteration < to);
    return last;
  }

  /** Queues all that is left up to the iteration numbered `to`, which must be ahead. */
  queue(to: number): Chunk {
    const evaluated: PlannedIteration[] = [];
    let steps: Step[] = [];
    let last;
    do {
      last = this.#next();
      if (last.step) steps.push(last.step);
      if (steps.length > 0 && (last.evaluation || last.iteration === to)) {
        // Before the evaluation's rows are drawn, so that the device has work meanwhile.
        this.#engine.step(steps);
        steps = [];
      }
      if (last.evaluation) {
        this.#evaluate(last.evaluation);
        evaluated.push(last);
      }
    } while (last.iteration < to);
    const results = this.#engine.settle();
    // It fails where the results are awaited; which nobody does after an earlier chunk failed.
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

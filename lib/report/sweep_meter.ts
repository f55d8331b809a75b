/** Computes the progress of a whole sweep. */
import type { Dataset } from "../data/dataset.ts";
import { parameterCount } from "../net/architecture.ts";
import type { TrainingOptions } from "../training/options.ts";
import { totalIterations } from "../training/plan.ts";
import type { SweepEvent } from "../training/run_all.ts";
import { engineOptions } from "../training/engine_options.ts";

/** Adds up the work of a sweep's runs; a larger net or batch counts as more work. */
export class SweepMeter {
  /** The work of all runs, in multiply-adds without evaluations. */
  readonly total: number;
  readonly #data: Dataset;
  readonly #runs = new Map<string, { work: number; steps: number }>();

  constructor(runs: readonly TrainingOptions[], data: Dataset) {
    this.#data = data;
    this.total = runs.reduce((sum, options) => sum + this.#workOf(options), 0);
  }

  /** Records an event of any run. */
  update(event: SweepEvent): void {
    const key = JSON.stringify(event.options);
    const work = this.#workOf(event.options);
    if (event.type === "progress") {
      const { iteration, iterations } = event;
      this.#runs.set(key, { work: work * iteration / iterations, steps: iteration });
    } else {
      const steps = event.result?.iterations ?? this.#runs.get(key)?.steps ?? 0;
      this.#runs.set(key, { work, steps });
    }
  }

  /** The work done so far. */
  get done(): number {
    return this.#runs.values().reduce((sum, { work }) => sum + work, 0);
  }

  /** The steps taken so far. */
  get steps(): number {
    return this.#runs.values().reduce((sum, { steps }) => sum + steps, 0);
  }

  #workOf(options: TrainingOptions): number {
    const { architecture, batchSize } = engineOptions(options, this.#data);
    const steps = totalIterations(options, this.#data.trainRows - options.validation);
    return 3 * parameterCount(architecture) * batchSize * steps;
  }
}

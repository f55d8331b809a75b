/** Keeps track of which runs of a sweep are done, in memory and in the sweep's file. */
import type { TrainingOptions } from "../training/options.ts";
import type { SweptRun } from "../training/sweep.ts";
import { type DataIdentity, runKey, type SavedRun, writeSweep } from "./sweep_file.ts";

/** The requested runs of a sweep. */
export interface RequestedRuns {
  /** The options of each run; duplicates count once. */
  options: readonly TrainingOptions[];
  /** The data of all runs. */
  data: DataIdentity;
  /** The kind of engine that trains them. */
  backend: string;
}

/** Saves the runs of a sweep to its file, together with those that the file already contained. */
export class SweepLedger {
  /** The requested runs that are not done yet, in order. */
  readonly left: readonly TrainingOptions[];
  readonly #path: string;
  readonly #before: readonly SavedRun[];
  readonly #requested: RequestedRuns;
  readonly #keys: ReadonlySet<string>;
  readonly #done: Map<string, SavedRun>;

  /**
   * @param path The sweep's file
   * @param before The runs that `readSweep` found there
   * @param requested The requested runs
   */
  constructor(path: string, before: readonly SavedRun[], requested: RequestedRuns) {
    this.#path = path;
    this.#before = before;
    this.#requested = requested;
    const wanted = new Map(requested.options.map((options) => [this.#keyOf(options), options]));
    this.#keys = new Set(wanted.keys());
    this.#done = new Map(
      before.map((run) => [runKey(run), run] as const).filter(([key]) => wanted.has(key)),
    );
    this.left = [...wanted].filter(([key]) => !this.#done.has(key)).map(([, options]) => options);
  }

  /** The number of requested runs. */
  get total(): number {
    return this.#keys.size;
  }

  /** The requested runs that are done, in the requested order. */
  get done(): SavedRun[] {
    return [...this.#keys].flatMap((key) => this.#done.get(key) ?? []);
  }

  /** How many of the requested runs are done: `3 of 12 runs`. */
  get progress(): string {
    return `${this.#done.size} of ${this.total} runs`;
  }

  /** Saves a finished run. */
  async add(run: SweptRun): Promise<void> {
    this.#done.set(this.#keyOf(run.options), { ...run, ...this.#requested.data });
    await this.write();
  }

  /** Writes the file: the earlier runs, then the new ones in the requested order. */
  async write(): Promise<void> {
    const before = new Set(this.#before);
    await writeSweep(this.#path, [...before, ...this.done.filter((run) => !before.has(run))]);
  }

  #keyOf(options: TrainingOptions): string {
    const { data, backend } = this.#requested;
    return runKey({ ...data, backend, options });
  }
}

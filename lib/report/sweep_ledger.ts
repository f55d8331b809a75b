/** Tracks which runs of a sweep are done, in memory and in its file. */
import type { TrainingOptions } from "../training/options.ts";
import type { SweptRun } from "../training/sweep.ts";
import { type DataIdentity, type KeptRun, runKey, writeSweep } from "./sweep_file.ts";

/** The requested runs of a sweep. */
export interface AskedRuns {
  /** The options of each run; duplicates count once. */
  options: readonly TrainingOptions[];
  /** The data of all runs. */
  data: DataIdentity;
  /** The kind of engine. */
  backend: string;
}

/** Stores the runs of a sweep in its file, together with those that the file already had. */
export class SweepLedger {
  /** The requested runs that are not done yet, in order. */
  readonly left: readonly TrainingOptions[];
  readonly #path: string;
  readonly #before: readonly KeptRun[];
  readonly #asked: AskedRuns;
  readonly #keys: ReadonlySet<string>;
  readonly #done: Map<string, KeptRun>;

  /**
   * @param path The sweep's file
   * @param before The runs that `readSweep` found there
   * @param asked The requested runs
   */
  constructor(path: string, before: readonly KeptRun[], asked: AskedRuns) {
    this.#path = path;
    this.#before = before;
    this.#asked = asked;
    const wanted = new Map(asked.options.map((options) => [this.#keyOf(options), options]));
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
  get done(): KeptRun[] {
    return [...this.#keys].flatMap((key) => this.#done.get(key) ?? []);
  }

  /** `3 of 12 runs` */
  get words(): string {
    return `${this.#done.size} of ${this.total} runs`;
  }

  /** Stores a finished run. */
  async add(run: SweptRun): Promise<void> {
    this.#done.set(this.#keyOf(run.options), { ...run, ...this.#asked.data });
    await this.write();
  }

  /** Writes the file: its earlier runs, then the new ones in the requested order. */
  async write(): Promise<void> {
    const before = new Set(this.#before);
    await writeSweep(this.#path, [...before, ...this.done.filter((run) => !before.has(run))]);
  }

  #keyOf(options: TrainingOptions): string {
    const { data, backend } = this.#asked;
    return runKey({ ...data, backend, options });
  }
}

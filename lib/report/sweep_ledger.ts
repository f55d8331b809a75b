/** Which runs of a sweep are done, in memory and in its file. */
import type { TrainingOptions } from "../training/options.ts";
import type { SweptRun } from "../training/sweep.ts";
import { type DataIdentity, type KeptRun, runKey, writeSweep } from "./sweep_file.ts";

/** What a sweep is asked for. */
export interface AskedRuns {
  /** The options of each run; a run that is asked for twice is one. */
  options: readonly TrainingOptions[];
  /** The data of all runs. */
  data: DataIdentity;
  /** The kind of engine that trains them. */
  backend: string;
}

/** Keeps the runs of a sweep in its file, beside those that the file had before. */
export class SweepLedger {
  /** The runs that are not done yet, in the order asked for. */
  readonly left: readonly TrainingOptions[];
  readonly #path: string;
  readonly #before: readonly KeptRun[];
  readonly #asked: AskedRuns;
  readonly #keys: ReadonlySet<string>;
  readonly #done: Map<string, KeptRun>;

  /**
   * @param path The sweep's file
   * @param before What `readSweep` found there
   * @param asked Which runs are wanted
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

  /** How many runs are asked for. */
  get total(): number {
    return this.#keys.size;
  }

  /** The runs asked for that are done, in the order asked for, whenever they ended. */
  get done(): KeptRun[] {
    return [...this.#keys].flatMap((key) => this.#done.get(key) ?? []);
  }

  /** `3 of 12 runs` */
  get words(): string {
    return `${this.#done.size} of ${this.total} runs`;
  }

  /** Keeps a run that has ended. */
  async add(run: SweptRun): Promise<void> {
    this.#done.set(this.#keyOf(run.options), { ...run, ...this.#asked.data });
    await this.write();
  }

  /** Writes the file: what it had before, then what has been added, in the order asked for. */
  async write(): Promise<void> {
    const before = new Set(this.#before);
    await writeSweep(this.#path, [...before, ...this.done.filter((run) => !before.has(run))]);
  }

  #keyOf(options: TrainingOptions): string {
    const { data, backend } = this.#asked;
    return runKey({ ...data, backend, options });
  }
}

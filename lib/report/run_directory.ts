/**
 * A run's folder:
 *
 * - `options.json`: what was trained on what, written when the run begins
 * - `metrics.csv`: a row for each evaluation on the way
 * - `checkpoint.safetensors`: where the run stood, if it was asked to save that or was interrupted
 * - `model.safetensors`: the trained net, what was trained on what, and the result
 *
 * Each file is there whole or not at all, whenever the process ends.
 */
import { dirname, resolve } from "node:path";
import { parse, stringify } from "@std/csv";
import { type Checkpoint, type CurvePoint, encodeCheckpoint } from "../model/checkpoint.ts";
import { loadParameters } from "../model/load_parameters.ts";
import { saveParameters } from "../model/save_parameters.ts";
import type { RunRecord } from "../model/metadata.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import type { Architecture } from "../net/architecture.ts";
import type { StartedEvent, TrainingEvent } from "../training/events.ts";
import type { TrainingOptions } from "../training/options.ts";
import type { ReportedRun } from "./html/reported_run.ts";

const OPTIONS = "options.json";
const METRICS = "metrics.csv";
const CHECKPOINT = "checkpoint.safetensors";
const MODEL = "model.safetensors";

/** Where folders are made that are not named. */
const PARENT = "runs";

/** The columns of `metrics.csv`. */
const COLUMNS = ["iteration", "accuracy", "loss", "learningRate", "seconds"] as const;

/** Metrics wait so long to be written, lest a run that evaluates often spends its time on that. */
const METRICS_MILLISECONDS = 1000;

/** What a folder is to hold, and where. */
export interface RunDirectoryOptions {
  options: TrainingOptions;
  /**
   * The folder; if not given, that of the checkpoint that the run goes on from, else
   * `runs/<date>-<seed>`, with a number behind it if that exists.
   */
  path?: string;
  /** Where the run goes on from, and the file that says so. */
  resumed?: { checkpoint: Checkpoint; file: string };
}

/** Keeps a run: hand it every event of `train()`, and dispose of it however the run ended. */
export class RunDirectory implements AsyncDisposable {
  /** The folder, once there is one. */
  path: string | undefined;
  readonly #options: TrainingOptions;
  readonly #resumedFrom: string | undefined;
  readonly #secondsBefore: number;
  readonly #curve: CurvePoint[];
  #run!: RunRecord;
  #architecture!: Architecture;
  #seconds: number;
  #curveWritten: number;
  #writtenAt = 0;

  /** Nothing is written before the run's first event. */
  constructor({ options, path, resumed }: RunDirectoryOptions) {
    this.#resumedFrom = resumed && dirname(resumed.file);
    this.path = path ?? this.#resumedFrom;
    this.#options = options;
    this.#secondsBefore = this.#seconds = resumed?.checkpoint.seconds ?? 0;
    this.#curve = [...resumed?.checkpoint.curve ?? []];
    this.#curveWritten = this.#curve.length;
  }

  /**
   * Writes what an event brings.
   *
   * @param event The next of the run's events
   * @throws {Error} If the folder holds another run, or a file cannot be written
   */
  async record(event: TrainingEvent): Promise<void> {
    switch (event.event) {
      case "started":
        await this.#begin(event);
        break;
      case "evaluated": {
        const { event: _, seconds, ...point } = event;
        this.#curve.push({ ...point, seconds: this.#secondsBefore + seconds });
        if (performance.now() - this.#writtenAt > METRICS_MILLISECONDS) await this.#writeMetrics();
        break;
      }
      case "progress":
        this.#seconds = this.#secondsBefore + event.seconds;
        break;
      case "checkpoint":
        await this.#writeCheckpoint(event);
        break;
      case "finished": {
        const { iterations, seconds, accuracy, loss, architecture, scale, parameters } = event;
        await this.#writeMetrics();
        await saveParameters(`${this.path}/${MODEL}`, {
          architecture,
          scale,
          parameters,
          run: this.#run,
          result: { iterations, seconds: this.#secondsBefore + seconds, accuracy, loss },
        });
      }
    }
  }

  /** Writes what was evaluated last, also of a run that failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#curve.length > this.#curveWritten) await this.#writeMetrics();
  }

  async #begin({ dataset, device, backend, layers }: StartedEvent): Promise<void> {
    const options = this.#options;
    const { hidden, activation, head } = options;
    this.#run = { dataset, device, backend, options };
    this.#architecture = { inputs: layers[0], hidden, classes: layers[3], activation, head };
    if (this.path === undefined) {
      this.path = await makeFolder(options.seed);
    } else {
      await makeFolders(this.path);
      const isOwn = this.#resumedFrom && resolve(this.#resumedFrom) === resolve(this.path);
      if (!isOwn) await refuseOtherRun(this.path);
    }
    const text = JSON.stringify(this.#run, null, 2) + "\n";
    await writeFileAtomically(`${this.path}/${OPTIONS}`, text);
    this.#writtenAt = performance.now();
  }

  async #writeMetrics(): Promise<void> {
    const text = stringify(this.#curve, { columns: [...COLUMNS] });
    await writeFileAtomically(`${this.path}/${METRICS}`, text);
    this.#curveWritten = this.#curve.length;
    this.#writtenAt = performance.now();
  }

  async #writeCheckpoint(event: Pick<Checkpoint, "iteration" | "state" | "key">): Promise<void> {
    const { iteration, state, key } = event;
    const bytes = encodeCheckpoint({
      run: this.#run,
      architecture: this.#architecture,
      iteration,
      seconds: this.#seconds,
      curve: this.#curve,
      state,
      key,
    });
    await writeFileAtomically(`${this.path}/${CHECKPOINT}`, bytes);
  }
}

/**
 * Reads a finished run's folder.
 *
 * @param path The folder
 * @returns What a report says of the run, and its net
 * @throws {Error} If a file is missing or damaged
 */
export async function readRunDirectory(
  path: string,
): Promise<{ run: ReportedRun; model: SavedModel }> {
  const model = await loadParameters(`${path}/${MODEL}`);
  const { run, result } = model;
  if (!run || !result) {
    throw new Error(`Cannot use ${path}/${MODEL} as a run as it must say which run it comes from`);
  }
  const name = path.replace(/\/+$/, "").split("/").at(-1) ?? path;
  const curve = readMetrics(await readText(`${path}/${METRICS}`), `${path}/${METRICS}`);
  return { run: { name, ...run, ...result, curve }, model };
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function readMetrics(text: string, path: string): CurvePoint[] {
  const [header, ...rows]: string[][] = parse(text);
  if (header?.join() !== COLUMNS.join()) {
    throw new Error(
      `Cannot read ${path} as its columns must be ${COLUMNS}: current value is ${header}`,
    );
  }
  return rows.map((row, i) => {
    const numbers = row.map((text) => text === "" ? NaN : Number(text));
    if (!numbers.every(Number.isFinite)) {
      throw new Error(
        `Cannot read ${path} as line ${i + 2} must be numbers: current value is ${row}`,
      );
    }
    const [iteration, accuracy, loss, learningRate, seconds] = numbers;
    return { iteration, accuracy, loss, learningRate, seconds };
  });
}

/** Makes `runs/<date>-<seed>`, or with a number behind it: one that no other process makes, too. */
async function makeFolder(seed: number): Promise<string> {
  await makeFolders(PARENT);
  const name = `${PARENT}/${localDate(new Date())}-${seed}`;
  for (let number = 1;; number++) {
    const path = number === 1 ? name : `${name}-${number}`;
    try {
      await Deno.mkdir(path);
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

async function makeFolders(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw new Error(`Cannot keep the run in ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Year, month and day as they are here: 2026-11-23. */
function localDate(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-");
}

async function refuseOtherRun(path: string): Promise<void> {
  for await (const { name } of Deno.readDir(path)) {
    if (name === OPTIONS || name === MODEL) {
      throw new Error(
        `Cannot keep the run in ${path} as it must not hold another: it has ${name}; ` +
          "name another folder with --out",
      );
    }
  }
}

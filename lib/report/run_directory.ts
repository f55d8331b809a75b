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
import { basename, dirname, resolve } from "node:path";
import { parse, stringify } from "@std/csv";
import type { Dataset } from "../data/dataset.ts";
import { recordDataset } from "../data/record.ts";
import { tryLock } from "../files/lock.ts";
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
/** Locked while a process keeps a run in the folder. */
const LOCK = ".lock";

/** Where folders are made that are not named. */
const PARENT = "runs";

/** The columns of `metrics.csv`. */
const COLUMNS = ["iteration", "accuracy", "loss", "learningRate", "seconds"] as const;

/** Metrics wait so long to be written, lest a run that evaluates often spends its time on that. */
const METRICS_MILLISECONDS = 1000;

/** What a folder is to hold, and where. */
export interface RunDirectoryOptions {
  options: TrainingOptions;
  /** What the run trains and tests on. */
  data: Dataset;
  /** Steps between two checkpoints, for a later `--resume`; 0 for none. */
  saveEvery: number;
  /**
   * The folder; if not given, that of the checkpoint that the run goes on from, else
   * `runs/<date>-<seed>`, with a number behind it if that exists.
   */
  path?: string;
  /** The file whose parameters the run starts from. */
  initFrom?: string;
  /** Where the run goes on from, and the file that says so. */
  resumed?: { checkpoint: Checkpoint; file: string };
}

/** Keeps a run: hand it every event of `train()`, and dispose of it however the run ended. */
export class RunDirectory implements AsyncDisposable {
  /** The folder, once there is one. */
  path: string | undefined;
  readonly #given: RunDirectoryOptions;
  readonly #resumedFrom: string | undefined;
  readonly #secondsBefore: number;
  readonly #curve: CurvePoint[];
  #lock: Disposable | undefined;
  #begun = false;
  #run!: RunRecord;
  #architecture!: Architecture;
  #seconds: number;
  #curveWritten: number;
  #writtenAt = 0;

  /** Nothing is written before the run's first event. */
  constructor(given: RunDirectoryOptions) {
    const { path, resumed } = given;
    this.#given = given;
    this.#resumedFrom = resumed && dirname(resumed.file);
    this.path = path ?? this.#resumedFrom;
    this.#secondsBefore = this.#seconds = resumed?.checkpoint.seconds ?? 0;
    this.#curve = [...resumed?.checkpoint.curve ?? []];
    this.#curveWritten = this.#curve.length;
  }

  /**
   * Writes what an event brings.
   *
   * @param event The next of the run's events
   * @throws {Error} If the folder holds another run or another process keeps one there, or a file
   *   cannot be written
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
        await this.#recordData();
        await this.#writeCheckpoint(event);
        break;
      case "finished": {
        const { event: _, seconds, architecture, scale, parameters, ...result } = event;
        await this.#recordData();
        await this.#writeMetrics();
        await saveParameters(`${this.path}/${MODEL}`, {
          architecture,
          scale,
          parameters,
          run: this.#run,
          result: { ...result, seconds: this.#secondsBefore + seconds },
        });
      }
    }
  }

  /** Writes what was evaluated last, also of a run that failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    using _ = this.#lock;
    if (this.#begun && this.#curve.length > this.#curveWritten) await this.#writeMetrics();
  }

  async #begin({ dataset, device, backend, layers }: StartedEvent): Promise<void> {
    const { options, saveEvery, resumed } = this.#given;
    const { hidden, activation, head } = options;
    this.#architecture = { inputs: layers[0], hidden, classes: layers[3], activation, head };
    const isOwn = this.path !== undefined && this.#resumedFrom !== undefined &&
      resolve(this.#resumedFrom) === resolve(this.path);
    const before = isOwn ? resumed?.checkpoint.run.id : undefined;
    const id = before ?? crypto.randomUUID();
    const { initFrom = resumed?.checkpoint.run.initFrom } = this.#given;
    this.#run = { dataset, device, backend, options, id, saveEvery, ...(initFrom && { initFrom }) };
    if (this.path === undefined) this.path = await makeFolder(options.seed);
    else await makeFolders(this.path);
    this.#lock = await lockFolder(this.path);
    await refuseOtherRun(this.path, isOwn ? { id: before } : undefined);
    await this.#writeOptions();
    this.#begun = true;
    this.#writtenAt = performance.now();
  }

  /**
   * Finds what to remember of the data. Not before the first file that needs it, as hashing the data
   * would keep a person waiting for the first step.
   */
  async #recordData(): Promise<void> {
    if (this.#run.data) return;
    this.#run.data = await recordDataset(this.#given.data);
    await this.#writeOptions();
  }

  async #writeOptions(): Promise<void> {
    const text = JSON.stringify(this.#run, null, 2) + "\n";
    await writeFileAtomically(`${this.path}/${OPTIONS}`, text);
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
  const { run, result, runError } = model;
  if (!run || !result) {
    const found = runError ? `: ${runError}` : "";
    throw new Error(
      `Cannot use ${path}/${MODEL} as a run as it must say which run it comes from${found}`,
    );
  }
  const name = basename(resolve(path));
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
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw cannotKeep(path, `it cannot be made: ${(error as Error).message}`, error);
    }
  }
}

async function makeFolders(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw cannotKeep(path, `it cannot be made: ${(error as Error).message}`, error);
  }
}

async function lockFolder(path: string): Promise<Disposable> {
  let lock;
  try {
    lock = await tryLock(`${path}/${LOCK}`);
  } catch (error) {
    throw cannotKeep(path, `nothing can be written there: ${(error as Error).message}`, error);
  }
  if (!lock) throw cannotKeep(path, "another process is keeping one there");
  return lock;
}

function cannotKeep(path: string, reason: string, cause?: unknown): Error {
  const message = `Cannot keep the run in ${path} as ${reason}; name another folder with --out`;
  return new Error(message, { cause });
}

/** Year, month and day as they are here: 2026-11-23. */
function localDate(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-");
}

/** Refuses a folder with a run in it, but for the one that the checkpoint there is of. */
async function refuseOtherRun(path: string, own: { id?: string } | undefined): Promise<void> {
  for await (const { name } of Deno.readDir(path)) {
    if (name !== OPTIONS && name !== MODEL) continue;
    if (own && await readRunId(path, name) === own.id) continue;
    throw cannotKeep(
      path,
      own
        ? `the checkpoint is not of the run whose ${name} is there`
        : `it must not hold another: it has ${name}`,
    );
  }
}

/** The id in one of a run's files; undefined if it has none, as in those of early versions. */
async function readRunId(path: string, name: string): Promise<string | undefined> {
  const file = `${path}/${name}`;
  if (name === MODEL) return (await loadParameters(file)).run?.id;
  try {
    return JSON.parse(await readText(file))?.id;
  } catch (error) {
    throw cannotKeep(path, `its ${name} cannot be read: ${(error as Error).message}`, error);
  }
}

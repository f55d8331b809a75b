/**
 * Saves runs in folders, and reads them. A run's folder contains:
 *
 * - `options.json`: the run's options, data and device; written when the run starts
 * - `metrics.csv`: a row for each evaluation during training
 * - `checkpoint.safetensors`: the latest checkpoint, if requested or if the run was interrupted
 * - `model.safetensors`: the trained net, the run's options, data and device, and the result
 * - `README.md`: the same for readers, as model hubs show it
 *
 * Files are written atomically, so none is incomplete if the process is killed.
 */
import { fromTexts } from "../files/fields.ts";
import { basename, dirname, resolve } from "node:path";
import { parse, stringify } from "@std/csv";
import type { Dataset } from "../data/dataset.ts";
import { recordDataset } from "../data/record.ts";
import { tryLock } from "../files/lock.ts";
import { type Checkpoint, encodeCheckpoint } from "../model/checkpoint.ts";
import { loadModel } from "../model/load_model.ts";
import { saveModel } from "../model/save_model.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import { CARD_MARK, modelCard } from "./model_card.ts";
import type { Architecture } from "../net/architecture.ts";
import type { CheckpointEvent, StartedEvent, TrainingEvent } from "../training/events.ts";
import type { TrainingOptions } from "../training/options.ts";
import {
  type CurvePoint,
  FORMAT_VERSION,
  POINT_FIELDS,
  resultOf,
  type RunRecord,
  type RunResult,
} from "../training/record.ts";

const OPTIONS = "options.json";
const METRICS = "metrics.csv";
/** The name of a run's checkpoint. */
export const CHECKPOINT = "checkpoint.safetensors";
const MODEL = "model.safetensors";
const CARD = "README.md";
/** The lock file, locked while a process saves a run in the folder. */
const LOCK = ".lock";

/** The parent of folders that the user does not name. */
const PARENT = "runs";

/** The columns of `metrics.csv`. */
const COLUMNS = Object.keys(POINT_FIELDS) as (keyof CurvePoint)[];

/**
 * Minimum time between writes of metrics.csv, so that frequent evaluations do not slow a run down.
 */
const METRICS_MILLISECONDS = 1000;

/** A finished run. */
export interface ReportedRun extends RunRecord {
  /** The run's name: that of its folder. */
  name: string;
  result: RunResult;
  /** The evaluations during training, in order. */
  curve: readonly CurvePoint[];
}

/** Options of `RunDirectory`. */
export interface RunDirectoryOptions {
  options: TrainingOptions;
  /** The run's data. */
  data: Dataset;
  /** Steps between checkpoints, which a resumed run repeats; 0 for none. */
  saveEvery: number;
  /**
   * The folder. The default is the folder of the checkpoint from which the run resumes, otherwise
   * `runs/<date>-<seed>`, followed by a number if that exists.
   */
  path?: string;
  /** The file with the run's initial parameters. */
  initFrom?: string;
  /** The checkpoint from which the run resumes, and its file. */
  resumed?: { checkpoint: Checkpoint; file: string };
}

/** Saves a run: pass every event of `train()` to `record`, and dispose after the run. */
export class RunDirectory implements AsyncDisposable {
  /** The folder, once it exists. */
  path: string | undefined;
  readonly #given: RunDirectoryOptions;
  readonly #resumedFrom: string | undefined;
  readonly #secondsBefore: number;
  readonly #curve: CurvePoint[];
  #lock: Disposable | undefined;
  #started = false;
  #run!: RunRecord;
  #architecture!: Architecture;
  #seconds: number;
  #curveWritten: number;
  /** Whether this run has saved a checkpoint. */
  hasCheckpoint = false;
  #writtenAt = 0;

  /** @param given The run; nothing is written before its first event */
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
   * Saves the contents of an event.
   *
   * @throws {Error} If the folder contains another run, another process saves a run there, or a
   *   file cannot be written
   */
  async record(event: TrainingEvent): Promise<void> {
    switch (event.type) {
      case "started":
        await this.#start(event);
        break;
      case "evaluated": {
        const { type: _, seconds, ...point } = event;
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
        const { architecture, scale, parameters } = event;
        const result = { ...resultOf(event), seconds: this.#secondsBefore + event.seconds };
        await this.#recordData();
        await this.#writeMetrics();
        const model = { architecture, scale, parameters, run: { ...this.#run, result } };
        await saveModel(`${this.path}/${MODEL}`, model);
        await writeCard(`${this.path}/${CARD}`, model);
      }
    }
  }

  /** Writes the last evaluations, even if the run failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    using _ = this.#lock;
    if (this.#started && this.#curve.length > this.#curveWritten) await this.#writeMetrics();
  }

  async #start({ dataset, device, backend, layers }: StartedEvent): Promise<void> {
    const { options, saveEvery, resumed } = this.#given;
    const { hidden, activation, head } = options;
    this.#architecture = { inputs: layers[0], hidden, classes: layers[3], activation, head };
    const isSameFolder = this.path !== undefined && this.#resumedFrom !== undefined &&
      resolve(this.#resumedFrom) === resolve(this.path);
    const before = isSameFolder ? resumed?.checkpoint.run.id : undefined;
    const id = before ?? crypto.randomUUID();
    const { initFrom = resumed?.checkpoint.run.initFrom } = this.#given;
    this.#run = { dataset, device, backend, options, id, saveEvery, ...(initFrom && { initFrom }) };
    if (this.path === undefined) this.path = await makeFolder(options.seed);
    else await create(this.path, { recursive: true });
    this.#lock = await lockFolder(this.path);
    await refuseOtherRun(this.path, isSameFolder ? { id: before } : undefined);
    await this.#writeOptions();
    this.#started = true;
    this.#writtenAt = performance.now();
  }

  /**
   * Creates the record of the data. Called only when a file needs it, since hashing the data at the
   * start would delay the first step.
   */
  async #recordData(): Promise<void> {
    if (this.#run.data) return;
    this.#run.data = await recordDataset(this.#given.data);
    await this.#writeOptions();
  }

  async #writeOptions(): Promise<void> {
    const text = JSON.stringify({ formatVersion: FORMAT_VERSION, ...this.#run }, null, 2) + "\n";
    await writeFileAtomically(`${this.path}/${OPTIONS}`, text);
  }

  async #writeMetrics(): Promise<void> {
    const text = stringify(this.#curve, { columns: COLUMNS });
    await writeFileAtomically(`${this.path}/${METRICS}`, text);
    this.#curveWritten = this.#curve.length;
    this.#writtenAt = performance.now();
  }

  async #writeCheckpoint({ type: _, ...state }: CheckpointEvent): Promise<void> {
    const bytes = encodeCheckpoint({
      run: this.#run,
      architecture: this.#architecture,
      seconds: this.#seconds,
      curve: this.#curve,
      ...state,
    });
    await writeFileAtomically(`${this.path}/${CHECKPOINT}`, bytes);
    this.hasCheckpoint = true;
  }
}

/** Writes the model card, unless there is a README.md that somebody else wrote. */
async function writeCard(path: string, model: Parameters<typeof modelCard>[0]): Promise<void> {
  const text = await Deno.readTextFile(path).catch(() => CARD_MARK); // usually there is none
  if (text.includes(CARD_MARK)) await writeFileAtomically(path, modelCard(model, MODEL));
}

/**
 * Reads the folder of a finished run.
 *
 * @returns The run's record, result and curve, and its net
 * @throws {Error} If a file is missing or corrupt
 */
export async function readRunDirectory(
  path: string,
): Promise<{ run: ReportedRun; model: SavedModel }> {
  const model = await loadModel(`${path}/${MODEL}`);
  const { run, runError } = model;
  if (!run?.result) {
    const found = runError ? `: ${runError}` : "";
    throw new Error(
      `Cannot report on ${path}/${MODEL} as it must contain the record of its run${found}`,
    );
  }
  const name = basename(resolve(path));
  const curve = readMetrics(await readText(`${path}/${METRICS}`), `${path}/${METRICS}`);
  return { run: { ...run, result: run.result, name, curve }, model };
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function readMetrics(text: string, path: string): CurvePoint[] {
  const [header = [], ...rows]: string[][] = parse(text);
  if (!header.includes("iteration") || !header.includes("accuracy")) {
    throw new Error(
      `Cannot read ${path} as its columns must be ${COLUMNS}: current value is ${header}`,
    );
  }
  return rows.map((row, i) => {
    const texts = Object.fromEntries(header.map((name, c) => [name, row[c]]));
    return fromTexts<CurvePoint>(POINT_FIELDS, texts, () => {
      throw new Error(
        `Cannot read ${path} as line ${i + 2} must be numbers: current value is ${row}`,
      );
    });
  });
}

/** Creates a new folder `runs/<date>-<seed>`, followed by a number if that exists. */
async function makeFolder(seed: number): Promise<string> {
  await create(PARENT, { recursive: true });
  const name = `${PARENT}/${localDate(new Date())}-${seed}`;
  for (let number = 1;; number++) {
    const path = number === 1 ? name : `${name}-${number}`;
    if (await create(path)) return path;
  }
}

/** Creates a folder; returns whether it is new or `recursive`. */
async function create(path: string, options: Deno.MkdirOptions = {}): Promise<boolean> {
  try {
    await Deno.mkdir(path, options);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists && !options.recursive) return false;
    throw cannotSave(path, `it cannot be created: ${(error as Error).message}`, error);
  }
}

async function lockFolder(path: string): Promise<Disposable> {
  let lock;
  try {
    lock = await tryLock(`${path}/${LOCK}`);
  } catch (error) {
    throw cannotSave(path, `it is not writable: ${(error as Error).message}`, error);
  }
  if (!lock) throw cannotSave(path, "another process is saving a run there");
  return lock;
}

function cannotSave(path: string, reason: string, cause?: unknown): Error {
  const message = `Cannot save the run in ${path} as ${reason}; name another folder with --out`;
  return new Error(message, { cause });
}

/** Formats the local date: 2026-11-23. */
function localDate(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-");
}

/** Throws if a folder contains another run than the one that resumes from its checkpoint. */
async function refuseOtherRun(path: string, own: { id?: string } | undefined): Promise<void> {
  for await (const { name } of Deno.readDir(path)) {
    if (name !== OPTIONS && name !== MODEL) continue;
    if (own && await readRunId(path, name) === own.id) continue;
    throw cannotSave(
      path,
      own
        ? `its ${name} belongs to another run than the checkpoint`
        : `it already contains a run (${name})`,
    );
  }
}

/** Reads the id in one of a run's files; undefined in files of early versions. */
async function readRunId(path: string, name: string): Promise<string | undefined> {
  const file = `${path}/${name}`;
  if (name === MODEL) return (await loadModel(file)).run?.id;
  try {
    return JSON.parse(await readText(file))?.id;
  } catch (error) {
    throw cannotSave(path, `its ${name} cannot be read: ${(error as Error).message}`, error);
  }
}

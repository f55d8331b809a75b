/** What a kept net's file says of it besides the numbers; the format allows only strings. */
import type { PixelScale } from "../data/dataset.ts";
import { type DatasetRecord, readDatasetRecord } from "../data/record.ts";
import { printable } from "../files/printable.ts";
import type { Architecture } from "../net/architecture.ts";
import type { Model } from "../net/model.ts";
import {
  OPTION_WORDS,
  resolveOptions,
  type TrainingOptions,
  type WordOption,
} from "../training/options.ts";
import { ModelError } from "./errors.ts";

/** Metadata by name. */
export type Metadata = Record<string, string>;

/** Which run a net comes from. */
export interface RunRecord {
  /** The data set's name. */
  dataset: string;
  /** The device's name. */
  device: string;
  /** The kind of engine. */
  backend: string;
  /** All that chose the run's numbers. */
  options: TrainingOptions;
  /** How to open the data again and recognize them; runs that were not kept in a folder lack it. */
  data?: DatasetRecord;
  /** Tells the run from others with the same options; see `data`. */
  id?: string;
  /** Steps between two checkpoints; 0 for none. */
  saveEvery?: number;
  /** The file whose parameters the run started from, where it drew none. */
  initFrom?: string;
}

/** Goes up when a file of the new kind would mislead an old reader. */
const FORMAT_VERSION = "1";

/** The metadata that every file has. */
export function modelMetadata({ architecture, scale }: Omit<Model, "parameters">): Metadata {
  return { format_version: FORMAT_VERSION, architecture: JSON.stringify(architecture), scale };
}

/** The opposite of `modelMetadata`. */
export function readModelMetadata(metadata: Metadata): Omit<Model, "parameters"> {
  const version = readString(metadata, "format_version");
  if (version !== FORMAT_VERSION) fail(`format_version must be ${FORMAT_VERSION}`, version);
  const architecture = readJson(metadata, "architecture") as Architecture;
  const { inputs, hidden, classes, activation, head } = architecture;
  const sizes = [inputs, ...(Array.isArray(hidden) ? hidden : []), classes];
  if (sizes.length !== 4 || !sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    fail("the architecture must have four sizes of at least 1", metadata.architecture);
  }
  const scale = metadata.scale as PixelScale;
  checkWord("activation", activation);
  checkWord("head", head);
  checkWord("scale", scale);
  return { architecture, scale };
}

function checkWord(option: WordOption, word: string): void {
  const words: readonly string[] = OPTION_WORDS[option];
  if (!words.includes(word)) fail(`the ${option} must be ${words.join(" or ")}`, word);
}

/** The metadata of a run; the seed once more by itself, for a person who looks at the header. */
export function runMetadata(run: RunRecord): Metadata {
  const { dataset, device, backend, options, data, id, saveEvery, initFrom } = run;
  return {
    dataset,
    device,
    backend,
    seed: String(options.seed),
    options: JSON.stringify(options),
    ...(data && { data: JSON.stringify(data) }),
    ...(id !== undefined && { run_id: id }),
    ...(saveEvery !== undefined && { save_every: String(saveEvery) }),
    ...(initFrom !== undefined && { init_from: initFrom }),
  };
}

/** The opposite of `runMetadata`; nothing if the file does not say which run it comes from. */
export function readRun(metadata: Metadata): RunRecord | undefined {
  if (metadata.options === undefined) return undefined;
  const { data, run_id: id, save_every: saveEvery, init_from: initFrom } = metadata;
  return {
    dataset: readString(metadata, "dataset"),
    device: readString(metadata, "device"),
    backend: readString(metadata, "backend"),
    options: readOptions(metadata),
    ...(data !== undefined && { data: readData(metadata) }),
    ...(id !== undefined && { id }),
    ...(saveEvery !== undefined && { saveEvery: readNumber(metadata, "save_every") }),
    ...(initFrom !== undefined && { initFrom }),
  };
}

function readOptions(metadata: Metadata): TrainingOptions {
  const given = readJson(metadata, "options");
  try {
    return resolveOptions(given);
  } catch (error) {
    fail("its options must be such as can be trained with", (error as Error).message);
  }
}

function readData(metadata: Metadata): DatasetRecord {
  const given = readJson(metadata, "data");
  try {
    return readDatasetRecord(given);
  } catch (error) {
    throw new ModelError((error as Error).message, { cause: error });
  }
}

/** A number that metadata hold. */
export function readNumber(metadata: Metadata, name: string): number {
  const text = readString(metadata, name);
  if (text.trim() === "" || !Number.isFinite(Number(text))) {
    fail(`metadata ${name} must be a number`, text);
  }
  return Number(text);
}

/** An object or a list that metadata hold. */
export function readJson(metadata: Metadata, name: string): object {
  const text = readString(metadata, name);
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch { /* reported below, as what is no object */ }
  fail(`metadata ${name} must be JSON`, text);
}

function readString(metadata: Metadata, name: string): string {
  if (metadata[name] === undefined) {
    fail(`metadata ${name} must be there`, Object.keys(metadata).join(", ") || "none");
  }
  return metadata[name];
}

/** Refuses a file. */
export function fail(rule: string, value: string | number | undefined): never {
  const shown = typeof value === "string" ? printable(value) : value;
  throw new ModelError(`Cannot read this as a model as ${rule}: current value is ${shown}`);
}

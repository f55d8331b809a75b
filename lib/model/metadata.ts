/** Encodes and decodes the metadata of saved nets, for which the file format allows only strings. */
import type { PixelScale } from "../data/dataset.ts";
import { type DatasetRecord, readDatasetRecord } from "../data/record.ts";
import { printable } from "../files/printable.ts";
import type { Architecture, Model } from "../net/architecture.ts";
import { OPTIONS } from "../training/option_table.ts";
import { resolveOptions, type TrainingOptions } from "../training/options.ts";
import { ModelError } from "./errors.ts";

/** Metadata by name. */
export type Metadata = Record<string, string>;

/** The run that produced a net. */
export interface RunRecord {
  /** The data set's name. */
  dataset: string;
  /** The device's name. */
  device: string;
  /** The kind of engine: `webgpu` or `cpu`. */
  backend: string;
  /** All options that affect the run's numbers. */
  options: TrainingOptions;
  /** How to open the data again and recognize it; absent for runs not saved to a folder. */
  data?: DatasetRecord;
  /** Distinguishes runs with the same options; absent for runs not saved to a folder. */
  id?: string;
  /** Steps between two checkpoints; 0 for none. */
  saveEvery?: number;
  /** The file with the run's initial parameters, if they were not drawn. */
  initFrom?: string;
}

/** The version of the format. Increase it if older programs would misread new files. */
const FORMAT_VERSION = "1";

/** Encodes the metadata that every file has. */
export function modelMetadata({ architecture, scale }: Omit<Model, "parameters">): Metadata {
  return { format_version: FORMAT_VERSION, architecture: JSON.stringify(architecture), scale };
}

/** Decodes the metadata that `modelMetadata` wrote. */
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

function checkWord(option: "activation" | "head" | "scale", word: string): void {
  const words: readonly string[] = OPTIONS[option].words;
  if (!words.includes(word)) fail(`the ${option} must be ${words.join(" or ")}`, word);
}

/** Encodes the metadata of a run. Repeats the seed as a separate entry, for people who read the header. */
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

/** Decodes the metadata that `runMetadata` wrote; undefined if the file records no run. */
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
    fail("its options must be valid", (error as Error).message);
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

/** Reads a number from the metadata. */
export function readNumber(metadata: Metadata, name: string): number {
  const text = readString(metadata, name);
  if (text.trim() === "" || !Number.isFinite(Number(text))) {
    fail(`metadata ${name} must be a number`, text);
  }
  return Number(text);
}

/** Reads an object or a list from the metadata. */
export function readJson(metadata: Metadata, name: string): object {
  const text = readString(metadata, name);
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch { /* reported below */ }
  fail(`metadata ${name} must be JSON`, text);
}

function readString(metadata: Metadata, name: string): string {
  if (metadata[name] === undefined) {
    fail(`it must have metadata ${name}`, Object.keys(metadata).join(", ") || "none");
  }
  return metadata[name];
}

/** Throws the error for an invalid file. */
export function fail(rule: string, value: string | number | undefined): never {
  const shown = typeof value === "string" ? printable(value) : value;
  throw new ModelError(`Cannot read this model as ${rule}: current value is ${shown}`);
}

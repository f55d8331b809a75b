/** Encodes and decodes the metadata of saved nets, for which the file format allows only strings. */
import { type Fields, fromTexts, toTexts } from "../files/fields.ts";
import type { PixelScale } from "../data/dataset.ts";
import { printable } from "../files/printable.ts";
import { USABLE_ACTIVATIONS } from "../net/activations.ts";
import type { Model, ModelArchitecture } from "../net/architecture.ts";
import { OPTIONS } from "../training/option_table.ts";
import {
  FORMAT_VERSION,
  RESULT_FIELDS,
  RUN_FIELDS,
  type RunRecord,
  type RunResult,
} from "../training/record.ts";
import { ModelError } from "./errors.ts";

/** Metadata by name. */
export type Metadata = Record<string, string>;

/** The fields that every file has. */
const MODEL_FIELDS: Fields<"formatVersion" | "architecture" | "scale"> = {
  formatVersion: { kind: "text" },
  architecture: { kind: "json" },
  scale: { kind: "text" },
};

/** Encodes the metadata that every file has. */
export function modelMetadata({ architecture, scale }: Omit<Model, "parameters">): Metadata {
  return toMetadata(MODEL_FIELDS, { formatVersion: FORMAT_VERSION, architecture, scale });
}

/** Decodes the metadata that `modelMetadata` wrote. */
export function readModelMetadata(metadata: Metadata): Omit<Model, "parameters"> {
  const { formatVersion, architecture, scale } = fromMetadata<{
    formatVersion: string;
    architecture: ModelArchitecture;
    scale: PixelScale;
  }>(MODEL_FIELDS, metadata);
  if (formatVersion !== String(FORMAT_VERSION)) {
    fail(`format_version must be ${FORMAT_VERSION}`, formatVersion);
  }
  const { inputs, hidden, classes, activation, head, isSecondLinear = false } = architecture;
  const sizes = [inputs, ...(Array.isArray(hidden) ? hidden : []), classes];
  if (sizes.length !== 4 || !sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    fail("the architecture must have four sizes of at least 1", metadata.architecture);
  }
  if (!Object.hasOwn(USABLE_ACTIVATIONS, activation)) {
    fail(`the activation must be ${Object.keys(USABLE_ACTIVATIONS).join(" or ")}`, activation);
  }
  if (typeof isSecondLinear !== "boolean") fail("isSecondLinear must be true or false", "neither");
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
  return {
    ...toMetadata(RUN_FIELDS, run),
    seed: String(run.options.seed),
    ...run.result && toMetadata(RESULT_FIELDS, run.result),
  };
}

/** Decodes the metadata that `runMetadata` wrote; undefined if the file records no run. */
export function readRun(metadata: Metadata): RunRecord | undefined {
  if (metadata.options === undefined) return undefined;
  const run = fromMetadata<Omit<RunRecord, "result">>(RUN_FIELDS, metadata);
  // A checkpoint has no accuracy.
  if (metadata.accuracy === undefined) return run;
  return { ...run, result: fromMetadata<RunResult>(RESULT_FIELDS, metadata) };
}

/** Encodes the fields of an object: `{ stepsTaken: 500 }` as `{ steps_taken: "500" }`. */
export function toMetadata(fields: Fields, values: object): Metadata {
  return Object.fromEntries(
    Object.entries(toTexts(fields, values)).map(([name, text]) => [nameOf(name), text]),
  );
}

/** Decodes the fields of an object. */
export function fromMetadata<Values>(
  fields: Fields<string & keyof Values>,
  metadata: Metadata,
): Values {
  const texts = Object.keys(fields).map((name) => [name, metadata[nameOf(name)]]);
  return fromTexts<Values>(
    fields,
    Object.fromEntries(texts),
    (rule, value) => fail(`metadata ${rule.replace(/^\w+/, nameOf)}`, value),
  );
}

/** The name of a field in the metadata. */
function nameOf(field: string): string {
  return field === "id"
    ? "run_id"
    : field.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
}

/** Throws the error for an invalid file. */
export function fail(rule: string, value: unknown): never {
  const shown = typeof value === "string" ? printable(value, 200) : value;
  throw new ModelError(`Cannot read this model as ${rule}: current value is ${shown}`);
}

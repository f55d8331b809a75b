/** A trained net as it is kept: one safetensors file. */
import type { PixelScale } from "../data/dataset.ts";
import {
  type Architecture,
  type ParameterName,
  type Parameters,
  parameterSlots,
} from "../net/architecture.ts";
import type { Model } from "../net/model.ts";
import { NOTEBOOK, type TrainingOptions } from "../training/options.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "./safetensors.ts";

/** A trained net, and the run that it comes from, where that is known. */
export interface SavedModel extends Model {
  /** Unknown for a net that was not trained here. */
  run?: RunRecord;
}

/** What is worth knowing of a finished run. */
export interface RunRecord {
  /** The data set's name. */
  dataset: string;
  /** All that chose the run's numbers. */
  options: TrainingOptions;
  /** Steps done. */
  iterations: number;
  /** Over all test rows, as a fraction. */
  accuracy: number;
}

/** Goes up when a file of the new kind would mislead an old reader. */
const FORMAT_VERSION = "1";

/**
 * A model as the bytes of a safetensors file: tensors w0, b0, w1, b1, w2, b2, and as metadata
 * the architecture, the pixel scale and the run.
 *
 * @param model A trained net
 * @returns The bytes
 * @throws {TypeError} If a parameter's length is not what the architecture says
 *
 * @example
 * ```ts
 * import { decodeModel, encodeModel, type SavedModel } from "./saved_model.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model: SavedModel = {
 *   architecture: { inputs: 2, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook" },
 *   parameters: {
 *     w0: Float32Array.of(1, 2), b0: Float32Array.of(3), w1: Float32Array.of(4),
 *     b1: Float32Array.of(5), w2: Float32Array.of(6, 7), b2: Float32Array.of(8, 9),
 *   },
 *   scale: "l2",
 * };
 * assertEquals(decodeModel(encodeModel(model)), model);
 * ```
 */
export function encodeModel(model: SavedModel): Uint8Array<ArrayBuffer> {
  const { run } = model;
  return encodeSafetensors({
    tensors: modelTensors(model),
    metadata: {
      ...architectureMetadata(model.architecture, model.scale),
      ...(run && {
        ...runMetadata(run),
        iterations: String(run.iterations),
        accuracy: String(run.accuracy),
      }),
    },
  });
}

/**
 * Reads a model. A checkpoint can be read as a model too: it is one, of an unfinished run.
 *
 * @param bytes A whole safetensors file that `encodeModel` or `encodeCheckpoint` made
 * @returns The model
 * @throws {SyntaxError} If the bytes are damaged, are another kind of file, or lack something
 */
export function decodeModel(bytes: Uint8Array): SavedModel {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { architecture, scale } = readArchitecture(metadata);
  const parameters = {} as Parameters;
  for (const { name, shape } of parameterSlots(architecture)) {
    parameters[name] = readFloats(tensors, name, shape);
  }
  const model: SavedModel = { architecture, parameters, scale };
  if (metadata.accuracy !== undefined) {
    model.run = {
      ...readRun(metadata),
      iterations: readNumber(metadata, "iterations"),
      accuracy: readNumber(metadata, "accuracy"),
    };
  }
  return model;
}

/** The parameters with their shapes, by name, in the order in which they are drawn. */
export function modelTensors(
  { architecture, parameters }: Pick<Model, "architecture" | "parameters">,
): Map<ParameterName, Tensor> {
  return new Map(
    parameterSlots(architecture).map((
      { name, shape },
    ) => [name, { shape, data: parameters[name] }]),
  );
}

/** The metadata that every file has. */
export function architectureMetadata(
  architecture: Architecture,
  scale: PixelScale,
): Record<string, string> {
  return { format_version: FORMAT_VERSION, architecture: JSON.stringify(architecture), scale };
}

/** The metadata that tells which run a file comes from; the seed once more, for readers of headers. */
export function runMetadata(
  { dataset, options }: Pick<RunRecord, "dataset" | "options">,
): Record<string, string> {
  return { dataset, seed: String(options.seed), options: JSON.stringify(options) };
}

/** The opposite of `architectureMetadata`. */
export function readArchitecture(
  metadata: Record<string, string>,
): Pick<Model, "architecture" | "scale"> {
  const version = readString(metadata, "format_version");
  if (version !== FORMAT_VERSION) fail(`format_version must be ${FORMAT_VERSION}`, version);
  const architecture = readJson(metadata, "architecture") as unknown as Architecture;
  const { inputs, hidden, classes, activation, head } = architecture;
  const sizes = [inputs, ...(Array.isArray(hidden) ? hidden : []), classes];
  if (sizes.length !== 4 || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
    fail("the architecture must have four sizes of at least 1", metadata.architecture);
  }
  if (activation !== "tanh" && activation !== "relu") {
    fail("the activation must be tanh or relu", activation);
  }
  if (head !== "notebook" && head !== "softmax") fail("the head must be notebook or softmax", head);
  const { scale } = metadata;
  if (scale !== "l2" && scale !== "unit") fail("the scale must be l2 or unit", scale);
  return { architecture, scale };
}

/** The opposite of `runMetadata`. */
export function readRun(
  metadata: Record<string, string>,
): Pick<RunRecord, "dataset" | "options"> {
  const options = readJson(metadata, "options");
  for (const [name, usual] of Object.entries(NOTEBOOK)) {
    const value = options[name];
    if (typeof value !== typeof usual || Array.isArray(value) !== Array.isArray(usual)) {
      fail(`option ${name} must be like ${JSON.stringify(usual)}`, JSON.stringify(value));
    }
  }
  return {
    dataset: readString(metadata, "dataset"),
    options: options as unknown as TrainingOptions,
  };
}

/** A number that metadata holds. */
export function readNumber(metadata: Record<string, string>, name: string): number {
  const value = Number(readString(metadata, name));
  if (!Number.isFinite(value)) fail(`metadata ${name} must be a number`, metadata[name]);
  return value;
}

/** A float tensor of a known shape, all finite. */
export function readFloats(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  shape: readonly number[],
): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) fail(`tensor ${name} must be there`, [...tensors.keys()].join(", "));
  const { data } = tensor;
  if (!(data instanceof Float32Array)) fail(`tensor ${name} must be of type F32`, "U32");
  if (tensor.shape.join() !== shape.join()) {
    fail(`tensor ${name} must have shape [${shape}]`, `[${tensor.shape}]`);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail(`element ${bad} of tensor ${name} must be finite`, data[bad]);
  return data;
}

function readString(metadata: Record<string, string>, name: string): string {
  if (metadata[name] === undefined) {
    fail(`metadata ${name} must be there`, Object.keys(metadata).join(", ") || "none");
  }
  return metadata[name];
}

function readJson(metadata: Record<string, string>, name: string): Record<string, unknown> {
  const text = readString(metadata, name);
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch { /* reported below, as what is no object */ }
  fail(`metadata ${name} must be a JSON object`, text);
}

function fail(rule: string, value: string | number | undefined): never {
  throw new SyntaxError(`Cannot read this as a model as ${rule}: current value is ${value}`);
}

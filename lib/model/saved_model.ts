/** Encodes trained nets as safetensors files. */
import {
  type Model,
  type NetParameters,
  type ParameterName,
  parameterRanges,
} from "../net/architecture.ts";
import type { RunRecord } from "../training/record.ts";
import { fail, modelMetadata, readModelMetadata, readRun, runMetadata } from "./metadata.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
  type TensorFile,
} from "./safetensors.ts";

/** A trained net, and the run that produced it. */
export interface SavedModel extends Model {
  /** The run: its data, device, options and result. */
  run?: RunRecord;
  /** Why the file's record of the run cannot be read. Another version may have written it. */
  runError?: string;
}

/**
 * Encodes a model as a safetensors file: tensors w0, b0, w1, b1, w2, b2, and as metadata the
 * architecture, the pixel scale and the run.
 *
 * @param model A trained net
 * @returns The file's bytes
 * @throws {TypeError} If a parameter's length does not match the architecture
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
      ...modelMetadata(model),
      ...(run && runMetadata(run)),
    },
  });
}

/**
 * Decodes a model. A checkpoint can be read as a model too.
 *
 * @param bytes A safetensors file written by `encodeModel` or `encodeCheckpoint`
 * @returns The model
 * @throws {ModelError} If the file is corrupt, incomplete, or of another kind
 */
export function decodeModel(bytes: Uint8Array): SavedModel {
  return readModel(decodeSafetensors(bytes));
}

/** Does what `decodeModel` does, with a file's tensors and metadata. */
export function readModel({ tensors, metadata }: TensorFile): SavedModel {
  const { architecture, scale } = readModelMetadata(metadata);
  const parameters = {} as NetParameters;
  for (const { name, shape } of parameterRanges(architecture)) {
    parameters[name] = readFloats(tensors, name, shape);
  }
  const model = { architecture, parameters, scale };
  try {
    const run = readRun(metadata);
    return { ...model, ...(run && { run }) };
  } catch (error) {
    // The net can still predict without the record of its run.
    return { ...model, runError: (error as Error).message };
  }
}

/** Returns the parameters with their shapes by name, in the order of `parameterRanges`. */
export function modelTensors(
  { architecture, parameters }: Pick<Model, "architecture" | "parameters">,
): Map<ParameterName, Tensor> {
  return new Map(
    parameterRanges(architecture).map((
      { name, shape },
    ) => [name, { shape, data: parameters[name] }]),
  );
}

/** Returns the numbers of a float tensor; throws if its shape is wrong or a number is not finite. */
export function readFloats(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  shape: readonly number[],
): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) fail(`it must have a tensor ${name}`, [...tensors.keys()].join(", "));
  const { data } = tensor;
  if (!(data instanceof Float32Array)) fail(`tensor ${name} must be of type F32`, "U32");
  if (tensor.shape.join() !== shape.join()) {
    fail(`tensor ${name} must have shape [${shape}]`, `[${tensor.shape}]`);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail(`element ${bad} of tensor ${name} must be finite`, data[bad]);
  return data;
}

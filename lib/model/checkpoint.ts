/** All that a run needs to go on where it stopped, to the last bit, in one safetensors file. */
import type { EngineState } from "../engine/engine.ts";
import { type Architecture, parameterCount, parameterSlots } from "../net/architecture.ts";
import { MOMENT_ARRAYS, OPTIMIZERS } from "../net/optimizer.ts";
import type { Key } from "../random/threefry.ts";
import type { TrainingOptions } from "../training/options.ts";
import {
  architectureMetadata,
  readArchitecture,
  readFloats,
  readNumber,
  readRun,
  runMetadata,
} from "./saved_model.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "./safetensors.ts";

/** A run that is not over yet. */
export interface Checkpoint {
  /** The name of the data set that the run trains on. */
  dataset: string;
  architecture: Architecture;
  options: TrainingOptions;
  /** Steps done. */
  iteration: number;
  state: EngineState;
  /** The sampler's key as it was after `iteration` steps. */
  key: Key;
}

/**
 * A checkpoint as the bytes of a safetensors file: a model file with the tensors `moments`
 * (arrays of the optimiser, parameters) and `key` (2) besides.
 *
 * @param checkpoint Where a run stands
 * @returns The bytes
 *
 * @example
 * ```ts
 * import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
 * import { NOTEBOOK } from "../training/options.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const checkpoint = {
 *   dataset: "mnist",
 *   architecture: {
 *     inputs: 2, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook",
 *   } as const,
 *   options: NOTEBOOK,
 *   iteration: 500,
 *   state: {
 *     parameters: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
 *     moments: new Float32Array(0),
 *     stepsTaken: 500,
 *   },
 *   key: Uint32Array.of(1, 2),
 * };
 * assertEquals(decodeCheckpoint(encodeCheckpoint(checkpoint)), checkpoint);
 * ```
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { architecture, options, iteration, state, key } = checkpoint;
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, offset, length } of parameterSlots(architecture)) {
    tensors.set(name, { shape, data: state.parameters.subarray(offset, offset + length) });
  }
  const shape = momentShape(architecture, options);
  tensors.set("moments", { shape, data: state.moments });
  tensors.set("key", { shape: [2], data: key });
  return encodeSafetensors({
    tensors,
    metadata: {
      ...architectureMetadata(architecture, options.scale),
      ...runMetadata(checkpoint),
      iteration: String(iteration),
      steps_taken: String(state.stepsTaken),
    },
  });
}

/**
 * Reads a checkpoint.
 *
 * @param bytes A whole file that `encodeCheckpoint` made
 * @returns The checkpoint
 * @throws {SyntaxError} If the bytes are damaged, are another kind of file, or lack something
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const key = tensors.get("key");
  if (key?.shape.join() !== "2" || !(key.data instanceof Uint32Array)) {
    throw new SyntaxError(
      "Cannot resume from this file as it must be a checkpoint with a random key in it: " +
        `current value is a file of ${[...tensors.keys()].join(", ")}`,
    );
  }
  const { architecture } = readArchitecture(metadata);
  const { dataset, options } = readRun(metadata);
  if (!Object.hasOwn(OPTIMIZERS, options.optimizer)) {
    throw new SyntaxError(
      `Cannot resume from this file as its optimizer must be one of ${Object.keys(OPTIMIZERS)}: ` +
        `current value is ${options.optimizer}`,
    );
  }
  const parameters = new Float32Array(parameterCount(architecture));
  for (const { name, shape, offset } of parameterSlots(architecture)) {
    parameters.set(readFloats(tensors, name, shape), offset);
  }
  return {
    dataset,
    architecture,
    options,
    iteration: readNumber(metadata, "iteration"),
    state: {
      parameters,
      moments: readFloats(tensors, "moments", momentShape(architecture, options)),
      stepsTaken: readNumber(metadata, "steps_taken"),
    },
    key: Uint32Array.from(key.data),
  };
}

function momentShape(architecture: Architecture, { optimizer }: TrainingOptions): number[] {
  return [MOMENT_ARRAYS[optimizer], parameterCount(architecture)];
}

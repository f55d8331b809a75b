/** Encodes checkpoints: everything a run needs to resume exactly, in one safetensors file. */
import { type Fields, fromValues } from "../files/fields.ts";
import { printable } from "../files/printable.ts";
import {
  type Architecture,
  isTrainable,
  parameterCount,
  parameterRanges,
} from "../net/architecture.ts";
import { OPTIMIZERS } from "../net/optimizers.ts";
import type { BestStep, CheckpointEvent } from "../training/events.ts";
import type { TrainingOptions } from "../training/options.ts";
import { type CurvePoint, POINT_FIELDS, type RunRecord } from "../training/record.ts";
import { ModelError } from "./errors.ts";
import {
  fail,
  fromMetadata,
  modelMetadata,
  readModelMetadata,
  readRun,
  runMetadata,
  toMetadata,
} from "./metadata.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "./safetensors.ts";
import { readFloats } from "./saved_model.ts";

/** The state of an unfinished run. */
export interface Checkpoint extends Omit<CheckpointEvent, "type"> {
  /** The run: its data, device and options. */
  run: RunRecord;
  /** The architecture of the net. */
  architecture: Architecture;
  /** Seconds spent in the training loop so far. */
  seconds: number;
  /** The evaluations so far, in order. */
  curve: readonly CurvePoint[];
}

/** The metadata of a checkpoint besides that of its run. */
interface CheckpointNumbers {
  iteration: number;
  stepsTaken: number;
  seconds: number;
  curve: CurvePoint[];
  bestIteration?: number;
  bestAccuracy?: number;
}

const FIELDS: Fields<keyof CheckpointNumbers> = {
  iteration: { kind: "number" },
  stepsTaken: { kind: "number" },
  seconds: { kind: "number" },
  curve: { kind: "json" },
  bestIteration: { kind: "number", optional: true },
  bestAccuracy: { kind: "number", optional: true },
};

/**
 * Encodes a checkpoint as a safetensors file. It is a model file with two more tensors: `moments`
 * with shape (arrays of the optimizer, parameters) and `key` with shape (2). A run with `patience`
 * also stores `best` with shape (parameters).
 *
 * @param checkpoint The state of a run
 * @returns The file's bytes
 * @throws {TypeError} If an array's length does not match the architecture
 *
 * @example
 * ```ts
 * import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
 * import { NOTEBOOK } from "../training/options.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const checkpoint = {
 *   run: { dataset: "mnist", device: "one CPU core", backend: "cpu", options: NOTEBOOK },
 *   architecture: {
 *     inputs: 2, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook",
 *   } as const,
 *   iteration: 500,
 *   seconds: 1.5,
 *   curve: [{ iteration: 500, accuracy: 0.8, loss: 0.5, learningRate: 0.5, seconds: 1.4 }],
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
  const { run, architecture, iteration, seconds, curve, state, key, best } = checkpoint;
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, offset, length } of parameterRanges(architecture)) {
    tensors.set(name, { shape, data: state.parameters.subarray(offset, offset + length) });
  }
  const shape = momentShape(architecture, run.options);
  tensors.set("moments", { shape, data: state.moments });
  tensors.set("key", { shape: [2], data: key });
  if (best) tensors.set("best", { shape: [best.parameters.length], data: best.parameters });
  return encodeSafetensors({
    tensors,
    metadata: {
      ...modelMetadata({ architecture, scale: run.options.scale }),
      ...runMetadata(run),
      ...toMetadata(FIELDS, {
        iteration,
        stepsTaken: state.stepsTaken,
        seconds,
        curve,
        bestIteration: best?.iteration,
        bestAccuracy: best?.accuracy,
      }),
    },
  });
}

/**
 * Decodes a checkpoint. `encodeCheckpoint` has an example.
 *
 * @param bytes A file written by `encodeCheckpoint`
 * @returns The checkpoint
 * @throws {ModelError} If the file is corrupt, incomplete, or of another kind
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const key = tensors.get("key");
  const run = readRun(metadata);
  if (key?.shape.join() !== "2" || !(key.data instanceof Uint32Array) || !run) {
    throw new ModelError(
      "Cannot resume from this file as it must be a checkpoint, which holds a random key: " +
        `the file holds ${printable([...tensors.keys()].join(", ")) || "nothing"}`,
    );
  }
  const { architecture } = readModelMetadata(metadata);
  if (!isTrainable(architecture)) {
    fail("the net must be one that can be trained", metadata.architecture);
  }
  const parameters = new Float32Array(parameterCount(architecture));
  for (const { name, shape, offset } of parameterRanges(architecture)) {
    parameters.set(readFloats(tensors, name, shape), offset);
  }
  const numbers = fromMetadata<CheckpointNumbers>(FIELDS, metadata);
  const { iteration, stepsTaken, seconds, curve, bestIteration, bestAccuracy } = numbers;
  const moments = readFloats(tensors, "moments", momentShape(architecture, run.options));
  const best = tensors.has("best") && {
    iteration: bestIteration ?? fail("it must have metadata best_iteration", "none"),
    accuracy: bestAccuracy ?? fail("it must have metadata best_accuracy", "none"),
    parameters: readFloats(tensors, "best", [parameters.length]),
  } satisfies BestStep;
  return {
    run,
    architecture,
    iteration,
    seconds,
    curve: readCurve(curve, metadata),
    state: { parameters, moments, stepsTaken },
    key: Uint32Array.from(key.data),
    ...best && { best },
  };
}

function readCurve(curve: unknown, metadata: Record<string, string>): CurvePoint[] {
  const refuse = (): never =>
    fail(`metadata curve must list ${Object.keys(POINT_FIELDS).join(", ")}`, metadata.curve);
  if (!Array.isArray(curve)) return refuse();
  return curve.map((point) => fromValues<CurvePoint>(POINT_FIELDS, point ?? {}, refuse));
}

function momentShape(architecture: Architecture, { optimizer }: TrainingOptions): number[] {
  return [OPTIMIZERS[optimizer].momentArrays, parameterCount(architecture)];
}

/** Chooses the number and the size of the slots, and creates the buffers for them. */
import { functionsOf } from "../../net/optimizers.ts";
import type { EngineOptions } from "../engine.ts";
import { type EnginePlan, type NetworkBuffers, type SlotShape, STEP_STRIDE } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";

/**
 * Size of the traces of all slots in bytes: enough steps per submission for its overhead to be
 * small.
 */
const TRACE_BYTES = 32 << 20;
const MAX_SLOTS = 64;
/** The maximum number of rows in a slot; a larger batch is processed in parts. */
const MAX_SLOT_ROWS = 1024;
/** The maximum number of multiplications and additions in a submission. */
const MAX_OPERATIONS = 20e9;
/**
 * The same in the first submissions, when the GPU's speed is not known: a driver resets a GPU that is
 * busy for a second or two.
 */
const FIRST_OPERATIONS = 1e9;
/** The time that a submission should take at most, in milliseconds. */
const SUBMISSION_MILLISECONDS = 100;
/** The device's limits for a buffer. */
type Limits = Pick<GPUSupportedLimits, "maxStorageBufferBindingSize" | "maxBufferSize">;

/** Chooses the number of rows in a slot, and the number of slots. */
export function slotShape(
  { device: { limits } }: { device: { limits: Limits } },
  { batchSize }: EngineOptions,
  layout: ParameterLayout,
): SlotShape {
  const bytesPerRow = 16 * layout.traceQuads;
  const bytes = Math.min(TRACE_BYTES, limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  // Per weight, a multiplication and an addition in the forward pass, the backward pass and the
  // gradient.
  const operationsPerRow = 6 * 16 * layout.blocks;
  const rows = Math.max(
    1,
    Math.min(
      batchSize,
      MAX_SLOT_ROWS,
      Math.floor(bytes / bytesPerRow),
      Math.floor(MAX_OPERATIONS / operationsPerRow),
    ),
  );
  const count = Math.min(
    MAX_SLOTS,
    Math.floor(bytes / (bytesPerRow * rows)),
    Math.floor(MAX_OPERATIONS / (operationsPerRow * rows)),
  );
  const first = Math.min(count, Math.floor(FIRST_OPERATIONS / (operationsPerRow * rows)));
  return { rows, count: Math.max(1, count), first: Math.max(1, first) };
}

/** Decides how many slots are submitted together: few at first, then as many as the GPU does in time. */
export class SubmissionSize {
  /** The number of slots to submit together. */
  slots: number;
  readonly #most: number;
  /** The slots submitted since the last readback, and when the first of them was. */
  #submitted = { slots: 0, since: 0 };

  constructor({ first, count }: Pick<SlotShape, "first" | "count">) {
    this.slots = first;
    this.#most = count;
  }

  /** Counts submitted slots. */
  add(slots: number): void {
    if (this.#submitted.slots === 0) this.#submitted.since = performance.now();
    this.#submitted.slots += slots;
  }

  /** Call before a readback. Returns a function to call when it ends, which measures the speed. */
  measure(): () => void {
    const { slots, since } = this.#submitted;
    this.#submitted = { slots: 0, since: 0 };
    return () => {
      const fitting = Math.floor(slots * SUBMISSION_MILLISECONDS / (performance.now() - since));
      if (slots > 0) this.slots = Math.max(this.slots, Math.min(fitting, this.#most));
    };
  }
}

/** Creates the buffers that the kernels share. */
export function createBuffers(
  { gpu, options: { optimizer, batchSize }, layout, slots: { rows, count } }: EnginePlan,
): NetworkBuffers {
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const moments = functionsOf(optimizer).momentArrays;
  const parameterBytes = layout.bytes;
  // The update kernel has a binding for every moment, so moments that the optimizer lacks get a
  // small buffer.
  const moment = (i: number) =>
    gpu.buffer(`moment ${i}`, i < moments ? parameterBytes : 16, STORAGE | COPY_DST | COPY_SRC);
  return {
    labels: gpu.buffer("labels", count * rows * 4, STORAGE),
    steps: gpu.buffer("steps", count * STEP_STRIDE, STORAGE | COPY_DST),
    traces: gpu.buffer("traces", count * rows * layout.traceQuads * 16, STORAGE),
    parameters: gpu.buffer("parameters", parameterBytes, STORAGE | COPY_DST | COPY_SRC),
    firstMoments: moment(0),
    secondMoments: moment(1),
    gradient: gpu.buffer("gradient", batchSize > rows ? parameterBytes : 16, STORAGE),
    rowResults: gpu.buffer("row results", count * rows * 16, STORAGE),
  };
}

/** Chooses the number and the size of the slots, and creates the buffers for them. */
import { functionsOf } from "../../net/optimizers.ts";
import type { EngineOptions } from "../engine.ts";
import { type EnginePlan, type NetworkBuffers, type SlotShape, stepStride } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";

/**
 * Size of the traces of all slots in bytes: enough steps per submission for its overhead to be
 * small.
 */
const TRACE_BYTES = 32 << 20;
/** The same if several nets train together. */
const MANY_TRACE_BYTES = 128 << 20;
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

/**
 * Chooses the number of rows in a slot, and the number of slots.
 *
 * @param gpu The device
 * @param options The engine's options
 * @param layout The net
 * @param nets The number of nets that train together
 */
export function slotShape(
  { device: { limits } }: { device: { limits: Limits } },
  { batchSize }: EngineOptions,
  layout: ParameterLayout,
  nets = 1,
): SlotShape {
  const bytesPerRow = 16 * layout.traceQuads;
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  // The rows of a slot do not depend on the number of nets, nor do the bits of a step's results.
  const bytes = Math.min(TRACE_BYTES, most);
  const allBytes = nets === 1 ? bytes : Math.min(MANY_TRACE_BYTES, most);
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
    Math.floor(allBytes / (bytesPerRow * rows * nets)),
    Math.floor(MAX_OPERATIONS / (operationsPerRow * rows * nets)),
  );
  const first = Math.min(count, Math.floor(FIRST_OPERATIONS / (operationsPerRow * rows * nets)));
  return { rows, nets, count: Math.max(1, count), first: Math.max(1, first) };
}

/** Training more nets together is no faster if the nets of a dispatch keep a large GPU busy. */
const MAX_NETS = 64;
const MAX_STEP_OPERATIONS = 2e9;

/** Returns the number of nets that can train together on a device. */
export function maxNets(
  { device: { limits } }: { device: { limits: Limits } },
  options: EngineOptions,
  layout: ParameterLayout,
): number {
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const traceBytes = 16 * layout.traceQuads *
    slotShape({ device: { limits } }, options, layout).rows;
  const nets = Math.min(
    MAX_NETS,
    Math.floor(MAX_STEP_OPERATIONS / (6 * 16 * layout.blocks * options.batchSize)),
    Math.floor(Math.min(MANY_TRACE_BYTES, most) / traceBytes),
    Math.floor(most / layout.bytes),
  );
  return Math.max(1, nets);
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
  { gpu, options: { optimizer, batchSize }, layout, slots: { rows, nets, count } }: EnginePlan,
): NetworkBuffers {
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const moments = functionsOf(optimizer).momentArrays;
  const parameterBytes = nets * layout.bytes;
  // The update kernel has a binding for every moment, so moments that the optimizer lacks get a
  // small buffer.
  const moment = (i: number) =>
    gpu.buffer(`moment ${i}`, i < moments ? parameterBytes : 16, STORAGE | COPY_DST | COPY_SRC);
  return {
    labels: gpu.buffer("labels", count * nets * rows * 4, STORAGE),
    steps: gpu.buffer("steps", count * stepStride(nets), STORAGE | COPY_DST),
    traces: gpu.buffer("traces", count * nets * rows * layout.traceQuads * 16, STORAGE),
    parameters: gpu.buffer("parameters", parameterBytes, STORAGE | COPY_DST | COPY_SRC),
    firstMoments: moment(0),
    secondMoments: moment(1),
    gradient: gpu.buffer("gradient", batchSize > rows ? parameterBytes : 16, STORAGE),
    rowResults: gpu.buffer("row results", count * nets * rows * 16, STORAGE),
  };
}

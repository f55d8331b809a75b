/** Chooses the number and the size of the slots, and creates the buffers for them. */
import { functionsOf } from "../../net/optimizers.ts";
import type { EngineOptions } from "../engine.ts";
import type { EnginePlan, NetworkBuffers, SlotShape } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { STEP_STRIDE } from "./step_info.ts";

/**
 * Size of the traces of all slots in bytes: enough steps per submission for its overhead to be
 * small.
 */
const TRACE_BYTES = 32 << 20;
const MAX_SLOTS = 64;
/** The maximum number of rows in a slot; a larger batch is processed in parts. */
const MAX_SLOT_ROWS = 1024;
/**
 * The maximum number of multiplications and additions in a submission. A slow GPU computes them in
 * 100 ms; a driver resets a GPU that is busy for a second or two.
 */
const MAX_OPERATIONS = 20e9;
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
  return { rows, count: Math.max(1, count) };
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

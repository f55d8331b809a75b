/** Divides rows among slots, and creates the slots' buffers. */
import { MOMENT_ARRAYS } from "../../net/optimizer.ts";
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import type { NetworkBuffers, SlotShape } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { STEP_STRIDE } from "./step_info.ts";

/** Size of all slots in bytes, large enough that a submission's overhead is small. */
const SLOT_BYTES = 32 << 20;
const MOST_SLOTS = 64;
/** Maximum rows of a slot; a larger batch is processed in parts. */
const MOST_SLOT_ROWS = 1024;
/**
 * Maximum multiplications and additions of a submission: a slow GPU does them in 100 ms, and a driver's
 * watchdog resets a GPU that is busy for a second or two.
 */
const MOST_OPERATIONS = 20e9;
/** The limits that a slot keeps to. */
type Limits = Pick<GPUSupportedLimits, "maxStorageBufferBindingSize" | "maxBufferSize">;

/** How many rows a slot has, and how many slots there are. */
export function slotShape(
  { device: { limits } }: { device: { limits: Limits } },
  { batchSize }: EngineOptions,
  layout: ParameterLayout,
): SlotShape {
  const bytesARow = 16 * layout.traceWords;
  const bytes = Math.min(SLOT_BYTES, limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  // Forward, gradient and deltas, two operations each.
  const operationsARow = 6 * 16 * layout.blocks;
  const rows = Math.max(
    1,
    Math.min(
      batchSize,
      MOST_SLOT_ROWS,
      Math.floor(bytes / bytesARow),
      Math.floor(MOST_OPERATIONS / operationsARow),
    ),
  );
  const count = Math.min(
    MOST_SLOTS,
    Math.floor(bytes / (bytesARow * rows)),
    Math.floor(MOST_OPERATIONS / (operationsARow * rows)),
  );
  return { rows, count: Math.max(1, count) };
}

/** The buffers that the kernels share. */
export function createBuffers(
  gpu: Gpu,
  { optimizer, batchSize }: EngineOptions,
  layout: ParameterLayout,
  { rows, count }: SlotShape,
): NetworkBuffers {
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const moments = MOMENT_ARRAYS[optimizer.name];
  const parameterBytes = layout.bytes;
  // A moment that the optimizer does not keep is bound all the same, to next to nothing.
  const moment = (i: number) =>
    gpu.buffer(`moment ${i}`, i < moments ? parameterBytes : 16, STORAGE | COPY_DST | COPY_SRC);
  return {
    labels: gpu.buffer("labels", count * rows * 4, STORAGE),
    steps: gpu.buffer("steps", count * STEP_STRIDE, STORAGE | COPY_DST),
    traces: gpu.buffer("traces", count * rows * layout.traceWords * 16, STORAGE),
    parameters: gpu.buffer("parameters", parameterBytes, STORAGE | COPY_DST | COPY_SRC),
    firstMoments: moment(0),
    secondMoments: moment(1),
    gradient: gpu.buffer("gradient", batchSize > rows ? parameterBytes : 16, STORAGE),
    rowResults: gpu.buffer("row results", count * rows * 16, STORAGE),
  };
}

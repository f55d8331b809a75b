/** Writes the `Step` struct of shaders/functions/step.wgsl. */
import { biasCorrections, type Optimizer } from "../../net/optimizers.ts";

/** Bytes from one struct to the next: WebGPU requires bindings to begin at multiples of 256. */
export const STEP_STRIDE = 256;

/** The fields of the struct; see step.wgsl. */
export interface StepInfo {
  learningRate: number;
  /** The number of this step, from 1. */
  step: number;
  batchRows: number;
  rows: number;
  result: number;
  accumulate: boolean;
  last: boolean;
}

/** Bytes of the struct. */
export const STEP_BYTES = 36;

/** Writes the struct of a slot. */
export function writeStepInfo(
  into: DataView,
  slot: number,
  info: StepInfo,
  optimizer: Optimizer,
): void {
  const at = slot * STEP_STRIDE;
  const [first, second] = biasCorrections(optimizer, info.step);
  into.setFloat32(at, info.learningRate, true);
  into.setFloat32(at + 4, 1 / first, true);
  into.setFloat32(at + 8, 1 / second, true);
  into.setUint32(at + 12, info.batchRows, true);
  into.setUint32(at + 16, info.rows, true);
  into.setUint32(at + 20, info.result, true);
  into.setUint32(at + 24, Number(info.accumulate), true);
  into.setUint32(at + 28, Number(info.last), true);
  into.setUint32(at + 32, slot, true);
}

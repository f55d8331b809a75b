/** The kernels for small nets and batches on a GPU: a step takes two dispatches. */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import optimizer from "../../../shaders/functions/optimizer.wgsl" with { type: "text" };
import forwardBackward from "../../../shaders/fused/forward_backward.wgsl" with { type: "text" };
import { ACTIVATIONS } from "../../net/activations.ts";
import fusedUpdate from "../../../shaders/fused/update.wgsl" with { type: "text" };
import type { EngineOptions } from "../engine.ts";
import {
  type BindSlot,
  compileNetworkKernel,
  type EnginePlan,
  headConstants,
  type NetworkKernels,
  optimizerConstants,
  UPDATE_BINDINGS,
} from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";

/** The lanes of a workgroup of forward_backward.wgsl. */
const FORWARD_LANES = 256;
/** The bytes that it has for each row in addition to the trace: its label, and a RowHead struct. */
const ROW_BYTES = 4 + 24;
/** The quads of units per workgroup of update.wgsl. */
const UPDATE_QUADS = 16;
/** Wider layers and larger batches have enough work for the tiled kernels. */
const MAX_LAYER_QUADS = FORWARD_LANES / 4;
const MAX_BATCH = 512;

/** Whether a net and a batch size are small enough for these kernels on a device, with so many rows per workgroup. */
export function fitsFused(
  { batchSize }: EngineOptions,
  { quads, traceQuads }: ParameterLayout,
  { maxComputeWorkgroupStorageSize: most }: Pick<
    GPUSupportedLimits,
    "maxComputeWorkgroupStorageSize"
  >,
  rows: number,
): boolean {
  // The masks of the first layer's inputs have a bit for each quad.
  const maskBytes = 16 * Math.ceil(quads[0] / 128);
  const workgroupBytes = rows * ((traceQuads + 1) * 16 + ROW_BYTES) + FORWARD_LANES * 16 +
    maskBytes;
  return Math.max(...quads.slice(1)) <= MAX_LAYER_QUADS && batchSize <= MAX_BATCH &&
    workgroupBytes <= most;
}

/** See `CompileNetwork`; `rows`, 2 or 4, are computed by a workgroup of forward_backward.wgsl. */
export async function compileFused(plan: EnginePlan, rows: number): Promise<NetworkKernels> {
  return {
    forward: [await compileForwardBackward(plan, rows, true)],
    backward: [await compileUpdate(plan)],
    evaluation: await compileForwardBackward(plan, rows, false),
  };
}

function compileForwardBackward(
  plan: EnginePlan,
  rows: number,
  trains: boolean,
): Promise<BindSlot> {
  const { options, slots } = plan;
  return compileNetworkKernel(plan, {
    entryPoint: "forward_backward",
    sources: [activation, head, forwardBackward],
    constants: {
      ...headConstants(options),
      HIDDEN_ACTIVATION: ACTIVATIONS[options.architecture.activation].code,
      LANES: FORWARD_LANES,
      ROWS: rows,
      TRAINS: Number(trains),
    },
    bindings: {
      labels: "read",
      parameters: "read",
      steps: "read",
      traces: "write",
      rowResults: "write",
    },
    x: Math.ceil(slots.rows / rows),
    y: 1,
  });
}

function compileUpdate(plan: EnginePlan): Promise<BindSlot> {
  const [q0, q1, q2, q3] = plan.layout.quads;
  return compileNetworkKernel(plan, {
    entryPoint: "update",
    sources: [optimizer, fusedUpdate],
    constants: { ...optimizerConstants(plan.options), QUAD_LANES: UPDATE_QUADS },
    bindings: UPDATE_BINDINGS,
    x: Math.ceil(Math.max(q1, q2, q3) / UPDATE_QUADS),
    // Each layer has one more quad of inputs, for the biases.
    y: q0 + q1 + q2 + 3,
  });
}

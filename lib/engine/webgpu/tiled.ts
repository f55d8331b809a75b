/**
 * The kernels for nets and batches of any size: a step takes a dispatch per layer and pass.
 *
 * The last layer, the head and the backward pass through the last layer could share one, with a
 * workgroup for 32 rows, which would save two of seven dispatches. But outputs of more than 32 classes
 * do not fit the tile in workgroup memory, so its lanes would have to exchange them through a storage
 * buffer, and there wgpu on Vulkan does not yet guarantee that they see each other's stores
 * (https://github.com/gfx-rs/wgpu/issues/9221). Nor can the next layer of the backward pass join: each
 * of its tiles needs the deltas of all units, which other workgroups compute.
 */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import optimizer from "../../../shaders/functions/optimizer.wgsl" with { type: "text" };
import tiling from "../../../shaders/functions/tiling.wgsl" with { type: "text" };
import tiledBackward from "../../../shaders/tiled/backward.wgsl" with { type: "text" };
import tiledForward from "../../../shaders/tiled/forward.wgsl" with { type: "text" };
import outputHead from "../../../shaders/tiled/output_head.wgsl" with { type: "text" };
import { ACTIVATIONS } from "../../net/activations.ts";
import { HEADS } from "../../net/heads.ts";
import tiledUpdate from "../../../shaders/tiled/update.wgsl" with { type: "text" };
import {
  type BindSlot,
  compileNetworkKernel,
  type EnginePlan,
  headConstants,
  type NetworkKernels,
  optimizerConstants,
  UPDATE_BINDINGS,
} from "./network.ts";

/** The size of a tile: see shaders/functions/tiling.wgsl. */
const TILE_ROWS = 32;
const TILE_QUADS = 8;
/** The quads of inputs in a tile of shaders/tiled/update.wgsl. */
const UPDATE_QUADS = 16;
const HEAD_LANES = 64;

/** See `CompileNetwork`. */
export async function compileTiled(plan: EnginePlan): Promise<NetworkKernels> {
  return {
    forward: [
      await compileForward(plan, 0),
      await compileForward(plan, 1),
      await compileForward(plan, 2),
      await compileHead(plan),
    ],
    backward: [
      await compileBackward(plan, 2),
      await compileBackward(plan, 1),
      await compileUpdate(plan),
    ],
  };
}

function compileForward(plan: EnginePlan, layer: number): Promise<BindSlot> {
  const { options: { architecture }, layout, slots } = plan;
  return compileNetworkKernel(plan, {
    entryPoint: "tiled_forward",
    sources: [activation, tiling, tiledForward],
    constants: {
      LAYER: layer,
      ACTIVATION: layer === 2
        ? HEADS[architecture.head].output.code
        : ACTIVATIONS[architecture.activation].code,
    },
    bindings: { parameters: "read", steps: "read", traces: "write" },
    x: Math.ceil(layout.quads[layer + 1] / TILE_QUADS),
    y: Math.ceil(slots.rows / TILE_ROWS),
  });
}

function compileBackward(plan: EnginePlan, layer: number): Promise<BindSlot> {
  const { options: { architecture }, layout, slots } = plan;
  return compileNetworkKernel(plan, {
    entryPoint: "tiled_backward",
    sources: [activation, tiling, tiledBackward],
    constants: { LAYER: layer, ACTIVATION: ACTIVATIONS[architecture.activation].code },
    bindings: { parameters: "read", steps: "read", traces: "write" },
    x: Math.ceil(layout.quads[layer] / TILE_QUADS),
    y: Math.ceil(slots.rows / TILE_ROWS),
  });
}

function compileUpdate(plan: EnginePlan): Promise<BindSlot> {
  const [q0, q1, q2, q3] = plan.layout.quads;
  return compileNetworkKernel(plan, {
    entryPoint: "tiled_update",
    sources: [optimizer, tiling, tiledUpdate],
    constants: optimizerConstants(plan.options),
    bindings: UPDATE_BINDINGS,
    x: Math.ceil(Math.max(q1, q2, q3) / TILE_QUADS),
    // Each layer has one more quad of inputs, for the biases.
    y: [q0, q1, q2].reduce((sum, quads) => sum + Math.ceil((quads + 1) / UPDATE_QUADS), 0),
  });
}

function compileHead(plan: EnginePlan): Promise<BindSlot> {
  return compileNetworkKernel(plan, {
    entryPoint: "output_head",
    sources: [activation, head, outputHead],
    constants: { ...headConstants(plan.options), LANES: HEAD_LANES },
    bindings: { labels: "read", steps: "read", traces: "write", rowResults: "write" },
    x: Math.ceil(plan.slots.rows / HEAD_LANES),
    y: 1,
  });
}

/** The kernels for nets and batches of any size: a step takes a dispatch per layer and pass. */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import denseBackward from "../../../shaders/tiled/dense_backward.wgsl" with { type: "text" };
import denseForward from "../../../shaders/tiled/dense_forward.wgsl" with { type: "text" };
import outputHead from "../../../shaders/tiled/output_head.wgsl" with { type: "text" };
import { ACTIVATIONS } from "../../net/activations.ts";
import { HEADS } from "../../net/heads.ts";
import {
  type BindSlot,
  type CompileNetwork,
  compileNetworkKernel,
  type EnginePlan,
  headConstants,
  type Network,
  type NetworkBuffers,
  type SlotShape,
} from "./network.ts";
import { encodeDispatches, inPass } from "./program.ts";
import { compileUpdate, type UpdateTile } from "./update.ts";

/** How the kernels divide their work. */
export interface TileShapes {
  /** The lanes of a workgroup along words (x) and along rows (y). */
  lanes: { x: number; y: number };
  /** The number of rows per lane. */
  rows: number;
  update: UpdateTile;
}

const HEAD_LANES = 64;

/**
 * Creates the network for a kind of device.
 *
 * @param shapes The tile shapes that suit it
 */
export function compileTiled(shapes: TileShapes): CompileNetwork {
  return async (plan) => {
    const forward = [
      await compileDense(plan, shapes, "dense_forward", 0),
      await compileDense(plan, shapes, "dense_forward", 1),
      await compileDense(plan, shapes, "dense_forward", 2),
      await compileHead(plan),
    ];
    const backward = [
      await compileDense(plan, shapes, "dense_backward", 2),
      await compileDense(plan, shapes, "dense_backward", 1),
      await compileUpdate(plan, shapes.update),
    ];
    return (buffers) => bindTiled(plan.slots, buffers, forward, backward);
  };
}

function bindTiled(
  { count }: SlotShape,
  buffers: NetworkBuffers,
  forward: BindSlot[],
  backward: BindSlot[],
): Network {
  const bind = (kernels: BindSlot[]) =>
    Array.from({ length: count }, (_, slot) => kernels.map((kernel) => kernel(buffers, slot)));
  const evaluations = bind(forward);
  const steps = bind(backward).map((dispatches, slot) => [...evaluations[slot], ...dispatches]);
  return {
    encodeSteps(encoder, slots) {
      inPass(encoder, (pass) => encodeDispatches(pass, steps.slice(0, slots).flat()));
    },
    encodeEvaluation(encoder, slots) {
      inPass(encoder, (pass) => encodeDispatches(pass, evaluations.slice(0, slots).flat()));
    },
  };
}

/** Compiles the forward or backward pass of a layer. */
function compileDense(
  plan: EnginePlan,
  { lanes, rows }: TileShapes,
  entryPoint: "dense_forward" | "dense_backward",
  layer: number,
): Promise<BindSlot> {
  const { options: { architecture }, layout, slots } = plan;
  const isForward = entryPoint === "dense_forward";
  return compileNetworkKernel(plan, {
    entryPoint,
    sources: [activation, isForward ? denseForward : denseBackward],
    constants: {
      LAYER: layer,
      ACTIVATION: isForward && layer === 2
        ? HEADS[architecture.head].output.code
        : ACTIVATIONS[architecture.activation].code,
      ROWS: rows,
      LANES_X: lanes.x,
      LANES_Y: lanes.y,
    },
    bindings: { parameters: "read", steps: "read", traces: "write" },
    x: Math.ceil(layout.words[isForward ? layer + 1 : layer] / lanes.x),
    y: Math.ceil(slots.rows / (lanes.y * rows)),
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

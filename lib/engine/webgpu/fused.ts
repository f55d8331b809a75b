/** The kernels for small nets and batches on a GPU: a step takes two dispatches. */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import forwardBackward from "../../../shaders/fused/forward_backward.wgsl" with { type: "text" };
import { ACTIVATIONS } from "../../net/activations.ts";
import type { EngineOptions } from "../engine.ts";
import {
  compileNetworkKernel,
  type EnginePlan,
  headConstants,
  type Network,
  type NetworkBuffers,
} from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { encodeDispatches, inPass } from "./program.ts";
import { compileUpdate } from "./update.ts";

/** The constants of forward_backward.wgsl and of update.wgsl that divide their work among lanes. */
const FORWARD_LANES = { words: 16, parts: 16 };
const UPDATE_TILE = { words: 1, wordLanes: 16, parts: 8 };
/** Wider layers and larger batches have enough work for the tiled kernels. */
const MAX_LAYER_WORDS = 64;
const MAX_BATCH = 512;
/** The workgroup memory that every WebGPU device provides. */
const WORKGROUP_BYTES = 16384;

/** Whether a net and a batch size are small enough for these kernels. */
export function fitsFused(
  { batchSize }: EngineOptions,
  { words, traceWords }: ParameterLayout,
): boolean {
  // The trace, the lanes' sums and the RowHead struct.
  const workgroupBytes = (traceWords + FORWARD_LANES.words * FORWARD_LANES.parts) * 16 + 32;
  return Math.max(...words.slice(1)) <= MAX_LAYER_WORDS && batchSize <= MAX_BATCH &&
    workgroupBytes <= WORKGROUP_BYTES;
}

/** See `CompileNetwork`. */
export async function compileFused(
  plan: EnginePlan,
): Promise<(buffers: NetworkBuffers) => Network> {
  const { options, slots: { rows, count } } = plan;
  const forwardBackwardOf = await compileNetworkKernel(plan, {
    entryPoint: "forward_backward",
    sources: [activation, head, forwardBackward],
    constants: {
      ...headConstants(options),
      HIDDEN_ACTIVATION: ACTIVATIONS[options.architecture.activation].code,
      WORD_LANES: FORWARD_LANES.words,
      PARTS: FORWARD_LANES.parts,
    },
    bindings: {
      labels: "read",
      parameters: "read",
      steps: "read",
      traces: "write",
      rowResults: "write",
    },
    x: rows,
    y: 1,
  });
  const updateOf = await compileUpdate(plan, UPDATE_TILE);
  return (buffers) => {
    const steps = Array.from({ length: count }, (_, slot) => [
      forwardBackwardOf(buffers, slot),
      updateOf(buffers, slot),
    ]);
    return {
      encodeSteps(encoder, slots) {
        inPass(encoder, (pass) => encodeDispatches(pass, steps.slice(0, slots).flat()));
      },
      encodeEvaluation(encoder, slots) {
        // All slots have the same step constants, so one dispatch takes them all.
        inPass(encoder, (pass) => encodeDispatches(pass, [{ ...steps[0][0], y: slots }]));
      },
    };
  };
}

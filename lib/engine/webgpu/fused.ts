/** Computes a step in two dispatches, for small nets and batches on a GPU; see the two shaders' comments. */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import layers from "../../../shaders/functions/layers.wgsl" with { type: "text" };
import step from "../../../shaders/functions/step.wgsl" with { type: "text" };
import forwardBackward from "../../../shaders/fused/forward_backward.wgsl" with { type: "text" };
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import {
  headConstants,
  hiddenActivation,
  layerConstants,
  type Network,
  type NetworkBuffers,
  type SlotShape,
} from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { encodeWork, inPass, Program, read, type Work, write } from "./program.ts";
import { STEP_BYTES, STEP_STRIDE } from "./step_info.ts";
import { compileUpdate } from "./update.ts";

/** Lanes side by side on words of units, and lanes that share out a sum. */
const FORWARD_LANES = { words: 16, parts: 16 };
const UPDATE_TILE = { words: 1, wordLanes: 16, parts: 8 };
/** Wider layers and larger batches have enough work for the tiled kernels. */
const WIDEST_LAYER_WORDS = 64;
const LARGEST_BATCH = 512;
/** The workgroup memory that every WebGPU device provides. */
const WORKGROUP_BYTES = 16384;

/** Whether a net and a batch size are small enough for these kernels. */
export function fitsFused(
  { batchSize }: EngineOptions,
  { words, traceWords }: ParameterLayout,
): boolean {
  // The trace, the lanes' sums and the head.
  const workgroupBytes = (traceWords + FORWARD_LANES.words * FORWARD_LANES.parts) * 16 + 32;
  return Math.max(...words.slice(1)) <= WIDEST_LAYER_WORDS && batchSize <= LARGEST_BATCH &&
    workgroupBytes <= WORKGROUP_BYTES;
}

/** See `CompileNetwork`. */
export async function compileFused(
  gpu: Gpu,
  options: EngineOptions,
  layout: ParameterLayout,
  slots: SlotShape,
): Promise<(buffers: NetworkBuffers) => Network> {
  const forward = await Program.compile(gpu, {
    entryPoint: "forward_backward",
    sources: [layers, step, activation, head, forwardBackward],
    constants: {
      ...layerConstants(layout, slots),
      ...headConstants(options),
      HIDDEN_ACTIVATION: hiddenActivation(options.architecture),
      WORD_LANES: FORWARD_LANES.words,
      PARTS: FORWARD_LANES.parts,
    },
    bindings: ["read", "read", "read", "write", "write"],
  });
  const updateOfSlot = await compileUpdate(gpu, options, layout, slots, UPDATE_TILE);
  return (buffers) => {
    const bindForward = (slot: number): Work => ({
      program: forward,
      group: forward.bind(
        read(buffers.labels),
        read(buffers.parameters),
        read(buffers.steps, slot * STEP_STRIDE, STEP_BYTES),
        write(buffers.traces),
        write(buffers.rowResults),
      ),
      x: slots.rows,
      y: 1,
    });
    const bound = Array.from({ length: slots.count }, (_, slot) => [
      bindForward(slot),
      updateOfSlot(buffers, slot),
    ]);
    return {
      encodeSteps(encoder, slots) {
        inPass(encoder, (pass) => encodeWork(pass, bound.slice(0, slots).flat()));
      },
      encodeEvaluation(encoder, slots) {
        inPass(encoder, (pass) => encodeWork(pass, [{ ...bound[0][0], y: slots }]));
      },
    };
  };
}

/** The net in two dispatches a step, for small nets and batches. See the heads of the two shaders. */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import apply from "../../../shaders/functions/apply.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import optimizer from "../../../shaders/functions/optimizer.wgsl" with { type: "text" };
import unpack from "../../../shaders/functions/unpack.wgsl" with { type: "text" };
import forwardBackward from "../../../shaders/fused/forward_backward.wgsl" with { type: "text" };
import update from "../../../shaders/fused/update.wgsl" with { type: "text" };
import type { Gpu } from "./device.ts";
import {
  activationConstants,
  headConstants,
  type Network,
  type NetworkBuffers,
  type NetworkKind,
  optimizerConstants,
  type SlotShape,
} from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { inPass, Program, read, write } from "./program.ts";
import { STEP_BYTES, STEP_STRIDE } from "./step_info.ts";

/** Lanes side by side on units, and lanes that share out a unit's sum. */
const UNIT_LANES = 64;
const PARTS = 4;
/** Wider layers and larger batches have work enough for the tiled kernels. */
const WIDEST_LAYER = 256;
const LARGEST_BATCH = 512;

/** See the head of this file. */
export const fused: NetworkKind = {
  fits({ batchSize }, { strides, words }) {
    return Math.max(...strides) <= WIDEST_LAYER && batchSize <= LARGEST_BATCH && words[0] <= 512;
  },

  slotQuads: (batchSize) => Math.ceil(batchSize / 4),

  async compile(gpu, options, layout, slots) {
    const [s1, s2, s3] = layout.strides;
    const sizes = {
      WORDS_1: layout.words[0],
      STRIDE_1: s1,
      STRIDE_2: s2,
      STRIDE_3: s3,
      BATCH_QUADS: slots.quads,
      OFFSET_2: layout.offsets[1],
      OFFSET_3: layout.offsets[2],
      OFFSET_BIASES: layout.offsets[3],
      UNIT_LANES,
      PARTS,
    };
    const forwardProgram = await Program.compile(gpu, {
      entryPoint: "forward_backward",
      sources: [activation, head, optimizer, forwardBackward],
      constants: {
        ...activationConstants(options),
        ...headConstants(options),
        ...optimizerConstants(options),
        ...sizes,
        CLASSES: options.architecture.classes,
      },
      bindings: ["read", "read", "read", "read", "read", "write", "write"],
    });
    const updateProgram = await Program.compile(gpu, {
      entryPoint: "update",
      sources: [optimizer, apply, unpack, update],
      constants: { ...optimizerConstants(options), ...sizes },
      bindings: ["read", "read", "read", "write", "write", "write"],
    });
    return (buffers) => new Fused(gpu, layout, slots, buffers, forwardProgram, updateProgram);
  },
};

class Fused implements Network {
  readonly #forward: Program;
  readonly #update: Program;
  readonly #traces: GPUBuffer;
  /** A slot's bind groups. */
  readonly #groups: { forward: GPUBindGroup; update: GPUBindGroup }[] = [];
  readonly #rows: number;
  readonly #updateWorkgroups: number;

  constructor(
    gpu: Gpu,
    { words, strides }: ParameterLayout,
    { quads, count }: SlotShape,
    buffers: NetworkBuffers,
    forward: Program,
    update: Program,
  ) {
    this.#forward = forward;
    this.#update = update;
    this.#rows = quads * 4;
    const units = strides[0] + strides[1] + strides[2];
    // x1, x2, d1 scaled, d1, d2, d3.
    const traced = 3 * strides[0] + 2 * strides[1] + strides[2];
    this.#traces = gpu.buffer("traces", traced * quads * 16, GPUBufferUsage.STORAGE);
    this.#updateWorkgroups = Math.ceil(units / 4 / (UNIT_LANES * PARTS));
    for (let layer = 0; layer < 3; layer++) {
      this.#updateWorkgroups += words[layer] * Math.ceil(strides[layer] / UNIT_LANES);
    }
    for (let slot = 0; slot < count; slot++) {
      const step = read(buffers.steps, slot * STEP_STRIDE, STEP_BYTES);
      this.#groups.push({
        forward: forward.bind(
          read(buffers.pixels),
          read(buffers.scales),
          read(buffers.labels),
          read(buffers.parameters),
          step,
          write(this.#traces),
          write(buffers.rowResults),
        ),
        update: update.bind(
          read(buffers.pixels),
          read(this.#traces),
          step,
          write(buffers.parameters),
          write(buffers.firstMoments),
          write(buffers.secondMoments),
        ),
      });
    }
  }

  encodeSteps(encoder: GPUCommandEncoder, lastOfBatch: boolean[]): void {
    inPass(encoder, (pass) => {
      for (const { forward, update } of this.#groups.slice(0, lastOfBatch.length)) {
        this.#forward.dispatch(pass, forward, this.#rows);
        this.#update.dispatch(pass, update, this.#updateWorkgroups);
      }
    });
  }

  encodeEvaluation(encoder: GPUCommandEncoder, slots: number): void {
    inPass(encoder, (pass) => {
      this.#forward.dispatch(pass, this.#groups[0].forward, this.#rows, slots);
    });
  }

  destroy(): void {
    this.#traces.destroy();
  }
}

/**
 * The net in two dispatches a step, in the shapes that a processor standing in for a GPU (lavapipe)
 * is fast at. See the heads of the two shaders.
 */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import apply from "../../../shaders/functions/apply.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import optimizer from "../../../shaders/functions/optimizer.wgsl" with { type: "text" };
import texels from "../../../shaders/functions/texels.wgsl" with { type: "text" };
import unpack from "../../../shaders/functions/unpack.wgsl" with { type: "text" };
import forwardBackward from "../../../shaders/fused_software/forward_backward.wgsl" with {
  type: "text",
};
import update from "../../../shaders/fused_software/update.wgsl" with { type: "text" };
import type { EngineOptions } from "../engine.ts";
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
import { type ParameterLayout, roundUp } from "./parameter_layout.ts";
import { copied, inPass, Program, read, uniform, write } from "./program.ts";
import { STEP_BYTES, STEP_STRIDE } from "./step_info.ts";
import { MOST_TEXEL_BYTES, TexelCopy } from "./texel_copy.ts";

const LANES = 8;
/** Written out in forward_backward.wgsl: quads of a workgroup. */
const GROUP_QUADS = 2;
/** update.wgsl reads which quads have ink four at a time. */
const SLOT_QUADS_UNIT = 4;
/** Workgroups that share out the tiles of update.wgsl: one to each core, since each has its costs. */
const UPDATE_WORKGROUPS = navigator.hardwareConcurrency;
/** The most units a lane in a tile of update.wgsl's first two layers, and classes of the last. */
const LARGEST_TILE = 8;
const LARGEST_CLASS_TILE = 16;
/** More would be too many registers, and too long to compile. */
const MOST_UNITS_A_LANE = 16;
/** What every WebGPU device has of workgroup memory, and of a uniform binding. */
const WORKGROUP_BYTES = 16384;
const UNIFORM_BYTES = 65536;

/** How many of `n` things each of as few parts as can be takes, none more than `most`. */
function evenPart(n: number, most: number): number {
  return Math.ceil(n / Math.ceil(n / most));
}

/** Units of a lane, or classes, that a workgroup of update.wgsl takes of each layer. */
function updateTiles({ strides }: ParameterLayout, classes: number): [number, number, number] {
  return [
    evenPart(strides[0] / LANES, LARGEST_TILE),
    evenPart(strides[1] / LANES, LARGEST_TILE),
    evenPart(classes, LARGEST_CLASS_TILE),
  ];
}

/** Names and lengths of what forward_backward leaves for update, in vec4s, in the order of its constants. */
function traceOffsets({ strides }: ParameterLayout, quads: number) {
  const [s1, s2, s3] = strides;
  let offset = 0;
  const next = (units: number) => {
    const part = { offset: offset * 16, size: units * quads * 16 };
    offset += roundUp(units * quads, 16);
    return part;
  };
  const [x1, x2, d1Scaled, d2, d3] = [s1, s2, s1, s2, s3].map(next);
  return { x1, x2, d1Scaled, d2, d3, bytes: offset * 16 };
}

/** See the head of this file. */
export const fusedSoftware: NetworkKind = {
  fits({ batchSize, architecture: { classes } }, { strides, words }) {
    const quads = this.slotQuads(batchSize);
    const outputs = classes * GROUP_QUADS * 16;
    const shares = classes * LANES * 16;
    const inkMasks = Math.ceil(words[0] / 32) * 4;
    return Math.max(...strides) <= MOST_UNITS_A_LANE * LANES &&
      outputs + shares + roundUp(inkMasks, 16) <= WORKGROUP_BYTES &&
      Math.max(...strides) * quads * 16 <= UNIFORM_BYTES &&
      words[0] * quads * 16 <= MOST_TEXEL_BYTES;
  },

  slotQuads(batchSize) {
    return roundUp(Math.ceil(batchSize / 4), SLOT_QUADS_UNIT);
  },

  async compile(gpu, options, layout, slots) {
    const [s1, s2, s3] = layout.strides;
    const { classes } = options.architecture;
    const tiles = updateTiles(layout, classes);
    const sizes = {
      INPUT_WORDS: layout.words[0],
      UNITS_1: s1 / LANES,
      UNITS_2: s2 / LANES,
      UNITS_3: s3 / LANES,
      BATCH_QUADS: slots.quads,
      CLASSES: classes,
      OFFSET_2: layout.offsets[1],
      OFFSET_3: layout.offsets[2],
      OFFSET_BIASES: layout.offsets[3],
    };
    const forwardProgram = await Program.compile(gpu, {
      entryPoint: "forward_backward",
      sources: [activation, head, optimizer, texels, unpack, forwardBackward],
      constants: {
        ...activationConstants(options),
        ...headConstants(options),
        ...optimizerConstants(options),
        ...sizes,
      },
      bindings: ["words", "floats", "read", "read", "read", "read", "write", "write"],
    });
    const updateProgram = await Program.compile(gpu, {
      entryPoint: "update",
      sources: [optimizer, apply, texels, unpack, update],
      constants: {
        ...optimizerConstants(options),
        ...sizes,
        TILE_1: tiles[0],
        TILE_2: tiles[1],
        TILE_3: tiles[2],
      },
      // deno-fmt-ignore
      bindings: ["words", "uniform", "uniform", "uniform", "uniform", "uniform", "read", "read", "read", "write", "write", "write", "floats"],
    });
    return (buffers) =>
      new FusedSoftware(gpu, options, layout, slots, buffers, forwardProgram, updateProgram);
  },
};

class FusedSoftware implements Network {
  readonly #forward: Program;
  readonly #update: Program;
  readonly #traces: GPUBuffer;
  readonly #pixelTexels: TexelCopy;
  readonly #weightTexels: TexelCopy;
  /** A slot's bind groups. */
  readonly #groups: { forward: GPUBindGroup; update: GPUBindGroup }[] = [];
  /** A batch leaves the last quads of its slot empty; an evaluation fills them. */
  readonly #stepWorkgroups: number;
  readonly #evaluationWorkgroups: number;

  constructor(
    gpu: Gpu,
    options: EngineOptions,
    layout: ParameterLayout,
    slots: SlotShape,
    buffers: NetworkBuffers,
    forward: Program,
    update: Program,
  ) {
    this.#forward = forward;
    this.#update = update;
    const { quads, count } = slots;
    const traces = traceOffsets(layout, quads);
    this.#traces = gpu.buffer(
      "traces",
      traces.bytes,
      GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM,
    );
    const trace = ({ offset, size }: { offset: number; size: number }) =>
      uniform(this.#traces, offset, size);
    this.#stepWorkgroups = Math.ceil(options.batchSize / 4 / GROUP_QUADS);
    this.#evaluationWorkgroups = Math.ceil(quads / GROUP_QUADS);
    const { pixels, scales, labels, present, steps, parameters, rowResults } = buffers;
    const { firstMoments, secondMoments } = buffers;
    this.#pixelTexels = new TexelCopy(gpu, pixels, "rgba32uint");
    this.#weightTexels = new TexelCopy(gpu, parameters, "rgba32float");
    for (let slot = 0; slot < count; slot++) {
      const step = read(steps, slot * STEP_STRIDE, STEP_BYTES);
      this.#groups.push({
        forward: forward.bind(
          copied(this.#pixelTexels),
          copied(this.#weightTexels),
          read(scales),
          read(labels),
          read(present),
          step,
          write(this.#traces),
          write(rowResults),
        ),
        update: update.bind(
          copied(this.#pixelTexels),
          trace(traces.d1Scaled),
          trace(traces.x1),
          trace(traces.x2),
          trace(traces.d2),
          trace(traces.d3),
          read(scales),
          read(present),
          step,
          write(parameters),
          write(firstMoments),
          write(secondMoments),
          copied(this.#weightTexels),
        ),
      });
    }
  }

  encodeSteps(encoder: GPUCommandEncoder, lastOfBatch: boolean[]): void {
    this.#pixelTexels.encode(encoder);
    for (const { forward, update } of this.#groups.slice(0, lastOfBatch.length)) {
      this.#weightTexels.encode(encoder);
      inPass(encoder, (pass) => {
        this.#forward.dispatch(pass, forward, this.#stepWorkgroups);
        this.#update.dispatch(pass, update, UPDATE_WORKGROUPS);
      });
    }
  }

  encodeEvaluation(encoder: GPUCommandEncoder, slots: number): void {
    this.#pixelTexels.encode(encoder);
    this.#weightTexels.encode(encoder);
    inPass(encoder, (pass) => {
      for (const { forward } of this.#groups.slice(0, slots)) {
        this.#forward.dispatch(pass, forward, this.#evaluationWorkgroups);
      }
    });
  }

  destroy(): void {
    this.#traces.destroy();
    this.#pixelTexels.destroy();
    this.#weightTexels.destroy();
  }
}

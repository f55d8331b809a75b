/**
 * The net for layers and batches of any size: a kernel a layer and direction, with the gradient in a
 * buffer of its own, so that a batch may be worked off in parts.
 */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import apply from "../../../shaders/functions/apply.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import layerFunctions from "../../../shaders/functions/layer.wgsl" with { type: "text" };
import optimizer from "../../../shaders/functions/optimizer.wgsl" with { type: "text" };
import unpack from "../../../shaders/functions/unpack.wgsl" with { type: "text" };
import applyGradient from "../../../shaders/tiled/apply_gradient.wgsl" with { type: "text" };
import denseBackward from "../../../shaders/tiled/dense_backward.wgsl" with { type: "text" };
import denseForward from "../../../shaders/tiled/dense_forward.wgsl" with { type: "text" };
import denseGradient from "../../../shaders/tiled/dense_gradient.wgsl" with { type: "text" };
import outputHead from "../../../shaders/tiled/output_head.wgsl" with { type: "text" };
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
import type { ParameterLayout } from "./parameter_layout.ts";
import { inPass, Program, read, write } from "./program.ts";
import { STEP_BYTES, STEP_STRIDE } from "./step_info.ts";

/** A larger batch is worked off in parts of so many quads: 1024 rows. */
const MOST_QUADS = 256;
/** Written out in the kernels: what an invocation takes of units, words and quads. */
const FORWARD_TILE = { units: 8, quads: 4 };
const BACKWARD_TILE = { words: 2, quads: 4 };
const GRADIENT_TILE = { words: 4, units: 8 };
const LANES = 64;
const LAYER_BYTES = 16;

/** Lanes of a tile's workgroup along x (units or words) and y (rows or units). */
export interface TileLanes {
  x: number;
  y: number;
}

interface Programs {
  forward: Program[];
  head: Program;
  backward: Program;
  gradient: Program[];
  apply: Program;
}

/**
 * Makes the kind of network for a device.
 *
 * @param lanes Lanes of a workgroup
 */
export function tiled(lanes: TileLanes): NetworkKind {
  return {
    fits: () => true,
    slotQuads: (batchSize) => Math.min(MOST_QUADS, Math.ceil(batchSize / 4)),
    async compile(gpu, options, layout, slots) {
      const programs = await compilePrograms(gpu, options, slots, lanes);
      return (buffers) => new Tiled(gpu, layout, slots, buffers, programs, lanes);
    },
  };
}

async function compilePrograms(
  gpu: Gpu,
  options: EngineOptions,
  { quads }: SlotShape,
  lanes: TileLanes,
): Promise<Programs> {
  const tile = { BATCH_QUADS: quads, LANES_X: lanes.x, LANES_Y: lanes.y };
  const functions = [activation, head, optimizer, layerFunctions, unpack];
  const constants = {
    ...activationConstants(options),
    ...headConstants(options),
    ...optimizerConstants(options),
  };
  const forward = (input: number, last: number) =>
    Program.compile(gpu, {
      entryPoint: "dense_forward",
      sources: [...functions, denseForward],
      constants: { ...constants, ...tile, INPUT: input, LAST: last },
      bindings: ["read", "read", "read", "read", "read", "write"],
    });
  const gradient = (input: number) =>
    Program.compile(gpu, {
      entryPoint: "dense_gradient",
      sources: [optimizer, layerFunctions, unpack, denseGradient],
      constants: { ...optimizerConstants(options), ...tile, INPUT: input },
      bindings: ["read", "read", "read", "read", "read", "write"],
    });
  const pixelGradient = await gradient(0);
  const activationGradient = await gradient(1);
  return {
    forward: [await forward(0, 0), await forward(1, 0), await forward(1, 1)],
    gradient: [pixelGradient, activationGradient, activationGradient],
    head: await Program.compile(gpu, {
      entryPoint: "output_head",
      sources: [activation, head, optimizer, outputHead],
      constants: {
        ...constants,
        CLASSES: options.architecture.classes,
        BATCH_QUADS: quads,
        LANES,
      },
      bindings: ["read", "read", "write", "write"],
    }),
    backward: await Program.compile(gpu, {
      entryPoint: "dense_backward",
      sources: [activation, layerFunctions, denseBackward],
      constants: { ...activationConstants(options), ...tile },
      bindings: ["read", "read", "read", "read", "write"],
    }),
    apply: await Program.compile(gpu, {
      entryPoint: "apply_gradient",
      sources: [optimizer, apply, applyGradient],
      constants: { ...optimizerConstants(options), LANES },
      bindings: ["read", "read", "write", "write", "write"],
    }),
  };
}

/** A dispatch made ready. */
interface Work {
  program: Program;
  group: GPUBindGroup;
  x: number;
  y: number;
}

class Tiled implements Network {
  readonly #own: GPUBuffer[] = [];
  /** For each slot, the dispatches of the forward pass, then those of the gradient, then the update. */
  readonly #slots: { forward: Work[]; backward: Work[]; update: Work }[] = [];

  constructor(
    gpu: Gpu,
    layout: ParameterLayout,
    { quads, count }: SlotShape,
    buffers: NetworkBuffers,
    programs: Programs,
    lanes: TileLanes,
  ) {
    const { STORAGE, COPY_DST } = GPUBufferUsage;
    const { words, strides, offsets } = layout;
    const make = (label: string, bytes: number, usage: number) => {
      const buffer = gpu.buffer(label, bytes, usage);
      this.#own.push(buffer);
      return buffer;
    };
    const level = (name: string, units: number) => make(name, units * quads * 16, STORAGE);
    // Outputs of the three layers; those of the last become its deltas in place.
    const outputs = strides.map((stride, i) => level(`outputs ${i + 1}`, stride));
    const deltas = [level("deltas 1", strides[0]), level("deltas 2", strides[1]), outputs[2]];
    const gradient = make("gradient", layout.length * 16, STORAGE);
    let biases = offsets[3];
    const layers = strides.map((stride, i) => {
      const layer = make(`layer ${i + 1}`, LAYER_BYTES, STORAGE | COPY_DST);
      const values = Uint32Array.of(words[i], stride, offsets[i], biases);
      gpu.device.queue.writeBuffer(layer, 0, values);
      biases += stride / 4;
      return read(layer, 0, LAYER_BYTES);
    });
    const inputs = [buffers.pixels, outputs[0], outputs[1]].map((buffer) => read(buffer));
    const parameters = read(buffers.parameters);
    const scales = read(buffers.scales);
    const tiles = (n: number, lane: number, each: number) => Math.ceil(n / (lane * each));

    for (let slot = 0; slot < count; slot++) {
      const step = read(buffers.steps, slot * STEP_STRIDE, STEP_BYTES);
      const forward: Work[] = [0, 1, 2].map((i) => ({
        program: programs.forward[i],
        group: programs.forward[i].bind(
          inputs[i],
          scales,
          parameters,
          layers[i],
          step,
          write(outputs[i]),
        ),
        x: tiles(strides[i], lanes.x, FORWARD_TILE.units),
        y: tiles(quads, lanes.y, FORWARD_TILE.quads),
      }));
      forward.push({
        program: programs.head,
        group: programs.head.bind(
          read(buffers.labels),
          step,
          write(outputs[2]),
          write(buffers.rowResults),
        ),
        x: Math.ceil(quads / LANES),
        y: 1,
      });
      const backward: Work[] = [2, 1].map((i) => ({
        program: programs.backward,
        group: programs.backward.bind(
          parameters,
          layers[i],
          read(deltas[i]),
          read(outputs[i - 1]),
          write(deltas[i - 1]),
        ),
        x: tiles(words[i], lanes.x, BACKWARD_TILE.words),
        y: tiles(quads, lanes.y, BACKWARD_TILE.quads),
      }));
      for (let i = 0; i < 3; i++) {
        backward.push({
          program: programs.gradient[i],
          group: programs.gradient[i].bind(
            inputs[i],
            scales,
            layers[i],
            step,
            read(deltas[i]),
            write(gradient),
          ),
          x: tiles(words[i], lanes.x, GRADIENT_TILE.words),
          y: tiles(strides[i], lanes.y, GRADIENT_TILE.units),
        });
      }
      const update = {
        program: programs.apply,
        group: programs.apply.bind(
          read(gradient, 0, layout.length * 16),
          step,
          write(buffers.parameters),
          write(buffers.firstMoments),
          write(buffers.secondMoments),
        ),
        x: Math.ceil(layout.length / LANES),
        y: 1,
      };
      this.#slots.push({ forward, backward, update });
    }
  }

  encodeSteps(encoder: GPUCommandEncoder, lastOfBatch: boolean[]): void {
    inPass(encoder, (pass) => {
      lastOfBatch.forEach((last, slot) => {
        const { forward, backward, update } = this.#slots[slot];
        for (const work of [...forward, ...backward]) encode(pass, work);
        if (last) encode(pass, update);
      });
    });
  }

  encodeEvaluation(encoder: GPUCommandEncoder, slots: number): void {
    inPass(encoder, (pass) => {
      for (const { forward } of this.#slots.slice(0, slots)) {
        for (const work of forward) encode(pass, work);
      }
    });
  }

  destroy(): void {
    for (const buffer of this.#own) buffer.destroy();
  }
}

function encode(pass: GPUComputePassEncoder, { program, group, x, y }: Work): void {
  program.dispatch(pass, group, x, y);
}

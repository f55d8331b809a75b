/** What the engine asks of a set of kernels that computes the net. */
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import { type ParameterLayout } from "./parameter_layout.ts";

/** The buffers that a network's kernels share with the rest of the engine. */
export interface NetworkBuffers {
  /** Shape (slots, B / 4, W) of vec4u: packed pixels. */
  pixels: GPUBuffer;
  /** Shape (slots, B / 4) of vec4: see gather.wgsl. */
  scales: GPUBuffer;
  labels: GPUBuffer;
  /** One Step struct a slot, STEP_STRIDE bytes apart. */
  steps: GPUBuffer;
  /** Laid out as a ParameterLayout says; so are the moments, where the optimiser has any. */
  parameters: GPUBuffer;
  firstMoments: GPUBuffer;
  secondMoments: GPUBuffer;
  /** Shape (slots, B, 2): an evaluation's loss and hits. */
  rowResults: GPUBuffer;
}

/** How the rows of a batch are divided among slots. */
export interface SlotShape {
  /** Quads of rows in a slot. */
  quads: number;
  /** How many slots are filled together. */
  count: number;
}

/** Kernels that compute the net, bound to buffers. */
export interface Network {
  /**
   * Encodes forward pass and backward pass of slots and, behind the last slot of a batch, the update.
   *
   * @param lastOfBatch For each slot, whether it is
   */
  encodeSteps(encoder: GPUCommandEncoder, lastOfBatch: boolean[]): void;
  /** Encodes the forward pass of the first so many slots, into `rowResults`. */
  encodeEvaluation(encoder: GPUCommandEncoder, slots: number): void;
  /** Destroys the buffers that are its own. */
  destroy(): void;
}

/** Makes a network for an engine. */
export interface NetworkKind {
  /** Whether its kernels can serve these options. */
  fits(options: EngineOptions, layout: ParameterLayout): boolean;
  /** The quads of a slot for batches of this size. */
  slotQuads(batchSize: number): number;
  /** Compiles its kernels, which takes the time; the result binds them. */
  compile(
    gpu: Gpu,
    options: EngineOptions,
    layout: ParameterLayout,
    slots: SlotShape,
  ): Promise<(buffers: NetworkBuffers) => Network>;
}

/** The constants that the function sets in shaders/functions are given, those of the set alone. */
export function activationConstants({ architecture }: EngineOptions): Record<string, number> {
  return { ACTIVATION: architecture.activation === "relu" ? 1 : 0 };
}

/** See `activationConstants`. */
export function headConstants({ architecture }: EngineOptions): Record<string, number> {
  return { HEAD: architecture.head === "softmax" ? 1 : 0 };
}

/** See `activationConstants`. */
export function optimizerConstants({ optimizer }: EngineOptions): Record<string, number> {
  if (optimizer.name === "momentum") return { OPTIMIZER: 1, MOMENTUM: optimizer.momentum };
  if (optimizer.name === "adam") {
    const { beta1, beta2, epsilon } = optimizer;
    return { OPTIMIZER: 2, BETA_1: beta1, BETA_2: beta2, EPSILON: epsilon };
  }
  return { OPTIMIZER: 0 };
}

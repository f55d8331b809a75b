/** The interface of a set of kernels that computes the net. */
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import type { ParameterLayout } from "./parameter_layout.ts";

/** The buffers that a network's kernels share with the rest of the engine. */
export interface NetworkBuffers {
  /** Shape (slots, B) of u32. */
  labels: GPUBuffer;
  /** One Step struct a slot, STEP_STRIDE bytes apart. */
  steps: GPUBuffer;
  /** Shape (slots, B, trace words) of vec4: see layers.wgsl. */
  traces: GPUBuffer;
  /** Laid out as a ParameterLayout says; so are the moments, where the optimizer has any. */
  parameters: GPUBuffer;
  firstMoments: GPUBuffer;
  secondMoments: GPUBuffer;
  /** As the parameters, where a batch takes several slots. */
  gradient: GPUBuffer;
  /** Shape (slots, B) of vec4: see `result_of` in head.wgsl. */
  rowResults: GPUBuffer;
}

/** The shape of the slots among which the rows of a batch are divided. */
export interface SlotShape {
  /** Rows of a slot: B. */
  rows: number;
  /** How many slots are filled together. */
  count: number;
}

/** Kernels that compute the net, bound to buffers. */
export interface Network {
  /** Encodes the steps of the first `slots` slots: forward pass, backward pass and update. */
  encodeSteps(encoder: GPUCommandEncoder, slots: number): void;
  /** Encodes the forward pass of the first `slots` slots, which writes `rowResults`. */
  encodeEvaluation(encoder: GPUCommandEncoder, slots: number): void;
}

/** Compiles a network's kernels, which is slow; the result binds them to buffers. */
export type CompileNetwork = (
  gpu: Gpu,
  options: EngineOptions,
  layout: ParameterLayout,
  slots: SlotShape,
) => Promise<(buffers: NetworkBuffers) => Network>;

/** The constants of shaders/functions/layers.wgsl. */
export function layerConstants(
  { words }: ParameterLayout,
  { rows }: SlotShape,
): Record<string, number> {
  return {
    WORDS_0: words[0],
    WORDS_1: words[1],
    WORDS_2: words[2],
    WORDS_3: words[3],
    SLOT_ROWS: rows,
  };
}

/** The constants of shaders/functions/head.wgsl and of the kernels that use it. */
export function headConstants({ architecture }: EngineOptions): Record<string, number> {
  return {
    HEAD: architecture.head === "softmax" ? 1 : 0,
    OUTPUT_ACTIVATION: outputActivation(architecture),
    CLASSES: architecture.classes,
  };
}

/** The number that shaders/functions/activation.wgsl gives to what the hidden layers apply. */
export function hiddenActivation(
  { activation }: Pick<EngineOptions["architecture"], "activation">,
): number {
  return activation === "relu" ? 1 : 0;
}

/** The same for the output layer: the notebook's head has tanh before its softmax. */
export function outputActivation({ head }: Pick<EngineOptions["architecture"], "head">): number {
  return head === "softmax" ? 2 : 0;
}

/** The constants of shaders/functions/optimizer.wgsl. */
export function optimizerConstants({ optimizer }: EngineOptions): Record<string, number> {
  if (optimizer.name === "momentum") return { OPTIMIZER: 1, MOMENTUM: optimizer.momentum };
  if (optimizer.name === "adam") {
    const { beta1, beta2, epsilon } = optimizer;
    return {
      OPTIMIZER: 2,
      BETA_1: beta1,
      BETA_2: beta2,
      ONE_MINUS_BETA_1: 1 - beta1,
      ONE_MINUS_BETA_2: 1 - beta2,
      EPSILON: epsilon,
    };
  }
  return { OPTIMIZER: 0 };
}

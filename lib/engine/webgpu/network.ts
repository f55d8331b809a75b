/** The kernels that compute the net: their interface, and what they have in common. */
import layers from "../../../shaders/functions/layers.wgsl" with { type: "text" };
import step from "../../../shaders/functions/step.wgsl" with { type: "text" };
import { HEADS } from "../../net/heads.ts";
import { biasCorrections, functionsOf, type Optimizer } from "../../net/optimizers.ts";
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { type Access, type Dispatch, encodeDispatches, inPass, Program } from "./program.ts";

/** The buffers that the network's kernels share with the rest of the engine. */
export interface NetworkBuffers {
  /** Shape (slots, nets, SLOT_ROWS) of u32. */
  labels: GPUBuffer;
  /** Shape (slots) of `nets` Step structs, `stepStride` bytes apart: see shaders/functions/step.wgsl. */
  steps: GPUBuffer;
  /** Shape (slots, nets, SLOT_ROWS, TRACE_QUADS) of vec4f: see shaders/functions/layers.wgsl. */
  traces: GPUBuffer;
  /** Each net's, laid out as ParameterLayout describes, like the moments of the optimizer. */
  parameters: GPUBuffer;
  firstMoments: GPUBuffer;
  secondMoments: GPUBuffer;
  /** Laid out like the parameters; used if a batch takes several slots. */
  gradient: GPUBuffer;
  /** Shape (slots, nets, SLOT_ROWS) of vec4f: see `result_of` in shaders/functions/head.wgsl. */
  rowResults: GPUBuffer;
}

/** The shape of the slots among which the rows of batches are divided. */
export interface SlotShape {
  /** The number of rows in a slot (SLOT_ROWS). */
  rows: number;
  /** The number of nets that train together; each has its own slots. */
  nets: number;
  /** The maximum number of slots per net that are submitted together. */
  count: number;
  /** The number of slots that are submitted together before the device's speed is known. */
  first: number;
}

/** What an engine's kernels are compiled for. They do not depend on the number of nets and slots. */
export interface EnginePlan {
  gpu: Gpu;
  options: EngineOptions;
  layout: ParameterLayout;
  slots: SlotShape;
}

/** Binds a kernel to buffers, for one slot of each net. */
export type BindSlot = (buffers: NetworkBuffers, slot: number, nets: number) => Dispatch;

/** The kernels that compute the net. */
export interface NetworkKernels {
  /** The forward pass of a slot's steps. */
  forward: BindSlot[];
  /** The backward pass and the update. */
  backward: BindSlot[];
  /** Evaluates as many slots as it has workgroups in y; if absent, `forward` evaluates slot by slot. */
  evaluation?: BindSlot;
}

/** Compiles a network's kernels, which is slow. */
export type CompileNetwork = (plan: EnginePlan) => Promise<NetworkKernels>;

/** The kernels that compute the net, bound to buffers with so many slots and nets. */
export class Network {
  readonly #forward: Dispatch[][];
  readonly #steps: Dispatch[][];
  readonly #evaluation: Dispatch | undefined;

  constructor(
    { forward, backward, evaluation }: NetworkKernels,
    buffers: NetworkBuffers,
    { count, nets }: SlotShape,
  ) {
    const bind = (kernels: BindSlot[]) =>
      Array.from({ length: count }, (_, slot) => kernels.map((one) => one(buffers, slot, nets)));
    this.#forward = bind(forward);
    this.#steps = bind(backward).map((after, slot) => [...this.#forward[slot], ...after]);
    this.#evaluation = evaluation?.(buffers, 0, nets);
  }

  /** Encodes the steps of the first `slots` slots: forward pass, backward pass and update. */
  encodeSteps(encoder: GPUCommandEncoder, slots: number): void {
    inPass(encoder, (pass) => encodeDispatches(pass, this.#steps.slice(0, slots).flat()));
  }

  /** Encodes the forward pass of the first `slots` slots, which writes `rowResults`. */
  encodeEvaluation(encoder: GPUCommandEncoder, slots: number): void {
    // All slots of a net have the same step constants, so one dispatch can take them all.
    const dispatches = this.#evaluation
      ? [{ ...this.#evaluation, y: slots }]
      : this.#forward.slice(0, slots).flat();
    inPass(encoder, (pass) => encodeDispatches(pass, dispatches));
  }
}

/** A kernel of the network. */
export interface NetworkKernel {
  /** The name of the kernel and its entry point. */
  entryPoint: string;
  /** The WGSL files after layers.wgsl and step.wgsl. */
  sources: string[];
  /** The values of its constants, other than those of layers.wgsl. */
  constants: Record<string, number>;
  /**
   * The buffers of its bindings 0, 1, …, and how it accesses them; of `steps`, the slot's structs.
   */
  bindings: Partial<Record<keyof NetworkBuffers, Access>>;
  /** The number of workgroups per slot and net. */
  x: number;
  y: number;
}

/** Compiles a kernel of the network. */
export async function compileNetworkKernel(
  { gpu, layout, slots }: EnginePlan,
  { entryPoint, sources, constants, bindings, x, y }: NetworkKernel,
): Promise<BindSlot> {
  const program = await Program.compile(gpu, {
    entryPoint,
    sources: [layers, step, ...sources],
    constants: { ...layerConstants(layout, slots), ...constants },
    bindings: Object.values(bindings),
  });
  const entries = Object.entries(bindings) as [keyof NetworkBuffers, Access][];
  return (buffers, slot, nets) => ({
    program,
    group: program.bind(...entries.map(([name, access]) => ({
      access,
      resource: name === "steps"
        ? { buffer: buffers.steps, offset: slot * stepStride(nets), size: nets * STEP_BYTES }
        : { buffer: buffers[name] },
    }))),
    x,
    y,
    z: nets,
  });
}

/** The constants of shaders/functions/layers.wgsl. */
export function layerConstants(
  { quads }: ParameterLayout,
  { rows }: SlotShape,
): Record<string, number> {
  return {
    QUADS_0: quads[0],
    QUADS_1: quads[1],
    QUADS_2: quads[2],
    QUADS_3: quads[3],
    SLOT_ROWS: rows,
  };
}

/** The constants of shaders/functions/head.wgsl and of the kernels that use it. */
export function headConstants({ architecture }: EngineOptions): Record<string, number> {
  const { code, output } = HEADS[architecture.head];
  return { HEAD: code, OUTPUT_ACTIVATION: output.code, CLASSES: architecture.classes };
}

/** The bindings of the kernels that update the parameters, with shaders/functions/optimizer.wgsl. */
export const UPDATE_BINDINGS: NetworkKernel["bindings"] = {
  traces: "read",
  steps: "read",
  parameters: "write",
  firstMoments: "write",
  secondMoments: "write",
  gradient: "write",
};

/** The constants of shaders/functions/optimizer.wgsl. */
export function optimizerConstants({ optimizer }: EngineOptions): Record<string, number> {
  const { code, constants } = functionsOf(optimizer);
  const { beta1, beta2, epsilon } = constants(optimizer);
  return {
    OPTIMIZER: code,
    BETA_1: beta1,
    BETA_2: beta2,
    ONE_MINUS_BETA_1: 1 - beta1,
    ONE_MINUS_BETA_2: 1 - beta2,
    EPSILON: epsilon,
  };
}

/**
 * Returns the bytes from one slot's Step structs to those of the next: WebGPU requires bindings to begin
 * at multiples of 256.
 */
export function stepStride(nets: number): number {
  return 256 * Math.ceil(nets * STEP_BYTES / 256);
}

/** The fields of the Step struct of shaders/functions/step.wgsl. */
export interface StepInfo {
  learningRate: number;
  /** The number of this step, from 1. */
  step: number;
  batchRows: number;
  rows: number;
  result: number;
  firstRow: number;
  accumulate: boolean;
  last: boolean;
}

/** The fields of a net that takes no step. */
export const NO_STEP: Readonly<StepInfo> = {
  learningRate: 0,
  step: 1,
  batchRows: 1,
  rows: 0,
  result: 0,
  firstRow: 0,
  accumulate: false,
  last: false,
};

/** Bytes of the Step struct. */
export const STEP_BYTES = 40;

/** Writes the Step struct of a net's slot; each slot has one struct for each of `nets` nets. */
export function writeStepInfo(
  into: DataView,
  { slot, net, nets }: { slot: number; net: number; nets: number },
  info: StepInfo,
  optimizer: Optimizer,
): void {
  const at = slot * stepStride(nets) + net * STEP_BYTES;
  const [first, second] = biasCorrections(optimizer, info.step);
  into.setFloat32(at, info.learningRate, true);
  into.setFloat32(at + 4, 1 / first, true);
  into.setFloat32(at + 8, 1 / second, true);
  into.setUint32(at + 12, info.batchRows, true);
  into.setUint32(at + 16, info.rows, true);
  into.setUint32(at + 20, info.result, true);
  into.setUint32(at + 24, info.firstRow, true);
  into.setUint32(at + 28, Number(info.accumulate), true);
  into.setUint32(at + 32, Number(info.last), true);
  into.setUint32(at + 36, slot * nets + net, true);
}

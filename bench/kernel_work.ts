/** Records the work that an engine dispatches, kernel by kernel, so that it can be repeated and timed. */
import type { Dataset } from "../lib/data/dataset.ts";
import type { Engine } from "../lib/engine/engine.ts";
import type { Gpu } from "../lib/engine/webgpu/device.ts";
import type { KernelSet } from "../lib/engine/webgpu/kernels.ts";
import { inPass, Program, write } from "../lib/engine/webgpu/program.ts";
import { createWebGpuEngine } from "../lib/engine/webgpu/webgpu_engine.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { engineOptions } from "../lib/training/train.ts";
import { checkEngine } from "./checked_engine.ts";
import nothing from "./nothing.wgsl" with { type: "text" };
import { stepsOf } from "./steps.ts";

/** One kernel's part of some recorded work. */
export interface KernelWork {
  /** The kernel's entry point. */
  name: string;
  /** Number of dispatches. */
  count: number;
  /** Encodes all of them again, in order. */
  encode(encoder: GPUCommandEncoder): void;
}

/**
 * Records the dispatches of a WebGPU engine. To need no option of the engine, it replaces the method
 * that all dispatches go through while the engine queues its work.
 *
 * @param engine The engine, with nothing queued
 * @param queue Queues the work
 * @returns The work of each kernel, in the order of their first dispatches
 */
async function noteKernelWork(
  engine: Engine,
  queue: (engine: Engine) => void,
): Promise<KernelWork[]> {
  const dispatches = new Map<string, ((pass: GPUComputePassEncoder) => void)[]>();
  const { dispatch } = Program.prototype;
  Program.prototype.dispatch = function (pass, ...what) {
    const again = (pass: GPUComputePassEncoder) => dispatch.call(this, pass, ...what);
    const name = this.pipeline.label;
    const list = dispatches.get(name);
    if (list) list.push(again);
    else dispatches.set(name, [again]);
    again(pass);
  };
  let settled: Promise<unknown>;
  try {
    queue(engine);
    // `settle` submits the queued work before it waits.
    settled = engine.settle();
  } finally {
    Program.prototype.dispatch = dispatch;
  }
  await settled;
  return [...dispatches].map(([name, list]): KernelWork => ({
    name,
    count: list.length,
    encode: (encoder) => inPass(encoder, (pass) => list.forEach((again) => again(pass))),
  }));
}

/** Empty dispatches, each of which waits for the previous one. */
export async function emptyWork(gpu: Gpu, count: number): Promise<KernelWork> {
  const program = await Program.compile(gpu, {
    entryPoint: "nothing",
    sources: [nothing],
    constants: {},
    bindings: ["write"],
  });
  const group = program.bind(write(gpu.buffer("word", 4, GPUBufferUsage.STORAGE)));
  return {
    name: program.pipeline.label,
    count,
    encode: (encoder) =>
      inPass(encoder, (pass) => {
        for (let i = 0; i < count; i++) program.dispatch(pass, group, 1);
      }),
  };
}

/** A net, a batch size, and the number of steps to record. */
export interface NotedNet {
  hidden: readonly [number, number];
  batchSize: number;
  steps: number;
}

/**
 * Returns the notebook's net, whose kernels process all layers at once on a GPU, and a larger one that
 * is processed layer by layer, with enough steps to make a wait negligible.
 *
 * @param software Whether the adapter is a software adapter
 */
export function netsToNote(software: boolean): { small: NotedNet; large: NotedNet } {
  const { hidden, batchSize } = NOTEBOOK;
  return {
    small: { hidden, batchSize, steps: software ? 1000 : 20_000 },
    large: { hidden: [256, 128], batchSize: 1000, steps: software ? 4 : 200 },
  };
}

/**
 * Creates an engine and checks its results.
 *
 * @param gpu The device; the engine closes it
 * @param data The data to train on
 * @param net The net and the batch size
 * @param kernels The set of kernels; by default the one for the device
 */
export async function openEngineOn(
  gpu: Gpu,
  data: Dataset,
  { hidden, batchSize }: NotedNet,
  kernels?: KernelSet,
): Promise<Engine> {
  const options = engineOptions({ ...NOTEBOOK, hidden, batchSize }, data);
  const engine = await createWebGpuEngine(gpu, options, kernels);
  await checkEngine(engine, data);
  return engine;
}

/**
 * Records steps. Their learning rate is 0, so repeating updates does not change the parameters. The
 * buffer that tells the kernels to take steps stays on the device until something else is queued.
 */
export function noteSteps(engine: Engine, { batchSize, steps }: NotedNet): Promise<KernelWork[]> {
  const queued = stepsOf(steps, batchSize).map((step) => ({ ...step, learningRate: 0 }));
  return noteKernelWork(engine, (engine) => engine.step(queued));
}

/** Records an evaluation on as many test rows as the notebook's. */
export function noteEvaluation(engine: Engine, { trainRows }: Dataset): Promise<KernelWork[]> {
  const rows = Uint32Array.from({ length: NOTEBOOK.evalSize }, (_, i) => trainRows + i);
  return noteKernelWork(engine, (engine) => engine.evaluate(rows));
}

/** What an engine has the device do, kernel by kernel, to be done over and timed. */
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

/** All that one kernel did of some work. */
export interface KernelWork {
  /** The kernel's entry point. */
  name: string;
  /** How many dispatches. */
  count: number;
  /** Encodes all of it, in its order. */
  encode(encoder: GPUCommandEncoder): void;
}

/**
 * Notes what an engine on WebGPU has the device do. The engine needs no option for that: the method
 * through which all dispatches go is replaced while it queues its work.
 *
 * @param engine The engine, with nothing queued
 * @param queue Queues the work
 * @returns The work of each kernel, in the order in which they came first
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
    // Submits what is queued before it waits.
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

/** Dispatches that do nothing, each waiting for the one before. */
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

/** A net and a batch size, and how many steps of it to note. */
export interface NotedNet {
  hidden: readonly [number, number];
  batchSize: number;
  steps: number;
}

/**
 * The notebook's net, whose kernels take all layers at once on a GPU, and one that goes layer by layer; so many
 * steps that to wait for them is little beside them.
 *
 * @param software Whether they are taken by a processor that stands in for a GPU
 */
export function netsToNote(software: boolean): { small: NotedNet; large: NotedNet } {
  const { hidden, batchSize } = NOTEBOOK;
  return {
    small: { hidden, batchSize, steps: software ? 1000 : 20_000 },
    large: { hidden: [256, 128], batchSize: 1000, steps: software ? 4 : 200 },
  };
}

/**
 * Makes an engine that has shown that it computes the right numbers.
 *
 * @param gpu The device; the engine closes it
 * @param data What to train on
 * @param net The net and the batch size
 * @param kernels Which set of kernels; the one for the device if left out
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
 * Notes steps. Their learning rate is 0, so that updates, done over, leave the parameters as they are. What
 * tells the kernels that these are steps lies on the device until something else is queued.
 */
export function noteSteps(engine: Engine, { batchSize, steps }: NotedNet): Promise<KernelWork[]> {
  const queued = stepsOf(steps, batchSize).map((step) => ({ ...step, learningRate: 0 }));
  return noteKernelWork(engine, (engine) => engine.step(queued));
}

/** Notes an evaluation of as many test rows as the notebook's. */
export function noteEvaluation(engine: Engine, { trainRows }: Dataset): Promise<KernelWork[]> {
  const rows = Uint32Array.from({ length: NOTEBOOK.evalSize }, (_, i) => trainRows + i);
  return noteKernelWork(engine, (engine) => engine.evaluate(rows));
}

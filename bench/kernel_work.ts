/**
 * Records the dispatches of a WebGPU engine, kernel by kernel, so that each kernel's can be
 * repeated and timed.
 */
import type { Dataset } from "../lib/data/dataset.ts";
import type { Engine } from "../lib/engine/engine.ts";
import type { Gpu } from "../lib/engine/webgpu/device.ts";
import { inPass, Program, write } from "../lib/engine/webgpu/program.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import empty from "./empty.wgsl" with { type: "text" };
import { drawnSteps } from "../lib/engine/reference.ts";

/** The recorded dispatches of one kernel. */
export interface KernelWork {
  /** The kernel's entry point. */
  name: string;
  /** The number of dispatches. */
  count: number;
  /** Encodes all these dispatches again, in the same order. */
  encode(encoder: GPUCommandEncoder): void;
}

/**
 * Records the dispatches of a WebGPU engine. While the engine queues its work, this replaces
 * `Program.prototype.dispatch`, which makes all dispatches, so the engine needs no option for it.
 *
 * @param engine The engine, with nothing queued
 * @param queue Queues the work to record
 * @returns The dispatches of each kernel; the kernels are in the order of their first dispatches
 */
async function recordDispatches(
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
    // `settle` first submits all queued work, then waits.
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

/** Returns dispatches of an empty kernel. Each waits for the previous one. */
export async function emptyDispatches(gpu: Gpu, count: number): Promise<KernelWork> {
  const program = await Program.compile(gpu, {
    entryPoint: "empty",
    sources: [empty],
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

/** The hidden layers, the batch size, and the number of steps to record. */
export interface RecordedNet {
  hidden: readonly [number, number];
  batchSize: number;
  steps: number;
}

/**
 * Returns the notebook's net, for which a GPU uses fused kernels (all layers in one dispatch), and
 * a larger net, for which it uses tiled kernels (a dispatch per layer). A GPU gets more steps than
 * a software adapter, so that the wait at the end is short compared with the work.
 *
 * @param software Whether the adapter runs on the processor
 */
export function netsToRecord(software: boolean): { small: RecordedNet; large: RecordedNet } {
  const { hidden, batchSize } = NOTEBOOK;
  return {
    small: { hidden, batchSize, steps: software ? 1000 : 20_000 },
    large: { hidden: [256, 128], batchSize: 1000, steps: software ? 4 : 200 },
  };
}

/**
 * Records training steps. Their learning rate is 0, so that repeating the update kernel does not
 * change the parameters. The recorded dispatches can be repeated until the engine queues other
 * work, because the buffer that describes the steps stays on the device until then.
 */
export function recordSteps(
  engine: Engine,
  { batchSize, steps }: RecordedNet,
): Promise<KernelWork[]> {
  const queued = drawnSteps(steps, batchSize, 0);
  return recordDispatches(engine, (engine) => engine.step(queued));
}

/** Records an evaluation of the notebook's size, on the first test rows. */
export function recordEvaluation(engine: Engine, { trainRows }: Dataset): Promise<KernelWork[]> {
  const rows = Uint32Array.from({ length: NOTEBOOK.evalSize }, (_, i) => trainRows + i);
  return recordDispatches(engine, (engine) => engine.evaluate(rows));
}

/**
 * One device for many engines, on which each kernel is compiled once. A software adapter spends most
 * of the contract's time on compiling kernels, and many tests use the same.
 */
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import type { KernelSet } from "../../../lib/engine/webgpu/kernels.ts";
import { Program } from "../../../lib/engine/webgpu/program.ts";
import { createWebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import type { MakeEngine } from "../contract/shared.ts";

/** Opens a device on the best adapter. */
export async function openDevice(): Promise<Gpu> {
  const adapter = await findAdapter();
  if (adapter === undefined) throw new Error("There is no WebGPU adapter");
  return await Gpu.open(adapter);
}

/**
 * Returns a function that creates engines on one device, which is opened by the first call.
 *
 * @param kernels The engines' set of kernels
 * @param open Opens the device
 */
export function enginesOnOneDevice(kernels: KernelSet, open = openDevice): MakeEngine {
  return setsOnOneDevice(open)(kernels);
}

/** Like `enginesOnOneDevice`, for several sets of kernels: a kernel that they share is compiled once. */
export function setsOnOneDevice(open = openDevice): (kernels: KernelSet) => MakeEngine {
  let opened: Promise<Gpu> | undefined;
  const programs = new Map<string, Promise<Program>>();
  return (kernels) => async (options) => {
    const gpu = await (opened ??= open());
    const { compile } = Program;
    Program.compile = (_, description) => {
      const key = JSON.stringify(description);
      if (!programs.has(key)) programs.set(key, compile.call(Program, gpu, description));
      return programs.get(key)!;
    };
    try {
      return await createWebGpuEngine(withOwnBuffers(gpu), options, kernels);
    } finally {
      Program.compile = compile;
    }
  };
}

/** Returns the device, but when that is closed, only the buffers are destroyed that it created. */
function withOwnBuffers(gpu: Gpu): Gpu {
  const buffers: GPUBuffer[] = [];
  const own: Pick<Gpu, "buffer" | "close"> = {
    buffer(...args) {
      const buffer = gpu.buffer(...args);
      buffers.push(buffer);
      return buffer;
    },
    close() {
      for (const buffer of buffers) buffer.destroy();
    },
  };
  return new Proxy(gpu, {
    get(_, name) {
      const value = Reflect.get(name in own ? own : gpu, name);
      return typeof value === "function" ? value.bind(gpu) : value;
    },
  });
}

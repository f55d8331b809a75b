/**
 * Bundled and run in a page by browser_test.ts: the contract's core on the browser's implementation of WebGPU.
 * The cases are found in `globalThis.cases`, each a function that takes no arguments and rejects if it fails.
 */
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import { coreContract } from "../contract/core.ts";

const cases = (["hardware", "tiled"] as const).flatMap((kernels) =>
  coreContract(async (options) => {
    const adapter = await findAdapter();
    if (adapter === undefined) throw new Error("the browser has no adapter");
    return await createWebGpuEngine(await Gpu.open(adapter), options, kernels);
  }).map(({ does, test }) => ({ name: `${kernels} kernels: ${does}`, test }))
);

Object.assign(globalThis, { cases });

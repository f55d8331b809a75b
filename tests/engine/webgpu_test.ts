import { findAdapter, Gpu } from "../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import { engineContract } from "./contract.ts";

await engineContract("WebGPU", async (options) => {
  return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options);
});

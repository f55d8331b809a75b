import { findAdapter, Gpu } from "../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import { needs } from "../requirements.ts";
import { engineContract } from "./contract.ts";

// Both sets of kernels, whatever the adapter: their results do not depend on where they run.
for (const adapter of ["software", "hardware"] as const) {
  await engineContract(
    `WebGPU (kernels for ${adapter})`,
    async (options) => {
      return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options, adapter);
    },
    await needs("webgpu"),
  );
}

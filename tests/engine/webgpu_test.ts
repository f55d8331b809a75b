import { findAdapter, Gpu } from "../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import { needs } from "../requirements.ts";
import { engineContract } from "./contract.ts";
import { lanesBackwards, withSources } from "./webgpu/sources.ts";

// All sets of kernels, whatever the adapter: their results do not depend on where they run.
for (const kernels of ["software", "hardware", "tiled"] as const) {
  await engineContract(
    `WebGPU (${kernels} kernels)`,
    async (options) => {
      return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options, kernels);
    },
    // Of the tiled kernels for hardware, large nets are tested among "hardware".
    await needs("webgpu", ...(kernels === "tiled" ? ["time"] as const : [])),
  );
}

await engineContract(
  "WebGPU (hardware kernels, lanes backwards)",
  (options) =>
    withSources(lanesBackwards, async () => {
      return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options, "hardware");
    }),
  await needs("webgpu", "time"),
);

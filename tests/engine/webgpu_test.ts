import { findAdapter, Gpu } from "../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import { needs } from "../requirements.ts";
import { engineContract } from "./contract.ts";
import { lanesBackwards, withSources } from "./webgpu/sources.ts";

// All sets of kernels, whatever the adapter: their results do not depend on where they run. The set
// for hardware has fused kernels for small nets and tiled ones for large; the others are the same
// tiled kernels in other shapes, and for small nets too, which takes as long again.
for (const kernels of ["software", "hardware", "tiled"] as const) {
  await engineContract(
    `WebGPU (${kernels} kernels)`,
    async (options) => {
      return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options, kernels);
    },
    await needs("webgpu", ...(kernels === "hardware" ? [] : ["time"] as const)),
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

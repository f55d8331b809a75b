/** The contract on the WebGPU engine, with each of its sets of kernels. */
import { findAdapter, Gpu } from "../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import { needs } from "../requirements.ts";
import { engineContract } from "./contract.ts";
import { reverseLanes, withSources } from "./webgpu/shader_sources.ts";

// Every set of kernels must be correct on every adapter. The set "hardware" has fused kernels for
// small nets and tiled kernels for large nets. The others use tiled kernels for all nets, with
// other tile sizes; their tests run only with FULL=1, because they take long.
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
  "WebGPU (hardware kernels, reversed lanes)",
  (options) =>
    withSources(reverseLanes, async () => {
      return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options, "hardware");
    }),
  await needs("webgpu", "time"),
);

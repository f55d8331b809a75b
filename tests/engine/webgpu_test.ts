/** The contract on the WebGPU engine, with each of its sets of kernels. */
import { findAdapter, Gpu } from "../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import { needs } from "../requirements.ts";
import { engineContract } from "./contract.ts";
import { coreCases } from "./contract/cases.ts";
import { reverseLanes, withSources } from "./webgpu/shader_sources.ts";

// Both sets of kernels must be correct on every adapter. The set "hardware" has fused kernels for
// small nets and tiled kernels for large nets; the other uses tiled kernels for all nets. Each net
// takes a software adapter a second or two to compile, so without FULL=1 only the core runs, on the
// first set.
for (const kernels of ["hardware", "software"] as const) {
  await engineContract(
    `WebGPU (${kernels} kernels)`,
    async (options) => {
      return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options, kernels);
    },
    kernels === "hardware" ? ["webgpu"] : ["webgpu", "time"],
    ["webgpu", "time"],
    ({ distorts }) => kernels === "hardware" || !distorts,
  );
}

const reversed = coreCases((options) =>
  withSources(reverseLanes, async () => {
    return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options, "hardware");
  })
);
for (const { does, test } of reversed) {
  Deno.test({
    name: `WebGPU (hardware kernels, reversed lanes) engine ${does}`,
    ...await needs("webgpu", "time"),
    fn: test,
  });
}

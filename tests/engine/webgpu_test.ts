/** The contract on the WebGPU engine, with each of its sets of kernels. */
import { needs } from "../requirements.ts";
import { engineContract } from "./contract.ts";
import { coreCases } from "./contract/cases.ts";
import { reverseLanes, withSources } from "./webgpu/shader_sources.ts";
import { enginesOnOneDevice } from "./webgpu/shared_device.ts";

// All sets of kernels must be correct on every adapter. The set "hardware" has fused kernels for
// small nets and tiled kernels for large nets; so has "integrated", with four rows per workgroup
// instead of two; the last uses tiled kernels for all nets. Each net takes a software adapter a
// second or two to compile, so without FULL=1 only the core runs, on the first set.
for (const kernels of ["hardware", "integrated", "software"] as const) {
  await engineContract(
    `WebGPU (${kernels} kernels)`,
    enginesOnOneDevice(kernels),
    kernels === "hardware" ? ["webgpu"] : ["webgpu", "time"],
    ["webgpu", "time"],
    ({ distorts }) => kernels === "hardware" || !distorts,
  );
}

const make = enginesOnOneDevice("hardware");
const reversed = coreCases((options) => withSources(reverseLanes, () => make(options)));
for (const { does, test } of reversed) {
  Deno.test({
    name: `WebGPU (hardware kernels, reversed lanes) engine ${does}`,
    ...await needs("webgpu", "time"),
    fn: test,
  });
}

/**
 * The contract's core on WebGPU with the kernels for integrated GPUs, which are those for hardware with
 * more rows in a workgroup.
 */
import { needs } from "../../requirements.ts";
import { coreCases } from "../contract/cases.ts";
import { enginesOnOneDevice } from "./shared_device.ts";

for (const { does, test, shared } of coreCases(enginesOnOneDevice("integrated"))) {
  if (shared) continue;
  Deno.test({
    name: `WebGPU (integrated kernels) engine ${does}`,
    ...await needs("webgpu", "time"),
    fn: test,
  });
}

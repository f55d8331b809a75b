/**
 * The contract on WebGPU with the kernels for hardware: fused ones for small nets, tiled ones for large
 * nets. They must be correct on every adapter. Each net takes a software adapter a second or two to
 * compile, so without FULL=1 only the core runs.
 */
import { engineContract } from "../contract.ts";
import { enginesOnOneDevice } from "./shared_device.ts";

await engineContract(
  "WebGPU (hardware kernels)",
  enginesOnOneDevice("hardware"),
  ["webgpu"],
  ["webgpu", "time"],
);

/** The contract on WebGPU with the kernels for software adapters: tiled ones for all nets. */
import { engineContract } from "../contract.ts";
import { enginesOnOneDevice } from "./shared_device.ts";

await engineContract(
  "WebGPU (software kernels)",
  enginesOnOneDevice("software"),
  ["webgpu", "time"],
  ["webgpu", "time"],
  ({ shared }) => !shared,
);

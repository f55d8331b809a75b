/**
 * The contract on the CPU engine: its default, its plain build on one thread, and steps on three
 * threads.
 */
import { createCpuEngine } from "../../lib/engine/cpu/cpu_engine.ts";
import { engineContract } from "./contract.ts";

await engineContract("CPU", (options) => Promise.resolve(createCpuEngine(options)));

await engineContract(
  "CPU (plain build, one thread)",
  (options) => Promise.resolve(createCpuEngine({ ...options, threads: 1 }, { build: "plain" })),
  ["time"],
);

await engineContract(
  "CPU (three threads per step)",
  (options) => Promise.resolve(createCpuEngine({ ...options, threads: 3 }, { sharedStep: 0 })),
  [],
  ["time"],
);

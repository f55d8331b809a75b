import { createCpuEngine } from "../../lib/engine/cpu/cpu_engine.ts";
import { needs } from "../requirements.ts";
import { engineContract } from "./contract.ts";

await engineContract("CPU", (options) => Promise.resolve(createCpuEngine(options)));

await engineContract(
  "CPU, without relaxed SIMD and on one thread,",
  (options) => Promise.resolve(createCpuEngine({ ...options, threads: 1 }, { build: "plain" })),
  await needs("time"),
);

await engineContract(
  "CPU, with steps shared by three threads,",
  (options) => Promise.resolve(createCpuEngine({ ...options, threads: 3 }, { sharedStep: 0 })),
);

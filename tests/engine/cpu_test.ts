import { createCpuEngine } from "../../lib/engine/cpu/cpu_engine.ts";
import { engineContract } from "./contract.ts";

await engineContract("CPU", (options) => Promise.resolve(createCpuEngine(options)));

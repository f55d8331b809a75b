/** Benchmarks of the CPU engine. */
import { registerEngineBenches } from "./engine_benches.ts";

await registerEngineBenches("cpu", { steps: 50, evaluations: 5, draws: 50 });

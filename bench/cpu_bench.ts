/**
 * Measures the CPU engine's steps, evaluations, row sampling and whole run with `deno bench`:
 * see engine_benches.ts. Run by `deno task bench`, or alone by
 * `deno bench --lock=deno.lock --allow-read --allow-env=MNIST_DIR bench/cpu_bench.ts`.
 */
import { registerEngineBenches } from "./engine_benches.ts";

await registerEngineBenches("cpu", { steps: 50, evaluations: 5, samples: 50 });

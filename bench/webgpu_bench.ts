/**
 * Measures the WebGPU engine with `deno bench`, if there is an adapter: first the benchmarks of
 * engine_benches.ts, then the trial of an adapter, then each kernel's dispatches in some recorded steps, repeated without the
 * other kernels. Run by `deno task bench`, or alone by
 * `deno bench --lock=deno.lock --allow-read --allow-env=MNIST_DIR,DENO_WEBGPU_BACKEND
 * bench/webgpu_bench.ts`.
 */
import { createEngine, listDevices } from "../lib/engine/create.ts";
import { tryAdapter } from "../lib/engine/trial.ts";
import { findAdapter, Gpu } from "../lib/engine/webgpu/device.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { engineOptions } from "../lib/training/engine_options.ts";
import { openDigits } from "./digits.ts";
import { registerEngineBenches } from "./engine_benches.ts";
import {
  emptyDispatches,
  type KernelWork,
  netsToRecord,
  openEngineOn,
  recordEvaluation,
  recordSteps,
} from "./kernel_work.ts";

// A hardware adapter is preferred to a software adapter, as in training.
const devices = (await listDevices()).filter(({ backend }) => backend === "webgpu");
const device = devices.find(({ software }) => !software) ?? devices[0];
if (device) {
  // A GPU takes about 15 microseconds for a step, and a wait takes 11 ms, as long as 700 steps.
  await registerEngineBenches(
    "webgpu",
    device.software
      ? { steps: 200, evaluations: 20, samples: 200 }
      : { steps: 20_000, evaluations: 1000, samples: 20_000 },
  );
  await registerTrialBench();
  await registerKernelBenches(device.software);
} else {
  console.log("Cannot time WebGPU: there is no adapter");
}

/** Registers a benchmark of the trial with which `auto` begins. */
async function registerTrialBench(): Promise<void> {
  const options = engineOptions(NOTEBOOK, openDigits());
  const adapter = await createEngine({ ...options, backend: "webgpu" });
  const cpu = await createEngine({ ...options, backend: "cpu" });
  Deno.bench("webgpu: trial of the notebook's net", { n: 5, warmup: 1 }, async () => {
    await tryAdapter(adapter, cpu);
  });
}

/**
 * Registers a benchmark for each kernel: it repeats the kernel's dispatches in some recorded steps.
 */
async function registerKernelBenches(software: boolean): Promise<void> {
  const data = openDigits();
  const { small, large } = netsToRecord(software);
  for (const net of [small, large]) {
    const gpu = await Gpu.open((await findAdapter())!);
    const engine = await openEngineOn(gpu, data, net);
    const evaluation = await recordEvaluation(engine, data);
    const steps = await recordSteps(engine, net);
    const { queue } = gpu.device;
    const register = ({ name, count, encode }: KernelWork, baseline = false) =>
      Deno.bench(
        `webgpu: ${count} times ${name}`,
        { group: `webgpu, kernels, hidden ${net.hidden}`, n: 10, warmup: 2, baseline },
        async () => {
          const encoder = gpu.device.createCommandEncoder();
          encode(encoder);
          queue.submit([encoder.finish()]);
          await queue.onSubmittedWorkDone();
        },
      );
    register(await emptyDispatches(gpu, 2 * net.steps), true);
    steps.forEach((work) => register(work));
    evaluation.filter(({ name }) => name === "sum_results").forEach((work) => register(work));
  }
}

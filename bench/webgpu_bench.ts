/** The engine on WebGPU, where there is an adapter. */
import { listDevices } from "../lib/engine/create.ts";
import { findAdapter, Gpu, NO_ADAPTER } from "../lib/engine/webgpu/device.ts";
import { openDigits } from "./digits.ts";
import { registerEngineBenches } from "./engine_benches.ts";
import {
  emptyWork,
  type KernelWork,
  netsToNote,
  noteEvaluation,
  noteSteps,
  openEngineOn,
} from "./kernel_work.ts";

// Prefer hardware to software, as training does.
const devices = (await listDevices()).filter(({ backend }) => backend === "webgpu");
const device = devices.find(({ software }) => !software) ?? devices[0];
if (device) {
  // A GPU takes a step in some 15 microseconds: it would do 200 while it is still waited for.
  await registerEngineBenches(
    "webgpu",
    device.software
      ? { steps: 200, evaluations: 20, draws: 200 }
      : { steps: 20_000, evaluations: 1000, draws: 20_000 },
  );
  await registerKernelBenches(device.software);
} else {
  console.log(`WebGPU is not timed: ${NO_ADAPTER}`);
}

/** Registers benchmarks of each kernel's part of some steps, repeated on its own. */
async function registerKernelBenches(software: boolean): Promise<void> {
  const data = openDigits();
  const { small, large } = netsToNote(software);
  for (const net of [small, large]) {
    const gpu = await Gpu.open((await findAdapter())!);
    const engine = await openEngineOn(gpu, data, net);
    const evaluation = await noteEvaluation(engine, data);
    const steps = await noteSteps(engine, net);
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
    register(await emptyWork(gpu, 2 * net.steps), true);
    steps.forEach((work) => register(work));
    evaluation.filter(({ name }) => name === "sum_results").forEach((work) => register(work));
  }
}

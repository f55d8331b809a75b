/** The engine on WebGPU, where there is an adapter. */
import { listDevices } from "../lib/engine/create.ts";
import { NO_ADAPTER } from "../lib/engine/webgpu/device.ts";
import { registerEngineBenches } from "./engine_benches.ts";

const chosen = (await listDevices()).find(({ chosen }) => chosen);
if (chosen?.backend === "webgpu") {
  // A GPU takes a step in some 15 microseconds: it would do 200 while it is still waited for.
  await registerEngineBenches(
    "webgpu",
    chosen.software
      ? { steps: 200, evaluations: 20, draws: 200 }
      : { steps: 20_000, evaluations: 1000, draws: 20_000 },
  );
} else {
  console.log(`WebGPU is not timed: ${NO_ADAPTER}`);
}

/** The engine on WebGPU, where there is an adapter. */
import { NO_ADAPTER } from "../lib/engine/webgpu/device.ts";
import { registerEngineBenches } from "./engine_benches.ts";

if (await navigator.gpu.requestAdapter()) {
  await registerEngineBenches("webgpu", { steps: 200, evaluations: 20, draws: 200 });
} else {
  console.log(`WebGPU is not timed: ${NO_ADAPTER}`);
}

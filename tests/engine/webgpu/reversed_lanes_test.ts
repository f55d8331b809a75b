/** The contract's core on kernels whose invocations have the opposite numbers, which shows races. */
import { needs } from "../../requirements.ts";
import { coreCases } from "../contract/cases.ts";
import { reverseLanes, withSources } from "./shader_sources.ts";
import { enginesOnOneDevice } from "./shared_device.ts";

const make = enginesOnOneDevice("hardware");
for (
  const { does, test } of coreCases((options) => withSources(reverseLanes, () => make(options)))
) {
  Deno.test({
    name: `WebGPU (hardware kernels, reversed lanes) engine ${does}`,
    ...await needs("webgpu", "time"),
    fn: test,
  });
}

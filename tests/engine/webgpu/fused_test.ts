import { assertEquals } from "@std/assert";
import { fitsFused } from "../../../lib/engine/webgpu/fused.ts";
import { parameterLayout } from "../../../lib/engine/webgpu/parameter_layout.ts";
import { NOTEBOOK_ENGINE } from "../contract/shared.ts";

Deno.test("fitsFused() requires the memory of a workgroup of forward_backward.wgsl", () => {
  const layout = parameterLayout(NOTEBOOK_ENGINE.architecture);
  // Two traces of 278 vectors and a zero vector each, 256 vectors of the lanes, and two heads of 24
  // bytes. The units fill 13, 25 and 3 quads, and each has an activation and a delta.
  const traceQuads = 196 + 2 * (13 + 25 + 3);
  const bytes = (2 * (traceQuads + 1) + 256) * 16 + 2 * 24;
  const fits = (most: number) =>
    fitsFused(NOTEBOOK_ENGINE, layout, { maxComputeWorkgroupStorageSize: most });
  assertEquals([fits(bytes - 1), fits(bytes)], [false, true]);
});

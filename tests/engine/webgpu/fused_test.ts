import { assertEquals } from "@std/assert";
import { fitsFused } from "../../../lib/engine/webgpu/fused.ts";
import { kernelSetFor } from "../../../lib/engine/webgpu/kernels.ts";
import { parameterLayout } from "../../../lib/engine/webgpu/parameter_layout.ts";
import { NOTEBOOK_ENGINE } from "../contract/shared.ts";

Deno.test("fitsFused() requires the memory of a workgroup of forward_backward.wgsl", () => {
  const layout = parameterLayout(NOTEBOOK_ENGINE.architecture);
  // For each row, a trace of 278 vectors, a zero vector, a label and a head of 24 bytes; 256 vectors of
  // the lanes and 8 masks. The units fill 13, 25 and 3 quads, and each has an activation and a delta.
  const traceQuads = 196 + 2 * (13 + 25 + 3);
  for (const rows of [2, 4]) {
    const bytes = rows * ((traceQuads + 1) * 16 + 4 + 24) + 256 * 16 + 8 * 4;
    const fits = (most: number) =>
      fitsFused(NOTEBOOK_ENGINE, layout, { maxComputeWorkgroupStorageSize: most }, rows);
    assertEquals([fits(bytes - 1), fits(bytes)], [false, true]);
  }
});

Deno.test("kernelSetFor() recognizes GPUs that are part of a processor by their names", () => {
  const names = {
    integrated: [
      "Apple M1",
      "apple metal-3",
      "Intel(R) UHD Graphics 630 (CFL GT2)",
      "intel gen-12lp",
      "Intel(R) Arc(TM) Graphics (MTL)",
      "AMD Radeon Graphics (RADV RENOIR)",
      "AMD Radeon(TM) Vega 8 Graphics",
      "AMD Radeon 780M (RADV PHOENIX)",
      "Mali-G78",
      "qualcomm adreno-6xx",
    ],
    hardware: [
      "NVIDIA GeForce RTX 4090",
      "nvidia lovelace",
      "AMD Radeon RX 6800 XT (RADV NAVI21)",
      "AMD Radeon VII (RADV VEGA20)",
      "Intel(R) Arc(tm) A770 Graphics (DG2)",
      "unnamed adapter",
    ],
    software: ["llvmpipe (LLVM 15.0.6, 256 bits)"],
  };
  for (const [set, some] of Object.entries(names)) {
    for (const name of some) {
      const software = set === "software";
      assertEquals(kernelSetFor({ backend: "webgpu", name, software }), set, name);
    }
  }
});

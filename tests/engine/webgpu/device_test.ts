/** Tests of failures on a WebGPU device, and of how results are read back. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import { Program, setConstants } from "../../../lib/engine/webgpu/program.ts";
import { createWebGpuEngine, type WebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import type { EngineOptions } from "../../../lib/engine/engine.ts";
import { NOTEBOOK_ENGINE } from "../contract/shared.ts";
import { drawState, generatedData } from "../../../lib/engine/reference.ts";
import { needs } from "../../requirements.ts";

const webgpu = await needs("webgpu");

async function open(): Promise<Gpu> {
  return await Gpu.open((await findAdapter())!);
}

/** The options of a net that is evaluated quickly. */
const SMALL: EngineOptions = {
  ...NOTEBOOK_ENGINE,
  architecture: { ...NOTEBOOK_ENGINE.architecture, inputs: 4, hidden: [3, 2] },
  batchSize: 1,
};

/** Returns an engine on which a run has started. */
async function startedEngine(gpu: Gpu, options = NOTEBOOK_ENGINE): Promise<WebGpuEngine> {
  const engine = await createWebGpuEngine(gpu, options);
  const { architecture, optimizer } = options;
  const side = Math.sqrt(architecture.inputs);
  engine.load(generatedData({ rows: 200, width: side, height: side, classes: 10 }));
  engine.start(Uint32Array.from({ length: 200 }, (_, i) => i), drawState(architecture, optimizer));
  return engine;
}

Deno.test({
  name: "WebGpuEngine.settle() rejects with the reason after the device is lost",
  ...webgpu,
  async fn() {
    const gpu = await open();
    const engine = await startedEngine(gpu);
    gpu.device.destroy();
    await gpu.device.lost;
    const error = await assertRejects(async () => {
      engine.evaluate(Uint32Array.of(0));
      await engine.settle();
    }, Error);
    assert(error.message.startsWith("WebGPU failed:"), error.message);
    assert(error.message.includes("lost"), error.message);
  },
});

for (const when of ["before", "during"] as const) {
  Deno.test({
    name: `WebGpuEngine.settle() rejects if the device reports an error ${when} the call`,
    ...webgpu,
    async fn() {
      const gpu = await open();
      const engine = await startedEngine(gpu);
      // This usage is invalid: a buffer with MAP_READ can have no other usage than COPY_DST.
      const { MAP_READ, STORAGE } = GPUBufferUsage;
      const fail = () => gpu.device.createBuffer({ size: 4, usage: MAP_READ | STORAGE });
      if (when === "before") {
        fail();
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      const settled = assertRejects(async () => await engine.settle(), Error, "WebGPU failed:");
      if (when === "during") fail();
      await settled;
      await engine[Symbol.asyncDispose]();
    },
  });
}

Deno.test({
  name: "WebGpuEngine.settle() returns more results than fit on the device, in order",
  ...webgpu,
  async fn() {
    await using engine = await startedEngine(await open(), SMALL);
    // The engine keeps the results of 1024 evaluations on the device.
    const rows = Array.from({ length: 1030 }, (_, i) => i % 20);
    for (const row of rows) engine.evaluate(Uint32Array.of(row));
    const evaluations = await engine.settle();
    const first = evaluations.slice(0, 20);
    assert(new Set(first.map(({ loss }) => loss)).size > 10);
    assertEquals(evaluations, rows.map((row) => first[row]));
  },
});

Deno.test({
  name: "Program.compile() throws an error with the kernel, the line and the column of a mistake",
  ...webgpu,
  async fn() {
    const gpu = await open();
    const source = "@compute @workgroup_size(1)\nfn broken() {\n    let x = unknown_name;\n}\n";
    const description = { entryPoint: "broken", sources: [source], constants: {}, bindings: [] };
    const error = await assertRejects(() => Program.compile(gpu, description), Error, "broken");
    assert(error.message.includes("unknown_name"), error.message);
    assert(/3:\d+/.test(error.message), error.message);
    gpu.close();
  },
});

Deno.test("setConstants() replaces the values of named constants, and throws for unknown names", () => {
  const source = "const A: u32 = 1;\nconst B: f32 = 2.5;\n";
  assertEquals(setConstants(source, { A: 3, B: 0.1 }), "const A: u32 = 3;\nconst B: f32 = 0.1;\n");
  assertThrows(() => setConstants(source, { C: 1 }), Error, 'no line "const C:');
});

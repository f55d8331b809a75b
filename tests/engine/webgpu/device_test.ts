import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import { Program, setConstants } from "../../../lib/engine/webgpu/program.ts";
import { createWebGpuEngine, type WebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import { NOTEBOOK_ENGINE } from "../contract/shared.ts";
import { drawState, generatedData } from "../../../lib/engine/reference.ts";
import { needs } from "../../requirements.ts";

const webgpu = await needs("webgpu");

async function open(): Promise<Gpu> {
  return await Gpu.open((await findAdapter())!);
}

/** Returns an engine on which a run has started. */
async function startedEngine(gpu: Gpu): Promise<WebGpuEngine> {
  const engine = await createWebGpuEngine(gpu, NOTEBOOK_ENGINE);
  const data = generatedData({ rows: 200, width: 28, height: 28, classes: 10 });
  engine.load(data);
  const { architecture, optimizer } = NOTEBOOK_ENGINE;
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

Deno.test({
  name: "WebGpuEngine.settle() rejects after the device reports an error outside of any call",
  ...webgpu,
  async fn() {
    const gpu = await open();
    const engine = await startedEngine(gpu);
    // This usage is invalid: a buffer that is mapped for reading can have no other use than
    // COPY_DST.
    const { MAP_READ, STORAGE } = GPUBufferUsage;
    gpu.device.createBuffer({ size: 4, usage: MAP_READ | STORAGE });
    await new Promise((resolve) => setTimeout(resolve, 0));
    await assertRejects(async () => await engine.settle(), Error, "WebGPU failed:");
    await engine[Symbol.asyncDispose]();
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

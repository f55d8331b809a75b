/** Tests of failures on a WebGPU device, and of how results are read back. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import { Program, setConstants } from "../../../lib/engine/webgpu/program.ts";
import { createWebGpuEngine, type WebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import type { EngineOptions } from "../../../lib/engine/engine.ts";
import { MAX_ROWS } from "../../../lib/engine/webgpu/row_sampler.ts";
import { allRows, drawnSteps, NOTEBOOK_ENGINE } from "../contract/shared.ts";
import { drawState, generatedData } from "../../../lib/engine/reference.ts";
import { needs } from "../../requirements.ts";
import { withSources } from "./shader_sources.ts";

const webgpu = await needs("webgpu");

async function open(): Promise<Gpu> {
  return await Gpu.open((await findAdapter())!);
}

const TINY_ENGINE: EngineOptions = {
  ...NOTEBOOK_ENGINE,
  architecture: { ...NOTEBOOK_ENGINE.architecture, inputs: 4, hidden: [4, 4] },
  batchSize: 10,
};

const tinyData = (rows: number) => generatedData({ rows, width: 2, height: 2, classes: 10 });

/** Returns an engine with a tiny net, on which a run has started. */
async function tinyEngine(gpu: Gpu, data = tinyData(200)): Promise<WebGpuEngine> {
  const engine = await createWebGpuEngine(gpu, TINY_ENGINE, "hardware");
  engine.load(data);
  const { architecture, optimizer } = TINY_ENGINE;
  engine.start(allRows(data), drawState(architecture, optimizer));
  return engine;
}

Deno.test({
  name: "WebGpuEngine.settle() rejects with the reason after the device is lost",
  ...webgpu,
  async fn() {
    const gpu = await open();
    const engine = await tinyEngine(gpu);
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
      const engine = await tinyEngine(gpu);
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
    await using engine = await tinyEngine(await open());
    // The engine keeps the results of 256 evaluations on the device.
    const rows = Array.from({ length: 300 }, (_, i) => i % 20);
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

Deno.test({
  name: "Gpu.assertNoError() does not report the loss of a device that was closed",
  ...webgpu,
  async fn() {
    const gpu = await open();
    gpu.close();
    await gpu.device.lost;
    await new Promise((resolve) => setTimeout(resolve, 0));
    gpu.assertNoError();
  },
});

Deno.test({
  name: "WebGpuEngine.read() rejects if the device is lost and the mapping never settles",
  ...webgpu,
  async fn() {
    const gpu = await open();
    const engine = await tinyEngine(gpu);
    const { createBuffer } = gpu.device;
    gpu.device.createBuffer = (descriptor) => {
      const buffer = createBuffer.call(gpu.device, descriptor);
      buffer.mapAsync = () => new Promise(() => {});
      return buffer;
    };
    const read = assertRejects(() => engine.read(), Error, "was lost");
    gpu.device.destroy();
    await read;
    await engine[Symbol.asyncDispose]();
  },
});

Deno.test({
  name: "createWebGpuEngine() rejects if the device is lost and its compiler never settles",
  ...webgpu,
  async fn() {
    const gpu = await open();
    gpu.device.popErrorScope = () => {
      gpu.device.destroy();
      return new Promise(() => {});
    };
    await assertRejects(() => tinyEngine(gpu), Error, "was lost");
  },
});

Deno.test({
  name: "WebGpuEngine.load() lets the steps that were queued before train on the earlier data",
  ...webgpu,
  async fn() {
    await using one = await tinyEngine(await open());
    await using other = await tinyEngine(await open());
    one.step(drawnSteps(3, 10, 0.5));
    other.step(drawnSteps(3, 10, 0.5));
    other.load(tinyData(100));
    assertEquals(await other.read(), await one.read());
  },
});

Deno.test({
  name: "WebGpuEngine.step() submits many small steps at once",
  ...webgpu,
  async fn() {
    const gpu = await open();
    await using engine = await tinyEngine(gpu);
    await engine.settle();
    const { queue } = gpu.device;
    const submit = queue.submit.bind(queue);
    let submissions = 0;
    queue.submit = (...args) => {
      submissions++;
      submit(...args);
    };
    engine.step(drawnSteps(20, 10, 0.5));
    await engine.settle();
    // Each submission costs time, however little it does.
    assert(submissions <= 5, `${submissions} submissions`);
  },
});

Deno.test({
  name: "WebGpuEngine's disposal destroys buffers only after all work is done",
  ...webgpu,
  async fn() {
    const gpu = await open();
    const engine = await tinyEngine(gpu);
    let isDone = false;
    const { queue } = gpu.device;
    const { onSubmittedWorkDone } = queue;
    queue.onSubmittedWorkDone = async () => {
      await onSubmittedWorkDone.call(queue);
      await new Promise((resolve) => setTimeout(resolve, 20));
      isDone = true;
      return undefined;
    };
    const { destroy } = gpu.device;
    gpu.device.destroy = () => {
      assert(isDone, "destroyed too early");
      return destroy.call(gpu.device);
    };
    engine.step(drawnSteps(1, 10, 0.5));
    await engine[Symbol.asyncDispose]();
  },
});

Deno.test({
  name: "createWebGpuEngine() samples on the host if the kernel that samples does not compile",
  ...webgpu,
  async fn() {
    await using right = await tinyEngine(await open());
    await using without = await withSources(
      (source) => source.replace("fn choose_rows(", "fn choose_rows(nonsense"),
      async () => await tinyEngine(await open()),
    );
    for (const engine of [right, without]) engine.step(drawnSteps(3, 10, 0.5));
    assertEquals(await without.read(), await right.read());
  },
});

Deno.test({
  name:
    "WebGpuEngine.load() prepares to sample on the device only as many rows as its bins can count",
  ...webgpu,
  async fn() {
    const gpu = await open();
    const labels: string[] = [];
    const { createBuffer } = gpu.device;
    gpu.device.createBuffer = (descriptor) => {
      labels.push(descriptor.label ?? "");
      return createBuffer.call(gpu.device, descriptor);
    };
    await using engine = await tinyEngine(gpu, tinyData(MAX_ROWS + 1));
    const onDevice = (rows: number) => {
      labels.length = 0;
      engine.load(tinyData(rows));
      return labels.includes("train rows");
    };
    assertEquals([onDevice(MAX_ROWS), onDevice(MAX_ROWS + 1)], [true, false]);
  },
});

/** Tests with nets and data sets that exceed a device's limits, or barely fit. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import { parameterCount, parameterRanges } from "../../../lib/net/architecture.ts";
import { normal } from "../../../lib/random/distributions.ts";
import { prngKey } from "../../../lib/random/threefry.ts";
import { needs } from "../../requirements.ts";
import { openLimited } from "./limited_device.ts";
import { enginesOnOneDevice } from "./shared_device.ts";
import { coreCases } from "../contract/cases.ts";
import { allRows, NOTEBOOK_ENGINE } from "../contract/shared.ts";
import {
  generatedData,
  Reference,
  relativeError,
  repeatedRows,
} from "../../../lib/engine/reference.ts";

const webgpu = await needs("webgpu");

for (const kernels of ["hardware", "software"] as const) {
  // A data set of 60,000 rows of 64 pixels, 3.8 MB, is then divided into eight parts. Both sets of
  // kernels gather rows in the same way.
  const cases = coreCases(
    enginesOnOneDevice(kernels, () => openLimited({ maxStorageBufferBindingSize: 2 ** 19 })),
  ).filter(({ smoke, shared }) => kernels === "hardware" || smoke && !shared);
  for (const { does, test } of cases) {
    Deno.test({
      name: `WebGPU (${kernels} kernels, small bindings) engine ${does}`,
      ...await needs("webgpu", "time"),
      fn: test,
    });
  }
}

Deno.test({
  name:
    "createWebGpuEngine() throws an error with the kernel or the limit if a net exceeds the device",
  ...webgpu,
  async fn() {
    const [few, small] = [
      await openLimited({ maxComputeWorkgroupsPerDimension: 49 }),
      await openLimited({ maxStorageBufferBindingSize: 2 ** 17 }),
    ];
    await assertRejects(
      () => createWebGpuEngine(few, NOTEBOOK_ENGINE, "hardware"),
      Error,
      "Cannot run forward_backward on",
    );
    await assertRejects(
      () => createWebGpuEngine(small, NOTEBOOK_ENGINE, "hardware"),
      Error,
      "its parameters must have at most 131072 bytes",
    );
    few.close();
    small.close();
  },
});

Deno.test({
  name: "WebGPU engine matches float64 after a step with hidden layers of 4096 and 4096 units",
  ...await needs("webgpu", "time"),
  async fn() {
    const architecture = { ...NOTEBOOK_ENGINE.architecture, hidden: [4096, 4096] } as const;
    const options = { ...NOTEBOOK_ENGINE, architecture, batchSize: 2 };
    const data = generatedData({ rows: 20, width: 28, height: 28, classes: 10 });
    const noise = normal(prngKey(1), 4099);
    const parameters = new Float32Array(parameterCount(architecture));
    for (const { shape: [, fanIn = 100], offset, length } of parameterRanges(architecture)) {
      for (let i = 0; i < length; i++) {
        parameters[offset + i] = noise[(offset + i) % noise.length] / Math.sqrt(fanIn);
      }
    }
    const state = { parameters, moments: new Float32Array(), stepsTaken: 0 };
    const step = { key: prngKey(2), from: 0, count: 2, learningRate: 2 ** 20 };
    await using engine = await createWebGpuEngine(
      await Gpu.open((await findAdapter())!),
      options,
      "software",
    );
    engine.load(data);
    engine.start(allRows(data), state);
    engine.step([step]);
    const after = (await engine.read()).parameters;
    const expected = new Reference(options, data, allRows(data), state).gradient(step);
    assert(
      relativeError(
        after,
        expected.map((g, i) => parameters[i] - step.learningRate * g),
        parameters,
      ) <= 1e-4,
    );
  },
});

Deno.test({
  name: "WebGpuEngine.load() frees all buffers if the data set exceeds the device",
  ...webgpu,
  async fn() {
    // The images fit, because they are divided into parts, but the rows' labels and scales do not.
    const gpu = await openLimited({
      maxBufferSize: 2 ** 19,
      maxStorageBufferBindingSize: 2 ** 19,
    });
    await using engine = await createWebGpuEngine(gpu, NOTEBOOK_ENGINE, "hardware");
    const buffers = new Set<GPUBuffer>();
    const { createBuffer } = gpu.device;
    gpu.device.createBuffer = (descriptor) => {
      const buffer = createBuffer.call(gpu.device, descriptor);
      const { destroy } = buffer;
      buffer.destroy = () => {
        buffers.delete(buffer);
        destroy.call(buffer);
      };
      buffers.add(buffer);
      return buffer;
    };
    const data = generatedData({ rows: 2, width: 28, height: 28, classes: 10 });
    assertThrows(() => engine.load(repeatedRows(data, 70_000)), Error, "row facts");
    assertEquals(buffers.size, 0);
    assertThrows(() => engine.evaluate(Uint32Array.of(0)), Error, "no data is loaded");
    engine.load(data);
    assert(buffers.size > 0);
  },
});

import { assert, assertEquals } from "@std/assert";
import { openCheckedEngine } from "../../bench/checked_engine.ts";
import { DeviceClock, openClockedGpu } from "../../bench/device_clock.ts";
import {
  emptyDispatches,
  type KernelWork,
  recordEvaluation,
  recordSteps,
} from "../../bench/kernel_work.ts";
import { tinyDataset } from "../../bench/digits.ts";
import { createWebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import { Program } from "../../lib/engine/webgpu/program.ts";
import { needs } from "../requirements.ts";

/** The tiny data set, with as many test rows as an evaluation needs. */
function dataWithTestRows() {
  const data = tinyDataset();
  return { ...data, trainRows: data.trainRows - 1000 };
}

Deno.test({
  name:
    "recordSteps() records every dispatch of each kernel, and repeating them changes no parameter",
  ...await needs("webgpu"),
  async fn() {
    const { dispatch } = Program.prototype;
    const gpu = await openClockedGpu();
    const net = { hidden: [3, 5], batchSize: 10, steps: 130 } as const;
    const data = dataWithTestRows();
    await using engine = await openCheckedEngine(
      { data, ...net },
      (options) => createWebGpuEngine(gpu, options, "hardware"),
    );
    const steps = await recordSteps(engine, net);
    assert(Program.prototype.dispatch === dispatch);

    const counts = (works: KernelWork[]) =>
      Object.fromEntries(works.map(({ name, count }) => [name, count]));
    const { choose_rows, gather, forward_backward, update } = counts(steps);
    assertEquals([forward_backward, update], [130, 130]);
    // Both run each time the slots are full. There are at most 64 slots, so 130 steps fill them
    // three times.
    assert(choose_rows >= 3 && choose_rows === gather, JSON.stringify(counts(steps)));

    const before = await engine.read();
    const encoder = gpu.device.createCommandEncoder();
    for (const work of [...steps, await emptyDispatches(gpu, 5)]) work.encode(encoder);
    gpu.device.queue.submit([encoder.finish()]);
    assertEquals(await engine.read(), before);

    const evaluation = counts(await recordEvaluation(engine, data));
    assert(evaluation.sum_results >= 1, JSON.stringify(evaluation));
    assertEquals(evaluation.update, undefined);
  },
});

Deno.test({
  name:
    "DeviceClock.time() returns milliseconds, and throws if the device's clock disagrees with the host's",
  ...await needs("webgpu"),
  async fn() {
    const gpu = await openClockedGpu();
    try {
      const clock = new DeviceClock(gpu);
      const { encode } = await emptyDispatches(gpu, 50);
      const milliseconds = await clock.time(encode);
      assert(milliseconds > 0, String(milliseconds));
      // With the host's clock stopped, the device's clock seems too fast.
      const { now } = performance;
      performance.now = () => 0;
      try {
        const error = await clock.time(encode).then(() => undefined, (error) => error);
        const isRefused = error?.message.includes("must count nanoseconds") ?? false;
        assertEquals(isRefused, clock.whose === "device");
      } finally {
        performance.now = now;
      }
    } finally {
      gpu.close();
    }
  },
});

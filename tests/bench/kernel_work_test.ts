import { assert, assertEquals } from "@std/assert";
import { DeviceClock, openClockedGpu } from "../../bench/device_clock.ts";
import {
  emptyWork,
  type KernelWork,
  noteEvaluation,
  noteSteps,
  openEngineOn,
} from "../../bench/kernel_work.ts";
import { fourPixels } from "../../bench/four_pixels.ts";
import { Program } from "../../lib/engine/webgpu/program.ts";
import { needs } from "../requirements.ts";

/** Four pixels a row, with as many test rows as an evaluation takes. */
function smallData() {
  const data = fourPixels();
  return { ...data, trainRows: data.trainRows - 1000 };
}

Deno.test({
  name: "noteSteps() notes every dispatch by its kernel, which done over changes nothing",
  ...await needs("webgpu"),
  async fn() {
    const { dispatch } = Program.prototype;
    const gpu = await openClockedGpu();
    const net = { hidden: [3, 5], batchSize: 10, steps: 130 } as const;
    const data = smallData();
    await using engine = await openEngineOn(gpu, data, net, "hardware");
    const steps = await noteSteps(engine, net);
    assert(Program.prototype.dispatch === dispatch);

    const counts = (works: KernelWork[]) =>
      Object.fromEntries(works.map(({ name, count }) => [name, count]));
    const { choose_rows, gather, forward_backward, update } = counts(steps);
    assertEquals([forward_backward, update], [130, 130]);
    // As often as slots are filled, of which there are at most 64.
    assert(choose_rows >= 3 && choose_rows === gather, JSON.stringify(counts(steps)));

    const before = await engine.read();
    const encoder = gpu.device.createCommandEncoder();
    for (const work of [...steps, await emptyWork(gpu, 5)]) work.encode(encoder);
    gpu.device.queue.submit([encoder.finish()]);
    assertEquals(await engine.read(), before);

    const evaluation = counts(await noteEvaluation(engine, data));
    assert(evaluation.sum_results >= 1, JSON.stringify(evaluation));
    assertEquals(evaluation.update, undefined);
  },
});

Deno.test({
  name: "DeviceClock goes by nanoseconds, and refuses a clock that does not",
  ...await needs("webgpu"),
  async fn() {
    const gpu = await openClockedGpu();
    try {
      const clock = new DeviceClock(gpu);
      const { encode } = await emptyWork(gpu, 50);
      const milliseconds = await clock.time(encode);
      assert(milliseconds > 0, String(milliseconds));
      // Our clock stands still meanwhile.
      const { now } = performance;
      performance.now = () => 0;
      try {
        const error = await clock.time(encode).then(() => undefined, (error) => error);
        assertEquals(error?.message.includes("must count nanoseconds"), clock.whose === "device");
      } finally {
        performance.now = now;
      }
    } finally {
      gpu.close();
    }
  },
});

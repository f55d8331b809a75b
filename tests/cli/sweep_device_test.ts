/** Tests of how a sweep chooses its device, with a software adapter that says that it is hardware. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { chooseSweepDevice, engineMaker } from "../../lib/cli/sweep_device.ts";
import { engineOptions } from "../../lib/training/engine_options.ts";
import { withHardware } from "../engine/webgpu/as_hardware.ts";
import { needs } from "../requirements.ts";
import { DATA, shortRun } from "../training/sweep_runs.ts";

const RUNS = ([[6, 5], [8, 5], [7, 5]] as const).map((hidden) => shortRun({ hidden }));

Deno.test({
  name: "chooseSweepDevice() tries the adapter once for all runs, and uses the CPU if it is slower",
  ...await needs("webgpu"),
  fn: () =>
    withHardware(
      async (log) => {
        const device = await chooseSweepDevice("auto", () => RUNS, DATA, () => {});
        assertEquals([device.backend, device.tried, log.devices], ["cpu", undefined, 1]);
        assertMatch(device.cpuReason!, /^as Some GPU takes .* ms a step against the CPU engine's/);
      },
      undefined,
      50,
    ),
});

Deno.test({
  name: "engineMaker() uses the engine of the trial for its run, and tries no other",
  ...await needs("webgpu"),
  fn: () =>
    withHardware(async (log) => {
      const { WebAssembly } = globalThis;
      // Without it, there is no CPU engine that would be faster.
      Reflect.deleteProperty(globalThis, "WebAssembly");
      try {
        const device = await chooseSweepDevice("auto", () => RUNS, DATA, () => {});
        assertEquals([device.backend, log.devices], ["webgpu", 1]);
        assertEquals(device.tried!.options.architecture.hidden, [8, 5]);
        const lines: string[] = [];
        const make = engineMaker(device, () => {}, (line) => lines.push(line));
        for (const [i, run] of RUNS.entries()) {
          await using engine = await make(engineOptions(run, DATA));
          assertEquals(engine === device.tried, i === 1);
          assertEquals([engine.device.backend, engine.options], [
            "webgpu",
            engineOptions(run, DATA),
          ]);
        }
        assertEquals(log.devices, 3);
        assertEquals(lines.length, 1);
        assert(lines[0].startsWith("device: Some GPU, unchecked"), lines[0]);
      } finally {
        Object.assign(globalThis, { WebAssembly });
      }
    }),
});

Deno.test({
  name: "chooseSweepDevice() tries nothing if all runs are done",
  ...await needs("webgpu"),
  fn: () =>
    withHardware(async (log) => {
      const device = await chooseSweepDevice("auto", () => [], DATA, () => {});
      assertEquals([device.backend, log.devices], ["webgpu", 0]);
    }),
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { SweepMeter } from "../../lib/report/sweep_meter.ts";
import { resolveOptions } from "../../lib/training/options.ts";

const DATA = syntheticDigits({ trainRows: 120, testRows: 30 });
const DEVICE = { dataset: "synthetic", backend: "cpu", device: "x" };

Deno.test("SweepMeter counts steps, and weights runs by their work", () => {
  const small = resolveOptions({ iterations: 100, batchSize: 10 });
  const large = resolveOptions({ iterations: 100, batchSize: 30 });
  const meter = new SweepMeter([small, large], DATA);
  assertEquals([meter.done, meter.steps], [0, 0]);
  const progress = { type: "progress", iterations: 100, seconds: 1 } as const;
  meter.update({ ...progress, iteration: 40, options: small });
  meter.update({ ...progress, iteration: 80, options: small });
  assertEquals(meter.steps, 80);
  assertAlmostEquals(meter.done / meter.total, 0.8 / 4, 1e-12);
  // A Worker's events hold copies of the options.
  meter.update({ ...progress, iteration: 10, options: structuredClone(large) });
  assertEquals(meter.steps, 90);
  assertAlmostEquals(meter.done / meter.total, (0.8 + 0.3) / 4, 1e-12);
});

Deno.test("SweepMeter counts a run that diverged as done", () => {
  const options = resolveOptions({ iterations: 100, batchSize: 10 });
  const meter = new SweepMeter([options], DATA);
  meter.update({ type: "progress", iteration: 7, iterations: 100, seconds: 1, options });
  meter.update({ type: "run", ...DEVICE, options });
  assertEquals([meter.done, meter.steps], [meter.total, 7]);
});

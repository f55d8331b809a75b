import { assert, assertEquals } from "@std/assert";
import { parameterLayout } from "../../../lib/engine/webgpu/parameter_layout.ts";
import { slotShape } from "../../../lib/engine/webgpu/slots.ts";
import { parameterCount } from "../../../lib/net/architecture.ts";
import { NOTEBOOK_ENGINE } from "../contract/shared.ts";

/** What every WebGPU device has. */
const LIMITS = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 };

Deno.test("slotShape() gives a submission many steps, but no more work than a weak GPU does in 100 ms", () => {
  for (
    const { hidden, batchSize } of [
      { hidden: [50, 100], batchSize: 100 },
      { hidden: [1, 1], batchSize: 1 },
      { hidden: [512, 256], batchSize: 60_000 },
      { hidden: [4096, 4096], batchSize: 1000 },
      { hidden: [20_000, 20_000], batchSize: 10 },
    ] as const
  ) {
    const architecture = { ...NOTEBOOK_ENGINE.architecture, hidden };
    const layout = parameterLayout(architecture);
    const options = { ...NOTEBOOK_ENGINE, architecture, batchSize };
    const { rows, count } = slotShape({ device: { limits: LIMITS } }, options, layout);
    assert(rows >= 1 && rows <= batchSize && count >= 1, `${hidden}: ${rows}, ${count}`);
    // Two operations a parameter and row on the way forward, two for its gradient, two for deltas.
    const operations = 6 * rows * count * parameterCount(architecture);
    assert(operations <= 20e9 || rows * count === 1, `${hidden}: ${operations}`);
    assert(rows * count * layout.traceWords * 16 <= LIMITS.maxStorageBufferBindingSize);
  }
  const layout = parameterLayout(NOTEBOOK_ENGINE.architecture);
  const { rows, count } = slotShape({ device: { limits: LIMITS } }, NOTEBOOK_ENGINE, layout);
  assertEquals([rows, count], [100, 64]);
});

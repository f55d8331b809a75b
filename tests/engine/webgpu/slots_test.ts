import { assert, assertEquals } from "@std/assert";
import { parameterLayout } from "../../../lib/engine/webgpu/parameter_layout.ts";
import { maxNets, slotShape, SubmissionSize } from "../../../lib/engine/webgpu/slots.ts";
import { parameterCount } from "../../../lib/net/architecture.ts";
import { NOTEBOOK_ENGINE } from "../contract/shared.ts";

/** The limits that every WebGPU device guarantees. */
const LIMITS = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 };

Deno.test("slotShape() puts many steps into a submission, but no more than 20 billion operations", () => {
  for (
    const { hidden, batchSize } of [
      { hidden: [50, 100], batchSize: 100 },
      { hidden: [1, 1], batchSize: 1 },
      { hidden: [512, 256], batchSize: 60_000 },
      { hidden: [4096, 4096], batchSize: 1000 },
      { hidden: [8000, 8000], batchSize: 10 },
    ] as const
  ) {
    const architecture = { ...NOTEBOOK_ENGINE.architecture, hidden };
    const layout = parameterLayout(architecture);
    const options = { ...NOTEBOOK_ENGINE, architecture, batchSize };
    const { rows, count } = slotShape({ device: { limits: LIMITS } }, options, layout);
    assert(rows >= 1 && rows <= batchSize && count >= 1, `${hidden}: ${rows}, ${count}`);
    // Per parameter and row: two operations in the forward pass, two for the gradient, two for the
    // deltas. A weak GPU takes about 100 ms for 20 billion.
    const operations = 6 * rows * count * parameterCount(architecture);
    assert(operations <= 20e9 || rows * count === 1, `${hidden}: ${operations}`);
  }
  const layout = parameterLayout(NOTEBOOK_ENGINE.architecture);
  const { rows, count } = slotShape({ device: { limits: LIMITS } }, NOTEBOOK_ENGINE, layout);
  assertEquals([rows, count], [100, 64]);
});

Deno.test("slotShape() keeps the slots of a small device within its largest binding and buffer", () => {
  const options = { ...NOTEBOOK_ENGINE, batchSize: 1000 };
  const layout = parameterLayout(options.architecture);
  const bytesPerRow = 16 * layout.traceQuads;
  for (
    const limits of [
      { ...LIMITS, maxStorageBufferBindingSize: 200 * bytesPerRow },
      { ...LIMITS, maxBufferSize: 200 * bytesPerRow },
      { ...LIMITS, maxBufferSize: 3000 * bytesPerRow },
      { ...LIMITS, maxBufferSize: 1 },
    ]
  ) {
    const { rows, count } = slotShape({ device: { limits } }, options, layout);
    const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / bytesPerRow;
    const expected = most >= 1000 ? [1000, Math.floor(most / 1000)] : [Math.max(1, most | 0), 1];
    assertEquals([rows, count], expected);
  }
});

Deno.test("slotShape() begins with about a billion operations in a submission", () => {
  const layout = parameterLayout(NOTEBOOK_ENGINE.architecture);
  const { rows, count, first } = slotShape({ device: { limits: LIMITS } }, NOTEBOOK_ENGINE, layout);
  const operations = 6 * 45_360 * rows;
  assert(first < count && first * operations < 1.1e9 && (first + 1) * operations > 0.9e9);
});

Deno.test("maxNets() is limited by a step's two billion operations, memory and buffers, and at least 1", () => {
  const netsOf = (hidden: readonly [number, number], batchSize: number, limits = LIMITS) => {
    const architecture = { ...NOTEBOOK_ENGINE.architecture, hidden };
    const layout = parameterLayout(architecture);
    const options = { ...NOTEBOOK_ENGINE, architecture, batchSize };
    const nets = maxNets({ device: { limits } }, options, layout);
    const { rows } = slotShape({ device: { limits } }, options, layout);
    const work = nets * 6 * batchSize * parameterCount(architecture);
    const bytes = nets * 16 * layout.traceQuads * rows;
    assert(work <= 2e9 || nets === 1, `${hidden}, ${batchSize}: ${work} operations`);
    assert(bytes <= 2 ** 27 || nets === 1, `${hidden}, ${batchSize}: ${bytes} bytes of traces`);
    return { nets, work };
  };
  assertEquals(netsOf([50, 100], 10).nets, 64);
  // Blocks of 4 x 4 weights hold some more than the parameters.
  const { nets, work } = netsOf([512, 256], 100);
  assert(nets > 1 && work > 1.8e9, `${nets} nets: ${work} operations`);
  assertEquals(netsOf([512, 256], 1000).nets, 1);
  assertEquals(netsOf([50, 100], 10, { ...LIMITS, maxBufferSize: 1 }).nets, 1);
});

Deno.test("SubmissionSize grows to what takes 100 ms, and never shrinks", () => {
  const { now } = performance;
  let milliseconds = 0;
  performance.now = () => milliseconds;
  try {
    const size = new SubmissionSize({ first: 4, count: 64 });
    for (const [slots, time, expected] of [[8, 20, 40], [8, 80, 40], [40, 10, 64]]) {
      size.add(slots / 2);
      size.add(slots / 2);
      const measured = size.measure();
      milliseconds += time;
      measured();
      assertEquals(size.slots, expected);
    }
    size.measure()(); // nothing was submitted
    assertEquals(size.slots, 64);
  } finally {
    performance.now = now;
  }
});

/**
 * The first 500 steps of the notebook's run on real MNIST, with the kernels for GPUs, on any
 * adapter.
 */
import { assert, assertEquals } from "@std/assert";
import { loadMnist } from "../../../lib/data/idx_source.ts";
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import { NOTEBOOK } from "../../../lib/training/options.ts";
import { train } from "../../../lib/training/train.ts";
import { engineOptions } from "../../../lib/training/engine_options.ts";
import { mnistDirectory, needs } from "../../requirements.ts";

/** The accuracy that the notebook printed after 500 steps. */
const PUBLISHED = 0.797;
/** The allowed difference; see tests/notebook_test.ts. */
const TOLERANCE = 0.03;

Deno.test({
  name: "train() with the kernels for GPUs reaches the notebook's accuracy after 500 steps",
  ...await needs("mnist", "webgpu", "time"),
  async fn() {
    const data = await loadMnist({ directory: mnistDirectory() });
    const gpu = await Gpu.open((await findAdapter())!);
    await using engine = await createWebGpuEngine(gpu, engineOptions(NOTEBOOK, data), "hardware");
    const events = await Array.fromAsync(train({ data, engine, iterations: 500 }));
    const evaluated = events.filter((event) => event.type === "evaluated");
    assertEquals(evaluated.map(({ iteration }) => iteration), [0, 500]);
    const { accuracy } = evaluated[1];
    console.log(`${(100 * accuracy).toFixed(2)}% after 500 steps`);
    assert(Math.abs(accuracy - PUBLISHED) <= TOLERANCE, `${100 * accuracy}%`);
  },
});

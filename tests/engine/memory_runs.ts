/**
 * A process of its own for memory_test.ts: trains on the backend named, again and again, and prints
 * the resident memory after each run, in bytes, as a JSON array.
 *
 * It has MNIST's size, so that a data set left behind stands out, on a device or here. Garbage is
 * collected first (`--v8-flags=--expose-gc`): a device's memory is given back only when its
 * JavaScript object is collected, and V8 does not know how much hangs on that.
 */
import type { Dataset } from "../../lib/data/dataset.ts";
import type { Backend } from "../../lib/engine/engine.ts";
import { train } from "../../lib/training/train.ts";

const ROWS = 70_000;
const PIXELS = 784;
const [backend, runs] = Deno.args;
const data: Dataset = {
  name: "stripes",
  width: 28,
  height: 28,
  classes: 10,
  trainRows: 60_000,
  images: new Uint8Array(ROWS * PIXELS).map((_, i) => i % 5 === 0 ? i % 251 : 0),
  labels: new Uint8Array(ROWS).map((_, row) => row % 10),
};

const resident: number[] = [];
for (let run = 0; run < Number(runs); run++) {
  const events = train({ data, backend: backend as Backend, iterations: 10, evalEvery: 5 });
  for await (const _ of events);
  for (let collection = 0; collection < 3; collection++) {
    (globalThis as unknown as { gc: () => void }).gc();
    // What the collection lets go of is let go in later turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  resident.push(Deno.memoryUsage().rss);
}
console.log(JSON.stringify(resident));

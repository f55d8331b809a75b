/**
 * Trains several times, and prints the resident memory after each run, in bytes, as a JSON array.
 * memory_test.ts runs this program as a process. Arguments: the backend, the number of runs.
 *
 * The data has MNIST's size, so a data set that is not freed is clearly visible. The program needs
 * `--v8-flags=--expose-gc`: the memory of a device is freed only when its JavaScript object is
 * collected, and V8 does not know how large that memory is, so it would collect too late.
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
    // Collected objects free their memory in later turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  resident.push(Deno.memoryUsage().rss);
}
console.log(JSON.stringify(resident));

/**
 * Our implementation for `deno task bench:peers`: runs the library's `train()` and prints the
 * result as one line of JSON. Arguments: the backend, or `cpu-elastic` for the CPU with the preset's
 * distorted images, the folder of the IDX files, the number of steps, and JSON with the net's name.
 */
import { readIdxFolder } from "../lib/data/idx_folder.ts";
import { createEngine } from "../lib/engine/create.ts";
import type { Backend } from "../lib/engine/engine.ts";
import { resolveOptions } from "../lib/training/options.ts";
import { train } from "../lib/training/train.ts";
import { engineOptions } from "../lib/training/trainer.ts";
import { EVALUATED, printResult, WARM_UP } from "./peer_loop.ts";
import { peerOptions } from "./peer_net.ts";

const [device, folder, steps, described] = Deno.args;
const data = readIdxFolder(folder);
const preset = peerOptions(JSON.parse(described).net, device === "cpu-elastic");
const iterations = Number(steps);
await using engine = await createEngine({
  ...engineOptions(preset, data),
  backend: device.split("-")[0] as Backend,
});

// The first steps are not timed: kernels are compiled, and the module is optimized.
await secondsOf(Math.min(WARM_UP, iterations));
const seconds = await secondsOf(iterations);

const testRows = Uint32Array.from(data.labels.keys()).subarray(data.trainRows);
engine.evaluate(testRows);
const [{ correct }] = await engine.settle();
printResult({
  title: `ours, ${device}`,
  iterations,
  seconds,
  accuracy: correct / testRows.length,
});

/**
 * Trains from the start, and returns the seconds of so many steps. A preset's run has epochs, and
 * more steps than are timed: it ends at an evaluation of as many rows as the others evaluate.
 */
async function secondsOf(steps: number): Promise<number> {
  const options = preset.epochs === 0
    ? { ...preset, iterations: steps }
    : { ...preset, evalEvery: steps, evalSize: EVALUATED };
  for await (const event of train({ data, engine, ...resolveOptions(options) })) {
    const isLast = preset.epochs === 0
      ? event.type === "finished"
      : event.type === "evaluated" && event.iteration === steps;
    if (isLast && "seconds" in event) return event.seconds;
  }
  throw new Error(`Cannot time ${steps} steps as the run ended before`);
}

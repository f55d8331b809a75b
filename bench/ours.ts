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
import { engineOptions } from "../lib/training/engine_options.ts";
import { Trainer } from "../lib/training/trainer.ts";
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

const seconds = preset.epochs === 0 ? await secondsOfRun() : await secondsOfSteps();

const testRows = Uint32Array.from(data.labels.keys()).subarray(data.trainRows);
engine.evaluate(testRows);
const [{ correct }] = await engine.settle();
printResult({
  title: `ours, ${device}`,
  iterations,
  seconds,
  accuracy: correct / testRows.length,
});

/** Trains the notebook's run with so many steps, after a short one in which kernels are compiled. */
async function secondsOfRun(): Promise<number> {
  let seconds = NaN;
  for (const steps of [Math.min(WARM_UP, iterations), iterations]) {
    for await (const event of train({ data, engine, ...preset, iterations: steps })) {
      if (event.type === "finished") seconds = event.seconds;
    }
  }
  return seconds;
}

/**
 * Trains the first steps of a preset's run, and times as many steps after them, with an evaluation
 * of as many rows as the others evaluate. Steps get faster during a run, as more of relu's outputs
 * are 0, whose products are skipped.
 */
async function secondsOfSteps(): Promise<number> {
  const options = resolveOptions({ ...preset, evalEvery: iterations, evalSize: EVALUATED });
  const trainer = new Trainer(data, options);
  await trainer.begin(engine);
  await advanceTo(trainer, iterations);
  const start = performance.now();
  await advanceTo(trainer, 2 * iterations);
  return (performance.now() - start) / 1000;
}

/** Takes steps as `train()` does: the next ones are queued before it waits for the last ones. */
async function advanceTo(trainer: Trainer, iteration: number): Promise<void> {
  let waiting: Promise<unknown> | undefined;
  while (trainer.queued < iteration) {
    const advance = trainer.advance(iteration - trainer.queued);
    await waiting;
    waiting = advance;
    if (!trainer.hasMeasured) await waiting;
  }
  await waiting;
}

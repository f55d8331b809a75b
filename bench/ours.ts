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
import { printResult } from "./peer_loop.ts";
import { peerOptions } from "./peer_net.ts";

const [device, folder, steps, described] = Deno.args;
const data = readIdxFolder(folder);
const preset = peerOptions(JSON.parse(described).net, device === "cpu-elastic");
const wanted = Number(steps);
// A preset's run has epochs, and more steps than are timed: it ends at an evaluation on all test
// rows after the last of them, whose time counts.
const options = resolveOptions(
  preset.epochs === 0
    ? { ...preset, iterations: wanted }
    : { ...preset, evalEvery: wanted, evalSize: data.labels.length - data.trainRows },
);
await using engine = await createEngine({
  ...engineOptions(options, data),
  backend: device.split("-")[0] as Backend,
});
for await (const event of train({ data, engine, ...options })) {
  const isLast = preset.epochs === 0
    ? event.type === "finished"
    : event.type === "evaluated" && event.iteration === wanted;
  if (!isLast || !("accuracy" in event)) continue;
  const { seconds, accuracy } = event;
  printResult({ title: `ours, ${device}`, iterations: wanted, seconds, accuracy });
  break;
}

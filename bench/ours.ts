/**
 * Our implementation for `deno task bench:peers`: runs the library's `train()` and prints the
 * result as one line of JSON. Arguments: the backend, the folder of the IDX files, the number of
 * steps.
 */
import { readIdxFolder } from "../lib/data/idx_folder.ts";
import { createEngine } from "../lib/engine/create.ts";
import type { Backend } from "../lib/engine/engine.ts";
import { resolveOptions } from "../lib/training/options.ts";
import { train } from "../lib/training/train.ts";
import { engineOptions } from "../lib/training/trainer.ts";
import { printResult } from "./peer_loop.ts";

const [backend, folder, steps] = Deno.args;
const data = readIdxFolder(folder);
const options = resolveOptions({ iterations: Number(steps) });
await using engine = await createEngine({
  ...engineOptions(options, data),
  backend: backend as Backend,
});
for await (const event of train({ data, engine, ...options })) {
  if (event.type !== "finished") continue;
  const { iterations, seconds, accuracy } = event;
  printResult({ title: `ours, ${engine.device.backend}`, iterations, seconds, accuracy });
}

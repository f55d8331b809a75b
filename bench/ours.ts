/** Our contestant: the library's `train()` on the device named on the command line. */
import { readIdxFolder } from "../lib/data/idx_folder.ts";
import { createEngine } from "../lib/engine/create.ts";
import type { Backend } from "../lib/engine/engine.ts";
import { resolveOptions } from "../lib/training/options.ts";
import { engineOptions, train } from "../lib/training/train.ts";
import { print } from "./contest.ts";

const [backend, folder, steps] = Deno.args;
const data = readIdxFolder(folder);
const options = resolveOptions({ iterations: Number(steps) });
await using engine = await createEngine({
  ...engineOptions(options, data),
  backend: backend as Backend,
});
for await (const event of train({ data, engine, ...options })) {
  if (event.event !== "finished") continue;
  const { iterations, seconds, accuracy } = event;
  print({ title: `ours, ${engine.device.backend}`, iterations, seconds, accuracy });
}

import { assert, assertEquals } from "@std/assert";
import { dirname } from "node:path";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { saveModel } from "../../lib/model/save_model.ts";
import { encodeSafetensors } from "../../lib/model/safetensors.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { call, type callTask, succeed } from "./run_cli.ts";
import { barsFolder } from "./small_data.ts";
import { onUnix, test } from "../requirements.ts";
import { drawnModel, jsonLines, pictureFolder, trainOn } from "./trained_nets.ts";

test("text in a model's file is printed without control characters, and truncated", async () => {
  await using folder = await pictureFolder();
  using data = barsFolder();
  const word = "\x1b[2J\x9b31m" + "x".repeat(10_000_000);
  const run = { dataset: word, device: word, backend: word, options: NOTEBOOK };
  await saveModel(folder.model, { ...drawnModel(16), run });
  const bytes = encodeSafetensors({ tensors: new Map(), metadata: { [word]: word } });
  await Deno.writeFile(`${folder.path}/other.safetensors`, bytes);
  const trained = await trainOn(data.csv, "--save-every", "20");
  const resumed = `${dirname(trained)}/checkpoint.safetensors`;
  const checkpoint = decodeCheckpoint(await Deno.readFile(resumed));
  const hostile = { ...checkpoint, run: { ...checkpoint.run, device: word } };
  await Deno.writeFile(resumed, encodeCheckpoint(hostile));
  const uses: [Parameters<typeof callTask>[0], string[]][] = [
    ["evaluate", ["--model", folder.model]],
    ["evaluate", ["--model", folder.model, "--dataset", data.csv, "--json"]],
    ["predict", ["--model", `${folder.path}/other.safetensors`, "--json", "x.png"]],
    ["train", ["--backend", "cpu", "--resume", resumed]],
  ];
  for (const [task, args] of uses) {
    const { stdout, stderr } = await call`${task} ${args}`;
    // deno-lint-ignore no-control-regex -- the output must not contain any
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout + stderr), `${task} ${args}`);
    assert(stderr !== "" && stdout.length + stderr.length < 10_000, `${task} ${args}`);
    if (args.includes("--json")) jsonLines(stdout);
  }
});

onUnix("file names are printed without control characters", async () => {
  using data = barsFolder();
  const csv = `${data.path}/\x1b[31mred\x9b0m.csv`;
  await Deno.rename(data.csv, csv);
  const model = await trainOn(csv);
  for (const args of [[], ["--json"]]) {
    const { stdout } = await succeed`evaluate --model ${model} ${args}`;
    assert(stdout.includes("\\u001b[31mred\\u009b0m.csv"), stdout);
    // deno-lint-ignore no-control-regex -- the output must not contain any
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout), stdout);
    if (args.length > 0) assertEquals(jsonLines(stdout)[0].dataset, csv);
  }
});

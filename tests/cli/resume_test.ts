import { assert, assertEquals, assertMatch } from "@std/assert";
import { encode } from "fast-png";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { listing } from "../data/idx_files.ts";
import { call, startTask, succeed } from "./run_cli.ts";
import { barsFolder, QUICK_ADAM, resultOf, savedRun } from "./small_data.ts";
import { onUnix, test } from "../requirements.ts";

test("train --resume of a run in epochs gives the same bits as an uninterrupted run", async () => {
  using data = barsFolder();
  const run = [...QUICK_ADAM, "--epochs", "5", "--schedule", "linear", "--dataset", data.csv];
  const [whole, broken] = [`${data.path}/whole`, `${data.path}/broken`];
  await succeed`train ${run} --out ${whole}`;

  // After 25 steps there is no evaluation, and an epoch of 18 batches is not complete.
  await succeed`train ${run} --out ${broken} --save-every 25`;
  await Deno.remove(`${broken}/model.safetensors`);
  const file = await Deno.readFile(`${broken}/checkpoint.safetensors`);
  const { iteration } = decodeCheckpoint(file);
  assert(iteration > 0 && iteration % 25 === 0 && iteration < 90, `checkpoint at ${iteration}`);

  assertEquals((await succeed`train --quiet --backend cpu --resume ${broken}`).stderr, "");
  assertEquals(await resultOf(broken), await resultOf(whole));
});

test("train --resume after a kill gives the same bits as an uninterrupted run, even a longer one", async () => {
  using data = barsFolder();
  const run = [...QUICK_ADAM, "--dataset", data.csv, "--json"];
  const long = ["--iterations", "1000000"];
  const [whole, broken] = [`${data.path}/whole`, `${data.path}/broken`];
  const flags = [...run, ...long, "--out", broken, "--save-every", "10"];
  await using child = startTask("train", flags);
  let output = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    const killed = output.includes('"checkpoint"');
    output += piece;
    if (!killed && output.includes('"checkpoint"')) child.kill("SIGKILL");
  }
  await child.stderr.cancel();
  assertEquals((await child.status).success, false);

  const file = `${broken}/checkpoint.safetensors`;
  const { iteration } = decodeCheckpoint(await Deno.readFile(file));
  const length = ["--iterations", String(iteration + 33)];
  await succeed`train ${run} ${length} --resume ${file}`;
  await succeed`train ${run} ${length} --out ${whole}`;
  assertEquals(await resultOf(broken), await resultOf(whole));
});

test("train --resume rejects other files, options and data", async () => {
  using saved = await savedRun(30);
  const { data, out, file } = saved;
  const cases: [string[], number, string][] = [
    [[`${out}/absent`], 1, `${out}/absent: there is no such file`],
    [[`${out}/model.safetensors`], 1, "it must be a checkpoint, which holds a random key"],
    [[`${out}/metrics.csv`], 1, "metrics.csv: it is neither a safetensors nor an .npz file"],
    [
      [file, "--batch-size", "7"],
      2,
      "--batch-size must be the checkpoint's 10: current value is 7",
    ],
    [[file, "--iterations", "20"], 1, "iterations must be at least the checkpoint's 60"],
    [[file, "--dataset", "synthetic"], 1, `must be the run's ${data.csv} (210 rows`],
  ];
  for (const [args, code, message] of cases) {
    const ended = await call`train --backend cpu --resume ${args}`;
    assertEquals(ended.code, code, ended.stderr);
    const line = ended.stderr.split("\n").find((line) => line.startsWith("error: ")) ?? "";
    assert(line.includes(message), ended.stderr);
  }
});

test("train --resume rejects another length with a linear schedule, whose rates depend on it", async () => {
  using data = barsFolder();
  const out = `${data.path}/run`;
  const run = [...QUICK_ADAM, "--dataset", data.csv, "--schedule", "linear"];
  await succeed`train ${run} --out ${out} --save-every 30`;
  const resume = ["--resume", `${out}/checkpoint.safetensors`, "--iterations"];
  const longer = await call`train ${run} ${resume} 100`;
  assertEquals(longer.code, 2);
  assertMatch(longer.stderr, /^error: .* --iterations must be the checkpoint's 60: .* is 100$/m);
  await succeed`train ${run} ${resume} 60`;
});

test("train --resume saves checkpoints as often as the run did, also in another folder", async () => {
  using data = barsFolder();
  const [first, second] = [`${data.path}/first`, `${data.path}/second`];
  const run = [...QUICK_ADAM, "--dataset", data.csv, "--save-every", "25", "--out", first];
  await succeed`train ${run}`;
  const file = `${first}/checkpoint.safetensors`;
  const { iteration } = decodeCheckpoint(await Deno.readFile(file));
  assertEquals(iteration, 50);
  const resume = ["--resume", file, "--iterations", "110", "--backend", "cpu", "--out", second];
  await succeed`train ${resume}`;
  const later = decodeCheckpoint(await Deno.readFile(`${second}/checkpoint.safetensors`));
  assertEquals([later.iteration, later.run.saveEvery], [100, 25]);
});

test("train --resume reports that the checkpoint was saved on another device", async () => {
  using saved = await savedRun(25);
  const { file } = saved;
  const resume = ["--resume", file, "--backend", "cpu", "--no-save"];
  const here = await call`train ${resume}`;
  assert(!here.stderr.includes("The checkpoint was saved on"), here.stderr);
  const checkpoint = decodeCheckpoint(await Deno.readFile(file));
  for (const other of [{ backend: "webgpu" }, { device: "another build\x1b[31m" }]) {
    const bytes = encodeCheckpoint({ ...checkpoint, run: { ...checkpoint.run, ...other } });
    await Deno.writeFile(file, bytes);
    const { stderr } = await succeed`train ${resume}`;
    const told = stderr.split("\n").filter((line) =>
      line.startsWith("The checkpoint was saved on")
    );
    assertEquals(told.length, 1, stderr);
    assert(!stderr.includes("\x1b"), stderr);
  }
});

onUnix("train --resume of a link resumes in the folder of the link's target", async () => {
  using saved = await savedRun(25);
  const { data, out } = saved;
  await Deno.remove(`${out}/model.safetensors`);
  const link = `${data.path}/latest.safetensors`;
  await Deno.symlink("run/checkpoint.safetensors", link);
  await succeed`train --backend cpu --resume ${link}`;
  assertEquals(listing(data.path), ["bars.csv", "latest.safetensors", "run"]);
  assert(listing(out).includes("model.safetensors"));
});

test("train --resume of a checkpoint without a hash warns that only the data's name was compared", async () => {
  using saved = await savedRun(25);
  const { file } = saved;
  const { run: { dataset, device, backend, options }, ...others } = decodeCheckpoint(
    await Deno.readFile(file),
  );
  const early = { ...others, run: { dataset, device, backend, options } };
  await Deno.writeFile(file, encodeCheckpoint(early));
  const args = ["--quiet", "--backend", "cpu", "--no-save", "--resume", file];
  const { stderr } = await succeed`train ${args}`;
  assertMatch(stderr, /^The run's file contains no hash of its data, so only the name .*\n$/);
});

test("train --add is recorded, so that evaluate and --resume use the same rows", async () => {
  using data = barsFolder();
  const pixels = Uint8Array.from({ length: 16 }, (_, i) => i < 4 ? 255 : 0);
  await Deno.mkdir(`${data.path}/kept/0`, { recursive: true });
  const picture = encode({ width: 4, height: 4, channels: 1, data: pixels });
  await Deno.writeFile(`${data.path}/kept/0/a.png`, picture);
  const flags = [...QUICK_ADAM, "--dataset", data.csv, "--add", `${data.path}/kept`];
  const [whole, part] = [`${data.path}/whole`, `${data.path}/part`];
  await succeed`train ${flags} --out ${whole}`;
  const shorter = ["--iterations", "30", "--save-every", "30", "--out", part];
  await succeed`train ${flags} ${shorter}`;
  const resumed = await succeed`train --resume ${part} --iterations 60 --backend cpu`;
  assertMatch(resumed.stderr, /kept: 1 picture is added to the 180 training rows/);
  assertEquals(await resultOf(part), await resultOf(whole));
  const evaluated = await call`evaluate --model ${part}/model.safetensors`;
  assertMatch(evaluated.stdout, /bars\.csv, 30 rows/);

  await Deno.remove(`${data.path}/kept/0/a.png`);
  const lost = await call`evaluate --model ${part}/model.safetensors`;
  assertEquals(lost.code, 1);
  assertMatch(
    lost.stderr,
    /kept to .*bars\.csv: its pictures must be in one folder for each class/,
  );
});

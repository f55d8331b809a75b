import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { readRunDirectory } from "../../lib/report/run_directory.ts";
import { runCli, taskCommand } from "./run_cli.ts";
import { barsFolder, QUICK } from "./small_data.ts";
import { onUnix, test } from "../requirements.ts";

/** Adam has more state than other optimizers. */
const RUN = [...QUICK, "--optimizer", "adam", "--learning-rate", "0.01", "--quiet"];

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** All that a run's end must agree in with another's, so not the seconds. */
async function ending(folder: string): Promise<unknown> {
  const { run, model } = await readRunDirectory(folder);
  const { iterations, accuracy, loss } = run;
  const curve = run.curve.map(({ seconds: _, ...point }) => point);
  return { iterations, accuracy, loss, curve, parameters: model.parameters };
}

test("train keeps model, metrics and options in --out", async () => {
  using data = barsFolder();
  const out = `${data.path}/deep/kept`;
  const { code, stdout } = await runCli("train", [
    ...RUN,
    ...["--dataset", data.csv, "--out", out, "--json"],
  ]);
  assertEquals(code, 0);
  assertEquals(names(out), ["metrics.csv", "model.safetensors", "options.json"]);

  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const [started] = events;
  const finished = events.at(-1);
  const { run, model } = await readRunDirectory(out);
  assertEquals(run.name, "kept");
  assertEquals([run.dataset, run.device, run.backend], [data.csv, started.device, "cpu"]);
  assertEquals([run.options.optimizer, run.options.hidden], ["adam", [8, 8]]);
  assertEquals(
    { event: "finished", ...model.result },
    finished,
  );
  assertEquals(
    run.curve.map((point) => ({ event: "evaluated", ...point })),
    events.filter(({ event }) => event === "evaluated"),
  );
  const { dataset, device, backend, options, id, saveEvery, data: record } = run;
  assertEquals(record?.dataset, data.csv);
  assertEquals([record?.trainRows, record?.testRows], [180, 30]);
  assertEquals(
    JSON.parse(await Deno.readTextFile(`${out}/options.json`)),
    { dataset, device, backend, options, id, saveEvery, data: record },
  );
});

test("train keeps runs in runs/<date>-<seed>, the second of a day with a number", async () => {
  using data = barsFolder();
  const args = [...RUN, "--dataset", data.csv, "--seed", "77"];
  const first = await runCli("train", args, {}, { cwd: data.path });
  const second = await runCli("train", args.filter((word) => word !== "--quiet"), {}, {
    cwd: data.path,
  });
  assertEquals([first.code, second.code], [0, 0], first.stderr + second.stderr);
  const [one, two, ...others] = names(`${data.path}/runs`);
  assertMatch(one, /^\d{4}-\d\d-\d\d-77$/);
  assertEquals([two, others], [`${one}-2`, []]);
  assertMatch(second.stderr, new RegExp(`^Saved the run to runs/${two}$`, "m"));
  assertEquals(await ending(`${data.path}/runs/${one}`), await ending(`${data.path}/runs/${two}`));
});

test("train --no-save keeps nothing", async () => {
  using data = barsFolder();
  const { code } = await runCli(
    "train",
    [...RUN, "--dataset", data.csv, "--no-save"],
    {},
    { cwd: data.path },
  );
  assertEquals(code, 0);
  assertEquals(names(data.path), ["bars.csv"]);
});

test("train does not write into another run's folder", async () => {
  using data = barsFolder();
  const args = [...RUN, "--dataset", data.csv, "--out", `${data.path}/kept`];
  await runCli("train", args);
  const before = await Deno.readTextFile(`${data.path}/kept/metrics.csv`);
  const { code, stderr } = await runCli("train", [...args, "--seed", "5"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^error: Cannot save the run in .*kept as it already contains a run/);
  assertEquals(await Deno.readTextFile(`${data.path}/kept/metrics.csv`), before);
});

for (const epochs of [[], ["--epochs", "5", "--schedule", "linear"]]) {
  test(`train --resume ends as a run without a break does, to the bit ${epochs.join(" ")}`, async () => {
    using data = barsFolder();
    const run = [...RUN, ...epochs, "--dataset", data.csv];
    const [whole, broken] = [`${data.path}/whole`, `${data.path}/broken`];
    assertEquals((await runCli("train", [...run, "--out", whole])).code, 0);

    // 25 is no step after which it is evaluated, and in the middle of an epoch of 18 batches.
    const part = [...run, "--out", broken, "--save-every", "25"];
    assertEquals((await runCli("train", part)).code, 0);
    await Deno.remove(`${broken}/model.safetensors`);
    const file = `${broken}/checkpoint.safetensors`;
    const { iteration } = decodeCheckpoint(await Deno.readFile(file));
    assert(iteration > 0 && iteration % 25 === 0 && iteration < 90, `checkpoint at ${iteration}`);

    const { code, stderr } = await runCli("train", [
      "--quiet",
      "--backend",
      "cpu",
      "--resume",
      file,
    ]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(await ending(broken), await ending(whole));
  });
}

test("train --resume after a kill ends as a run without a break does, and may be longer", async () => {
  using data = barsFolder();
  const run = [...RUN, "--dataset", data.csv, "--json"];
  const long = ["--iterations", "1000000"];
  const [whole, broken] = [`${data.path}/whole`, `${data.path}/broken`];
  const child = taskCommand("train", [...run, ...long, "--out", broken, "--save-every", "10"])
    .spawn();
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
  const resumed = await runCli("train", [...run, ...length, "--resume", file]);
  assertEquals(resumed.code, 0, resumed.stdout);
  assertEquals((await runCli("train", [...run, ...length, "--out", whole])).code, 0);
  assertEquals(await ending(broken), await ending(whole));
});

test("train --resume says what it cannot go on from", async () => {
  using data = barsFolder();
  const out = `${data.path}/kept`;
  const run = [...RUN, "--dataset", data.csv, "--out", out, "--save-every", "30"];
  assertEquals((await runCli("train", run)).code, 0);
  const file = `${out}/checkpoint.safetensors`;
  const cases: [string[], number, string][] = [
    [[`${out}/absent`], 1, `${out}/absent: there is no such file`],
    [[`${out}/model.safetensors`], 1, "it must be a checkpoint, which holds a random key"],
    [[`${out}/metrics.csv`], 1, "metrics.csv: Cannot read safetensors as"],
    [
      [file, "--batch-size", "7"],
      2,
      "--batch-size must be the checkpoint's 10: current value is 7",
    ],
    [[file, "--iterations", "20"], 1, "iterations must be at least the checkpoint's 60"],
    [[file, "--dataset", "synthetic"], 1, `must be the run's ${data.csv} (210 rows`],
  ];
  for (const [args, code, message] of cases) {
    const ended = await runCli("train", ["--backend", "cpu", "--resume", ...args]);
    assertEquals(ended.code, code, ended.stderr);
    const line = ended.stderr.split("\n").find((line) => line.startsWith("error: ")) ?? "";
    assert(line.includes(message), ended.stderr);
  }
});

test("train --resume keeps to the length that decides a linear schedule's rates", async () => {
  using data = barsFolder();
  const out = `${data.path}/kept`;
  const run = [...RUN, "--dataset", data.csv, "--schedule", "linear"];
  assertEquals((await runCli("train", [...run, "--out", out, "--save-every", "30"])).code, 0);
  const resume = ["--resume", `${out}/checkpoint.safetensors`, "--iterations"];
  const longer = await runCli("train", [...run, ...resume, "100"]);
  assertEquals(longer.code, 2);
  assertMatch(longer.stderr, /^error: .* --iterations must be the checkpoint's 60: .* is 100$/m);
  assertEquals((await runCli("train", [...run, ...resume, "60"])).code, 0);
});

test("of two trains with one --out one keeps its run, and the other says why it does not", async () => {
  using data = barsFolder();
  const args = [...RUN, "--dataset", data.csv, "--out", `${data.path}/kept`, "--json"];
  const ended = await Promise.all([1, 2].map((seed) => {
    return runCli("train", [...args, "--iterations", "2000", "--seed", String(seed)]);
  }));
  const [kept, refused] = ended.sort((a, b) => a.code - b.code);
  assertEquals([kept.code, refused.code], [0, 1]);
  assertMatch(refused.stderr, /^error: Cannot save the run in .*kept as /);
  const [started] = kept.stdout.split("\n").map((line) => JSON.parse(line || "{}"));
  const { run } = await readRunDirectory(`${data.path}/kept`);
  assertEquals(run.options.seed, started.seed);
  assertEquals(names(`${data.path}/kept`), ["metrics.csv", "model.safetensors", "options.json"]);
});

test("train --resume goes on saving as often as the run did, and in another folder if told", async () => {
  using data = barsFolder();
  const [first, second] = [`${data.path}/first`, `${data.path}/second`];
  const run = [...RUN, "--dataset", data.csv, "--save-every", "25", "--out", first];
  assertEquals((await runCli("train", run)).code, 0);
  const file = `${first}/checkpoint.safetensors`;
  const { iteration } = decodeCheckpoint(await Deno.readFile(file));
  assertEquals(iteration, 50);
  const resume = ["--resume", file, "--iterations", "110", "--backend", "cpu", "--out", second];
  assertEquals((await runCli("train", resume)).code, 0);
  const later = decodeCheckpoint(await Deno.readFile(`${second}/checkpoint.safetensors`));
  assertEquals([later.iteration, later.run.saveEvery], [100, 25]);
});

test("train --resume says that the checkpoint is of another device", async () => {
  using data = barsFolder();
  const out = `${data.path}/kept`;
  const run = [...RUN, "--dataset", data.csv, "--save-every", "25", "--out", out];
  assertEquals((await runCli("train", run)).code, 0);
  const file = `${out}/checkpoint.safetensors`;
  const resume = ["--resume", file, "--backend", "cpu", "--no-save"];
  const here = await runCli("train", resume);
  assert(!here.stderr.includes("The checkpoint was saved on"), here.stderr);
  const checkpoint = decodeCheckpoint(await Deno.readFile(file));
  for (const other of [{ backend: "webgpu" }, { device: "another build\x1b[31m" }]) {
    const bytes = encodeCheckpoint({ ...checkpoint, run: { ...checkpoint.run, ...other } });
    await Deno.writeFile(file, bytes);
    const { code, stderr } = await runCli("train", resume);
    assertEquals(code, 0);
    const told = stderr.split("\n").filter((line) =>
      line.startsWith("The checkpoint was saved on")
    );
    assertEquals(told.length, 1, stderr);
    assert(!stderr.includes("\x1b"), stderr);
  }
});

onUnix("train --resume of a link goes on in the folder of the checkpoint itself", async () => {
  using data = barsFolder();
  const out = `${data.path}/kept`;
  const run = [...RUN, "--dataset", data.csv, "--save-every", "25", "--out", out];
  assertEquals((await runCli("train", run)).code, 0);
  await Deno.remove(`${out}/model.safetensors`);
  const link = `${data.path}/latest.safetensors`;
  await Deno.symlink("kept/checkpoint.safetensors", link);
  assertEquals((await runCli("train", ["--backend", "cpu", "--resume", link])).code, 0);
  assertEquals(names(data.path), ["bars.csv", "kept", "latest.safetensors"]);
  assert(names(out).includes("model.safetensors"));
});

test("train --resume of an early checkpoint says that only the data's name was compared", async () => {
  using data = barsFolder();
  const out = `${data.path}/kept`;
  const run = [...RUN, "--dataset", data.csv, "--save-every", "25", "--out", out];
  assertEquals((await runCli("train", run)).code, 0);
  const file = `${out}/checkpoint.safetensors`;
  const { run: { dataset, device, backend, options }, ...others } = decodeCheckpoint(
    await Deno.readFile(file),
  );
  const early = { ...others, run: { dataset, device, backend, options } };
  await Deno.writeFile(file, encodeCheckpoint(early));
  const args = ["--quiet", "--backend", "cpu", "--no-save", "--resume", file];
  const { code, stderr } = await runCli("train", args);
  assertEquals(code, 0);
  assertMatch(stderr, /^The run's file contains no hash of its data, so only the name .*\n$/);
});

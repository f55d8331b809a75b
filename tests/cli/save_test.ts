import { assert, assertEquals, assertMatch } from "@std/assert";
import { readRunDirectory } from "../../lib/runs/run_directory.ts";
import { listing } from "../data/idx_files.ts";
import { call, runCli, succeed } from "./run_cli.ts";
import { barsFolder, QUICK_ADAM, resultOf } from "./small_data.ts";
import { test } from "../requirements.ts";

test("train saves model, metrics and options in --out", async () => {
  using data = barsFolder();
  const out = `${data.path}/deep/run`;
  const { stdout } = await succeed`train ${QUICK_ADAM} --dataset ${data.csv} --out ${out}
    --json`;
  assertEquals(listing(out), ["README.md", "metrics.csv", "model.safetensors", "options.json"]);

  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const [started] = events;
  const finished = events.at(-1);
  const { run, model } = await readRunDirectory(out);
  assertEquals(run.name, "run");
  assertEquals([run.dataset, run.device, run.backend], [data.csv, started.device, "cpu"]);
  assertEquals([run.options.optimizer, run.options.hidden], ["adam", [8, 8]]);
  assertEquals(
    { type: "finished", ...model.run?.result },
    finished,
  );
  assertEquals(
    run.curve.map((point) => ({ type: "evaluated", ...point })),
    events.filter(({ type }) => type === "evaluated"),
  );
  const { dataset, device, backend, options, id, saveEvery, data: record } = run;
  assertEquals(record?.dataset, data.csv);
  assertEquals([record?.trainRows, record?.testRows], [180, 30]);
  assertEquals(
    JSON.parse(await Deno.readTextFile(`${out}/options.json`)),
    { formatVersion: 1, dataset, device, backend, options, id, saveEvery, data: record },
  );
});

test("train saves runs in runs/<date>-<seed>, followed by a number if that exists", async () => {
  using data = barsFolder();
  const args = [...QUICK_ADAM, "--dataset", data.csv, "--seed", "77"];
  const today = () => new Date().toLocaleDateString("sv"); // as in ISO 8601
  const before = today();
  const first = await runCli("train", args, {}, { cwd: data.path });
  const second = await runCli("train", args.filter((word) => word !== "--quiet"), {}, {
    cwd: data.path,
  });
  assertEquals([first.code, second.code], [0, 0], first.stderr + second.stderr);
  const [one, two, ...others] = listing(`${data.path}/runs`);
  assert([before, today()].some((date) => one === `${date}-77`), one);
  assertEquals([two, others], [`${one}-2`, []]);
  assertMatch(second.stderr, new RegExp(`^Saved the run to runs/${two}$`, "m"));
  assertEquals(
    await resultOf(`${data.path}/runs/${one}`),
    await resultOf(`${data.path}/runs/${two}`),
  );
});

test("train fails before training if it cannot write the run's folder", async () => {
  using data = barsFolder();
  await Deno.writeTextFile(`${data.path}/runs`, "");
  for (const out of [["--out", `${data.path}/runs`], []]) {
    const args = [...QUICK_ADAM, "--dataset", data.csv, ...out];
    const { code, stdout, stderr } = await runCli("train", args, {}, { cwd: data.path });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      /^error: Cannot save the run in .*runs.* as it cannot be created: .*--out$/m,
    );
  }
});

test("train --no-save saves nothing", async () => {
  using data = barsFolder();
  const { code } = await runCli(
    "train",
    [...QUICK_ADAM, "--dataset", data.csv, "--no-save"],
    {},
    { cwd: data.path },
  );
  assertEquals(code, 0);
  assertEquals(listing(data.path), ["bars.csv"]);
});

test("train rejects the folder of another run", async () => {
  using data = barsFolder();
  const args = [...QUICK_ADAM, "--dataset", data.csv, "--out", `${data.path}/run`];
  await call`train ${args}`;
  const before = await Deno.readTextFile(`${data.path}/run/metrics.csv`);
  const { code, stderr } = await call`train ${args} --seed 5`;
  assertEquals(code, 1);
  assertMatch(stderr, /^error: Cannot save the run in .*run as it already contains a run/);
  assertEquals(await Deno.readTextFile(`${data.path}/run/metrics.csv`), before);
});

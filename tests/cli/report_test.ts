import { assert, assertEquals, assertMatch } from "@std/assert";
import { openDataset } from "../../lib/data/open.ts";
import { RunDirectory } from "../../lib/runs/run_directory.ts";
import { resolveOptions } from "../../lib/training/options.ts";
import { train } from "../../lib/training/train.ts";
import { listing } from "../data/idx_files.ts";
import { call, succeed } from "./run_cli.ts";
import { barsFolder, QUICK } from "./small_data.ts";
import { test } from "../requirements.ts";
import { runToEnd } from "../processes.ts";

/** Trains on a CSV file and saves the run in a folder. */
async function saveRun(csv: string, path: string, seed: number): Promise<void> {
  const data = await openDataset({ dataset: csv });
  const options = resolveOptions({
    ...{ seed, iterations: 40, batchSize: 10, evalEvery: 20, evalSize: 20, hidden: [8, 8] },
  });
  await using directory = new RunDirectory({ options, data, saveEvery: 0, path });
  for await (const event of train({ data, backend: "cpu", ...options })) {
    await directory.record(event);
  }
}

test("report writes a page into the run's folder, and prints its path", async () => {
  using data = barsFolder();
  const run = `${data.path}/run`;
  await saveRun(data.csv, run, 1);
  const before = listing(run);
  const { code, stdout, stderr } = await call`report ${run}`;
  assertEquals([code, stdout, stderr], [0, `${run}/report.html\n`, ""]);
  assertEquals(listing(run), [...before, "report.html"].sort());
  const page = await Deno.readTextFile(`${run}/report.html`);
  assertMatch(page, /^<!DOCTYPE html>/);
  assertMatch(page, /<h1>Run run<\/h1>/);
  assertEquals(page.match(/alt="unit \d+"/g)?.length, 16);
  assertEquals(page.match(/<svg /g)?.length, 3);
});

test("report reads moved data from --dataset, and writes to --out", async () => {
  using data = barsFolder();
  const run = `${data.path}/run/`;
  await saveRun(data.csv, run, 1);
  const moved = `${data.path}/moved.csv`;
  await Deno.rename(data.csv, moved);
  const lost = await call`report ${run}`;
  assertEquals(lost.code, 1);
  assertMatch(lost.stderr, /^error: .*bars\.csv/m);
  const out = `${data.path}/page.html`;
  const args = [run, "--dataset", moved, "--out", out, "--json"];
  const { code, stdout } = await call`report ${args}`;
  assertEquals([code, JSON.parse(stdout)], [0, { type: "report", file: out }]);
  assertEquals(listing(run).includes("report.html"), false);
});

test("report compares several runs, without reading their data", async () => {
  using data = barsFolder();
  const runs = ["one", "two"].map((name) => `${data.path}/${name}`);
  for (const [i, run] of runs.entries()) await saveRun(data.csv, run, i);
  await Deno.remove(data.csv);
  const { code, stdout } = await call`report ${runs}`;
  assertEquals([code, stdout], [0, `${data.path}/compare.html\n`]);
  const page = await Deno.readTextFile(`${data.path}/compare.html`);
  await call`report ${runs} --out ${data.path}/again.html`;
  assertEquals(await Deno.readTextFile(`${data.path}/again.html`), page);
  assertMatch(page, /<h1>2 runs compared<\/h1>/);
  for (const name of ["one", "two"]) assert(page.includes(`${name}</li>`), name);
});

test("train --report writes the same page as deno task report", async () => {
  using data = barsFolder();
  const run = `${data.path}/run`;
  const args = ["--dataset", data.csv, "--out", run, "--report", ...QUICK];
  const { stdout, stderr } = await succeed`train ${args}`;
  assert(!stdout.includes("report"), stdout);
  assertMatch(stderr, /^Wrote the report to .*\/run\/report\.html$/m);
  const page = await Deno.readTextFile(`${run}/report.html`);
  await call`report ${run}`;
  assertEquals(await Deno.readTextFile(`${run}/report.html`), page);
});

test("train --report --no-save fails with one line and exit code 2", async () => {
  const { code, stdout, stderr } = await call`train --report --no-save`;
  assertEquals([code, stdout], [2, ""]);
  assertEquals(stderr, "error: --no-save and --report contradict each other: remove one of them\n");
});

test("train does not load the chart libraries without --report", async () => {
  const { stdout } = await runToEnd(Deno.execPath(), {
    args: ["info", "--json", "--lock=deno.lock", "lib/cli/train.ts"],
  });
  const graph: ModuleGraph = JSON.parse(stdout);
  const dependencies = new Map(graph.modules.map((one) => [one.specifier, one.dependencies ?? []]));
  // What Deno downloads and loads before it runs: all imports by a literal, except types.
  const reached = new Set(graph.roots);
  for (const module of reached) {
    for (const { code } of dependencies.get(module) ?? []) {
      if (code?.specifier) reached.add(code.specifier);
    }
  }
  assert([...reached].some((module) => module.includes("cli-progress")));
  assertEquals([...reached].filter((module) => /vega|fast-png|report\/html/.test(module)), []);
});

/** The output of `deno info --json`: modules and what they import. */
interface ModuleGraph {
  roots: string[];
  modules: { specifier: string; dependencies?: { code?: { specifier?: string } }[] }[];
}

const WRONG: [string[], string][] = [
  [[], "the folder of a run is needed, or several to compare"],
  [["--outt", "a"], "unknown option '--outt' (Did you mean --out?)"],
];

for (const [args, message] of WRONG) {
  test(`report ${args.join(" ")} fails with one line and exit code 2`, async () => {
    const { code, stdout, stderr } = await call`report ${args}`;
    assertEquals([code, stdout], [2, ""]);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
    assert(stderr.startsWith(`error: ${message}`), stderr);
  });
}

test("report fails with one line if there is no finished run, and writes nothing", async () => {
  using data = barsFolder();
  const run = `${data.path}/run`;
  await Deno.mkdir(run);
  for (const args of [[run], [run, run]]) {
    const { code, stdout, stderr } = await call`report ${args}`;
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^error: .*model\.safetensors.*\n$/);
  }
  assertEquals([listing(run), listing(data.path)], [[], ["bars.csv", "run"]]);
});

import { assert, assertEquals, assertMatch } from "@std/assert";
import { encode as encodePng } from "fast-png";
import { saveModel } from "../../lib/model/save_model.ts";
import { folder, listing } from "../data/idx_files.ts";
import { test } from "../requirements.ts";
import { callTask, runCli, succeed } from "./run_cli.ts";
import { barsFolder, QUICK } from "./small_data.ts";
import { drawnModel } from "./trained_nets.ts";

test("paths of flags are relative to the user's working directory, not to the task's", async () => {
  using data = barsFolder();
  const userDirectory = `${data.path}/a folder with spaces`;
  await Deno.mkdir(`${userDirectory}/images`, { recursive: true });
  await Deno.rename(data.csv, `${userDirectory}/bars.csv`);
  // Like `deno task`, which runs the process in the project's folder.
  const run = async (task: Parameters<typeof runCli>[0], ...args: string[]) => {
    const ended = await runCli(task, args, { INIT_CWD: userDirectory });
    assertEquals(ended.code, 0, ended.stderr);
    return ended;
  };
  const train = ["--dataset", "bars.csv", "--out", "../run", "--save-every", "20", ...QUICK];
  const { stderr } = await run("train", "--", ...train);
  assert(stderr.includes(`Saved the run to ${data.path}/run\n`), stderr);
  const checkpoint = ["--resume", "../run/checkpoint.safetensors", "--iterations", "80"];
  await run("train", ...checkpoint, "--backend", "cpu");
  await run("evaluate", "--model", "../run/model.safetensors");
  await run("export", "--format", "npz", "--model", "../run/model.safetensors", "--out", "net.npz");
  await run("sweep", "--dataset", "bars.csv", "--out", "some.csv", "--quiet", ...QUICK);
  const report = await run("report", "../run");
  assertEquals(report.stdout, `${data.path}/run/report.html\n`);
  await run("report", "../run", "../run/", "--out", "both.html");
  assertEquals(listing(userDirectory), ["bars.csv", "both.html", "images", "net.npz", "some.csv"]);
});

test("report . takes the run's name from the folder", async () => {
  using data = barsFolder();
  const out = `${data.path}/named`;
  const args = ["--dataset", data.csv, "--out", out, ...QUICK];
  await succeed`train ${args}`;
  const { code, stdout } = await callTask("report", ["."], { INIT_CWD: out });
  assertEquals([code, stdout], [0, `${out}/report.html\n`]);
  assertMatch(await Deno.readTextFile(`${out}/report.html`), /<h1>Run named<\/h1>/);
});

test("predict reads images relative to the user's working directory", async () => {
  const blank = encodePng({ width: 28, height: 28, data: new Uint8Array(784), channels: 1 });
  using images = folder({ "blank.png": blank });
  await saveModel(`${images.path}/net.safetensors`, drawnModel());
  const args = ["--model", "net.safetensors", "blank.png", "absent.png"];
  const { stderr } = await callTask("predict", args, { INIT_CWD: images.path });
  assertMatch(stderr, /^error: blank\.png: Cannot find a digit/m);
  assertMatch(stderr, /^error: absent\.png: there is no such file$/m);
});

test("train saves runs in the project's folder, and prints an absolute path to users elsewhere", async () => {
  using project = folder();
  using data = barsFolder();
  const args = ["--dataset", "bars.csv", "--seed", "7", ...QUICK];
  const ended = await runCli("train", args, { INIT_CWD: data.path }, { cwd: project.path });
  assertEquals(ended.code, 0, ended.stderr);
  const [name] = listing(`${project.path}/runs`);
  const path = `${await Deno.realPath(project.path)}/runs/${name}`;
  assert(ended.stderr.includes(`Saved the run to ${path}\n`), ended.stderr);
  assertEquals(listing(data.path), ["bars.csv"]);
});

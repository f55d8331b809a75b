import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import deno from "../../deno.json" with { type: "json" };
import { DATA_HOSTS } from "../../lib/data/open.ts";
import { flagName, parseFlags, UsageError } from "../../lib/cli/flags.ts";
import { Interruption } from "../../lib/cli/interruption.ts";
import { TASK, trainTask } from "../../lib/cli/train.ts";
import { OptionError } from "../../lib/training/options.ts";
import { call, callTask, runCli, succeed } from "./run_cli.ts";
import { barsFolder, digitsFolder } from "./small_data.ts";
import { test } from "../requirements.ts";
import { PRESETS } from "../../lib/training/presets.ts";

/** Flags of a short run that saves nothing. */
const SHORT = ["--backend", "cpu", "--iterations", "20", "--eval-size", "100", "--no-save"];

/** Command lines, and the flag, the word or the two flags that are wrong, with the rule. */
const WRONG: [string[], string, string?][] = [
  [["--iteratons", "5"], "--iterations"],
  [["--seed", "-1"], "--seed", "a whole number from 0 to 4294967295"],
  [["--seed", "now"], "--seed", "a number or the word random"],
  [["--iterations", "1.5"], "--iterations", "a whole number of at least 0"],
  [["--batch-size"], "--batch-size"],
  [["--preset", "fast"], "--preset", "one of"],
  [["--hidden", "50"], "--hidden", "two whole numbers of at least 1"],
  [["--hidden", "50,x"], "--hidden", "two numbers"],
  [["--init", "zeros"], "--init", "one of"],
  [["--augment", "affine", "--rotate", "181"], "--rotate", "a number from 0 to 180"],
  [["--augment", "affine", "--warp", "1"], "--warp", "--augment elastic"],
  [["--augment", "shift", "--shift", "1"], "--shift", "--augment affine or elastic"],
  [["--zoom", "0.1"], "--zoom", "--augment affine or elastic"],
  [["--backend", "cuda"], "--backend", "one of"],
  [["--dataset", ""], "--dataset"],
  [["--save-every", "0.5"], "--save-every", "a whole number of at least 0"],
  [["--no-save", "--out", "x"], "--no-save", "--out"],
  [["--no-save", "--save-every", "5"], "--no-save", "--save-every"],
  [["--resume", "x", "--init-from", "y"], "--resume", "--init-from"],
  [["--quiet=yes"], "--quiet=yes"],
  [["twice"], "twice"],
];

for (const [args, name, rule = ""] of WRONG) {
  test(`train rejects ${args.join(" ")} before it reads data`, async () => {
    using interruption = new Interruption();
    const error = await assertRejects(async () => {
      await trainTask(parseFlags(TASK, args).flags, [], interruption);
    });
    const isOption = error instanceof OptionError;
    assert(isOption || error instanceof UsageError, String(error));
    const named = isOption ? flagName(error.option) : error.message;
    assert(named.includes(name) && error.message.includes(rule), error.message);
  });
}

test("train fails with one line and exit code 2 if its flags are wrong", async () => {
  const wrong = [["--iteratons", "5"], ["--batch-size", "0"], ["--no-save", "--out", "x"]];
  for (const args of wrong) {
    const { code, stdout, stderr } = await call`train ${args}`;
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^error: .*--.*\n$/);
  }
});

test("train fails with one line and exit code 2 if it needs more rows than there are", async () => {
  using digits = digitsFolder();
  for (
    const [flag, count, rule] of [
      ["--batch-size", "501", "at most the 500 rows to train on"],
      ["--eval-size", "101", "at most the 100 rows to evaluate on"],
    ]
  ) {
    const args = [...SHORT, "--dataset", digits.path, flag, count];
    const { code, stdout, stderr } = await call`train ${args}`;
    assertEquals([code, stdout], [2, ""]);
    assertMatch(
      stderr,
      new RegExp(`^error: .*${flag} must be ${rule}: current value is ${count}`, "m"),
    );
    assert(!/^ +at /m.test(stderr), stderr);
  }
});

test("train --help prints every flag on stdout", async () => {
  const { code, stdout, stderr } = await runCli("train", ["--help", "--nonsense"]);
  assertEquals([code, stderr], [0, ""]);
  for (const flag of ["--seed <N|random>", "--data-dir <DIR>", "--json", "-h, --help"]) {
    assert(stdout.includes(`\n  ${flag} `), flag);
  }
});

test("train --version prints the version in deno.json", async () => {
  const { code, stdout } = await runCli("train", ["--version"]);
  assertEquals([code, stdout], [0, `mnist-webgpu ${deno.version} (Deno ${Deno.version.deno})\n`]);
});

test("train prints the log on stdout, and no progress on stderr if that is a pipe", async () => {
  const { code, stdout, stderr } = await runCli("train", [...SHORT, "--dataset", "synthetic"]);
  assertEquals(code, 0);
  const [seed, , , ...rest] = stdout.split("\n");
  assertEquals(seed, "Using seed: 298504");
  assertMatch(rest[29], /^Sample answer: \d$/);
  assertMatch(rest[30], /^Initial Accuracy: {3,}\d+\.\d\d%$/);
  assertMatch(rest[32], /^\d+\.\d\d seconds elapsed during training\.$/);
  assertMatch(rest[34], /^Final accuracy against test set: +\d+\.\d\d%$/);
  assertEquals(rest.slice(35), [""]);
  assertMatch(stderr, /^device: CPU \(/m);
  assertMatch(stderr, /^data: synthetic$/m);
  assert(!/[█░%\r]/.test(stderr), stderr);
});

test("train --quiet prints nothing on stderr", async () => {
  using digits = digitsFolder();
  const { code, stderr } = await call`train ${SHORT} --dataset ${digits.path} --quiet`;
  assertEquals([code, stderr], [0, ""]);
});

test("train --json prints one object per event, without parameters", async () => {
  using digits = digitsFolder();
  const args = [...SHORT, "--dataset", digits.path, "--json", "--eval-every", "10"];
  const { stdout } = await succeed`train ${args}`;
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const kinds = events.filter(({ type }) => type !== "progress").map(({ type }) => type);
  assertEquals(kinds, ["started", "sample", "evaluated", "evaluated", "evaluated", "finished"]);
  assertEquals(
    Object.keys(events.at(-1)).sort(),
    ["accuracy", "iterations", "loss", "seconds", "type"],
  );
  assertEquals(Object.keys(events[2]).sort(), [
    "accuracy",
    "iteration",
    "learningRate",
    "loss",
    "seconds",
    "type",
  ]);
  assertEquals(events[1].art.length, 28);
});

test("train --preset uses the preset's options, overridden by flags", async () => {
  using data = barsFolder();
  const { stdout } = await succeed`train --preset accurate --dataset ${data.csv} --backend cpu
    --json --no-save --batch-size 10 --epochs 2 --eval-every 18 --eval-size 30`;
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(events[0].layers, [16, ...PRESETS.accurate.hidden!, 4]);
  const evaluated = events.filter(({ type }) => type === "evaluated");
  const rates = [0, 17, 35].map((stepsDone) =>
    PRESETS.accurate.learningRate! * (1 - stepsDone / 36)
  );
  assertEquals(evaluated.map(({ iteration }) => iteration), [0, 18, 36]);
  assertEquals(evaluated.map(({ learningRate }) => learningRate), rates);
  assertEquals(events.at(-1).iterations, 36);
});

test("train --json also prints an error on stdout", async () => {
  const { code, stdout, stderr } = await runCli("train", ["--json", "--hidden", "1"]);
  assertEquals(code, 2);
  const { type, message } = JSON.parse(stdout);
  assertEquals(type, "error");
  assertEquals(stderr, `error: ${message}\n`);
});

test("train --seed random prints the seed that it drew", async () => {
  using digits = digitsFolder();
  const args = [...SHORT, "--dataset", digits.path, "--seed"];
  const { stdout } = await call`train ${args} random`;
  const [, seed] = stdout.match(/^Using seed: (\d+)\n/)!;
  const repeated = await call`train ${args} ${seed}`;
  const untimed = (log: string) => log.replace(/^.* seconds elapsed/m, "");
  assertEquals(untimed(repeated.stdout), untimed(stdout));
});

test("train fails with one line and exit code 1 if a folder does not contain the data", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const named of ["flag", "variable"]) {
      const args = ["--backend", "cpu", ...(named === "flag" ? ["--data-dir", folder] : [])];
      const env: Record<string, string> = named === "flag" ? {} : { MNIST_DIR: folder };
      const { code, stdout, stderr } = await callTask("train", args, env);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(
        stderr,
        new RegExp(`^error: .*train-images.* in ${folder}, which holds no files;`, "m"),
      );
      assert(!/^ +at /m.test(stderr), stderr);
    }
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("the train task has network permission for the hosts of data sets only", () => {
  const [, hosts] = deno.tasks.train.command.match(/--allow-net=(\S+)/)!;
  assertEquals(hosts.split(",").sort(), [...DATA_HOSTS].sort());
});

Deno.test("the tasks that run lib/cli have no permission that they do not need", () => {
  const tasks = Object.entries(deno.tasks).filter(([, { command }]) =>
    command.includes(" lib/cli/")
  );
  assert(tasks.length >= 2);
  for (const [name, { command }] of tasks) {
    assert(command.includes(" --no-prompt "), command);
    // These tasks run esbuild, which is a program in Deno's package cache.
    if (["serve", "build", "build:npm"].includes(name)) continue;
    assert(!/ -A\b|--allow-(all|run|ffi|sys|(env|net)(?!=))/.test(command), command);
  }
});

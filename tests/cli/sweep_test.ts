import { assert, assertEquals, assertMatch } from "@std/assert";
import { readSweep } from "../../lib/runs/sweep_file.ts";
import { listing } from "../data/idx_files.ts";
import { call, runCli, startTask, succeed, words } from "./run_cli.ts";
import { barsFolder, QUICK } from "./small_data.ts";
import { onUnix, test } from "../requirements.ts";
import { readUntil } from "../processes.ts";

test("sweep trains every combination, and prints mean and spread over the seeds", async () => {
  using data = barsFolder();
  const out = `${data.path}/sweep.csv`;
  const { code, stdout, stderr } = await runCli(
    "sweep",
    words`--dataset ${data.csv} --out ${out}
    ${QUICK} --hidden 8,8/6,5 --learning-rate 0.1,1 --seed 1,2,3`,
  );
  assertEquals(code, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  assertMatch(lines[0], /^learningRate +hidden +runs +test accuracy +lowest +highest +seconds$/);
  assertEquals(
    lines.slice(1, 5).map((line) => line.trim().split(/ +/).slice(0, 3)),
    [["0.1", "8,8", "3"], ["0.1", "6,5", "3"], ["1", "8,8", "3"], ["1", "6,5", "3"]],
  );
  for (const line of lines.slice(1, 5)) assertMatch(line, / \d+\.\d\d% \+- \d+\.\d\d /);
  assertMatch(lines.at(-1)!, /^Best on the test rows: learningRate/);
  assertMatch(stderr, /^device: CPU, \d+ of 12 runs at a time, /m);

  const runs = await readSweep(out);
  assertEquals(runs.length, 12);
  assert(runs.some(({ result }) => result!.accuracy > 0.9), "nothing was learned");
  assertEquals(listing(data.path), ["bars.csv", "sweep.csv"]);
});

test("sweep trains only runs that its file does not contain, and summarizes all requested runs", async () => {
  using data = barsFolder();
  const args = ["--dataset", data.csv, "--out", `${data.path}/sweep.csv`, ...QUICK, "--json"];
  const first = await call`sweep ${args} --seed 1,2`;
  const second = await call`sweep ${args} --seed 2,3,1 --validation 0,30`;
  const events = [first, second].map(({ stdout }) =>
    stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
  );
  const summary = events.map((list) =>
    list.map((event) =>
      event.type === "run" ? `${event.options.seed},${event.options.validation}` : event.runs
    )
  );
  // Runs finish in any order; the combinations come last.
  assertEquals([summary[0].slice(0, -1).sort(), summary[0].slice(-1)], [["1,0", "2,0"], [2]]);
  assertEquals(
    [summary[1].slice(0, -2).sort(), summary[1].slice(-2)],
    [["1,30", "2,30", "3,0", "3,30"], [3, 3]],
  );
  assertEquals(events[1].at(-2).validation, undefined);
  assertEquals(Object.keys(events[1].at(-1).validation), [
    "mean",
    "deviation",
    "lowest",
    "highest",
  ]);
  // The data have no published split, so it makes no difference which is asked for.
  const third = await call`sweep ${args} --seed 1,2 --split original`;
  const again = third.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(again, [events[0].at(-1)]);
});

/** Wrong flags, and what the error names: the flag, and its value or what it may be. */
const WRONG: [args: string[], words: string[]][] = [
  [["--seed", "1,x"], ["--seed ", "random"]],
  [["--seed", "1,,2"], ["--seed "]],
  [["--hidden", "8,8/9"], ["--hidden ", "is 9"]],
  [["--hidden", "8,8/9,x"], ["--hidden ", "separated"]],
  [["--optimizer", "sgd,lion"], ["--optimizer ", "sgd, momentum, adam"]],
  [["--jobs", "0"], ["--jobs ", "at least 1", "is 0"]],
  [["--batch-size", "10,181"], ["--batch-size ", "at most the 180"]],
];

for (const [args, words] of WRONG) {
  test(`sweep ${args.join(" ")} fails with one line and exit code 2, and trains nothing`, async () => {
    using data = barsFolder();
    const out = `${data.path}/sweep.csv`;
    const all = ["--dataset", data.csv, "--out", out, ...QUICK, ...args];
    const { code, stdout, stderr } = await call`sweep ${all}`;
    assertEquals([code, stdout], [2, ""]);
    const lines = stderr.trimEnd().split("\n").filter((line) => line.startsWith("error: "));
    assertEquals(lines.length, 1, stderr);
    for (const word of words) assert(lines[0].includes(word), lines[0]);
  });
}

test("sweep does not change a file that it did not write", async () => {
  using data = barsFolder();
  const before = await Deno.readTextFile(data.csv);
  const { code, stderr } = await call`sweep --dataset ${data.csv} --out ${data.csv}`;
  assertEquals(code, 1);
  assertMatch(stderr, /^error: Cannot continue the sweep in .*bars\.csv as its columns must be/);
  assertEquals(await Deno.readTextFile(data.csv), before);
});

test("sweep fails before training if it cannot write its file", async () => {
  using data = barsFolder();
  const out = `${data.path}/nowhere/sweep.csv`;
  const { code, stdout, stderr } = await call`sweep --dataset ${data.csv} --out ${out} ${QUICK}`;
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^error: Cannot write .*sweep\.csv/m);
  assert(!stderr.includes("device:"), stderr);
});

onUnix(
  "a second sweep on a file fails while the first is writing it, and no row is lost",
  async () => {
    using data = barsFolder();
    const args = ["--dataset", data.csv, ...QUICK, "--out", `${data.path}/sweep.csv`];
    // The same file by another path.
    await Deno.symlink(`${data.path}/sweep.csv`, `${data.path}/link.csv`);
    await using first = startTask("sweep", [...args, "--iterations", "60,100000000"]);
    const reader = first.stderr.pipeThrough(new TextDecoderStream()).getReader();
    await readUntil(reader, "1 of 2 runs done");
    for (const out of ["sweep.csv", "link.csv"]) {
      const second = await call`sweep ${args} --out ${data.path}/${out}`;
      assertEquals(second.code, 1);
      assertMatch(
        second.stderr,
        /^error: Cannot continue the sweep in .* another process is writing/,
      );
    }
    first.kill("SIGINT");
    await Promise.all([reader.cancel(), first.stdout.cancel(), first.status]);
    assertEquals((await readSweep(`${data.path}/sweep.csv`)).length, 1);
    await succeed`sweep ${args} --out ${data.path}/link.csv --seed 5`;
    assertEquals((await readSweep(`${data.path}/sweep.csv`)).length, 2);
    assert((await Deno.lstat(`${data.path}/link.csv`)).isSymlink);
    assertEquals(listing(data.path), ["bars.csv", "link.csv", "sweep.csv"]);
  },
);

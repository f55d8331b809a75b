import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { folder } from "../data/idx_files.ts";
import { test } from "../requirements.ts";
import { call, succeed, words } from "./run_cli.ts";
import { barsFolder } from "./small_data.ts";
import { runToEnd } from "../processes.ts";

const SHORT = ["--backend", "cpu", "--no-save", "--preset", "accurate", "--iterations", "100"];

/** Returns the final accuracy in the log, in percent. */
function finalAccuracy(stdout: string): number {
  return Number(/Final accuracy[^:]*:\s*([\d.]+)%/.exec(stdout)?.[1]);
}

test(
  "train reduces default sizes of batches and evaluations to the number of rows",
  async () => {
    using data = barsFolder();
    const few = `${data.path}/few rows.csv`;
    const lines = (await Deno.readTextFile(data.csv)).split("\n").slice(0, 70);
    await Deno.writeTextFile(few, lines.join("\n"));
    const { stderr } = await succeed`train ${SHORT} --dataset ${few}`;
    assert(
      stderr.includes(`${few} has few rows, so --batch-size is 60 and --eval-size is 10\n`),
      stderr,
    );
    const asked = await call`train ${SHORT} --dataset ${few} --batch-size 61`;
    assertEquals(asked.code, 2);
    assertMatch(
      asked.stderr,
      /--batch-size must be at most the 60 rows to train on: current value/,
    );
  },
);

test(
  "train --split original of a CSV file draws the test rows at random, and says so",
  async () => {
    using data = barsFolder();
    const lines = (await Deno.readTextFile(data.csv)).trim().split("\n").sort();
    await Deno.writeTextFile(data.csv, lines.join("\n"));
    const options = ["--dataset", data.csv, "--split", "original", "--batch-size", "20"];
    const { stdout, stderr } = await succeed`train ${SHORT} ${options}`;
    assert(
      stderr.includes(`${data.csv} does not say which rows are for testing, so they are drawn`),
    );
    assert(finalAccuracy(stdout) > 50, stdout); // if the last rows were the test rows, 0: no other rows have their label
  },
);

test(
  "train reads the test rows from --test, and --transpose swaps rows and columns",
  async () => {
    using data = barsFolder();
    const lines = (await Deno.readTextFile(data.csv)).trim().split("\n");
    const train = `${data.path}/train.csv`;
    const test = `${data.path}/test.csv`;
    await Deno.writeTextFile(train, lines.slice(0, 180).join("\n"));
    await Deno.writeTextFile(test, lines.slice(180).join("\n"));
    const options = [...SHORT, "--dataset", train, "--test", test];
    const ran = await succeed`train ${options} --transpose`;
    assert(finalAccuracy(ran.stdout) > 80, ran.stdout);
    // Transposed, the bar is a column.
    const art = ran.stdout.split("\n").slice(3, 7);
    const label = Number(/Sample answer: (\d)/.exec(ran.stdout)![1]);
    for (const line of art) assertEquals(line.indexOf("@"), label, ran.stdout);
  },
);

test("train --quiet warns if it uses synthetic digits", async () => {
  using empty = folder();
  const task = fileURLToPath(import.meta.resolve("../../lib/cli/train.ts"));
  const config = fileURLToPath(import.meta.resolve("../../deno.json"));
  const { code, stderr } = await runToEnd(Deno.execPath(), {
    // Without network permission, so that MNIST cannot be downloaded.
    args: words`run --no-prompt --config=${config} --allow-read --allow-write
      --allow-env=MNIST_DIR ${task} ${SHORT} --quiet`,
    cwd: empty.path,
    env: { MNIST_DIR: "" },
  });
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^NOT MNIST: SYNTHETIC DIGITS ARE USED INSTEAD\. There is no train-images/m);
  assertMatch(stderr, /^These results are for SYNTHETIC DIGITS, NOT MNIST/m);
});

test("evaluate rejects labels that stand for other classes than in the run", async () => {
  using data = barsFolder();
  const lines = (await Deno.readTextFile(data.csv)).trim().split("\n");
  const rename = async (file: string, names: string[], rows: string[]) => {
    const renamed = rows.map((row) => row.replace(/^\d/, (label) => names[Number(label)]));
    const path = `${data.path}/${file}`;
    await Deno.writeTextFile(path, renamed.join("\n"));
    return path;
  };
  const evaluate = async (names: string[], other: string[]) => {
    const train = await rename("train.csv", names, lines);
    const without = await rename("other.csv", other, lines.filter((row) => !row.startsWith("0")));
    const out = `${data.path}/${names.join("")}`;
    const options = ["--hidden", "8,8", "--iterations", "5", "--backend", "cpu", "--out", out];
    const ran = await succeed`train ${options} --dataset ${train}`;
    const [, label, name] = /^Sample answer: (\d) (\w+)$/m.exec(ran.stdout)!;
    assertEquals(name, names[Number(label)]);
    const model = `${out}/model.safetensors`;
    return await call`evaluate --model ${model} --dataset ${without}`;
  };
  const words = ["ant", "bee", "cat", "dog"];
  const refused = await evaluate(words, words);
  assertEquals(refused.code, 1, refused.stdout);
  assertMatch(refused.stderr, /class 0 must be ant: current value is bee/);
  const letters = await evaluate(["A", "B", "C", "D"], ["A", "B", "C", "D"]);
  assertEquals(letters.code, 0, letters.stderr);
  assertMatch(letters.stdout, /^1 B .* 5[23]$/m);
  assertMatch(letters.stdout, /^0 A .* 0$/m);
});

/** Runs the programs in examples/ by the command that each begins with. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { mnistDirectory, needs, test } from "./requirements.ts";
import { runToEnd } from "./processes.ts";

/** Runs an example in a temporary folder, with the flags in its first comment. */
async function run(name: string, env: Record<string, string> = {}): Promise<string> {
  const file = new URL(`../examples/${name}`, import.meta.url);
  const source = await Deno.readTextFile(file);
  const [, flags] = source.match(new RegExp(`^ \\*     deno run ?(.*) examples/${name}$`, "m"))!;
  const cwd = await Deno.makeTempDir();
  const { code, stdout, stderr } = await runToEnd(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags.split(" ").filter(Boolean), file.href],
    env: { NO_COLOR: "1", ...env },
    cwd,
  });
  await Deno.remove(cwd, { recursive: true });
  assertEquals(code, 0, stderr);
  return stdout;
}

test("there are five examples of at most 30 lines, and this file runs all of them", async () => {
  const folder = new URL("../examples/", import.meta.url);
  const tests = await Deno.readTextFile(new URL(import.meta.url));
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assertEquals(names.length, 5);
  for (const name of names) {
    const lines = (await Deno.readTextFile(new URL(name, folder))).trimEnd().split("\n");
    assert(lines.length <= 30, `${name} has ${lines.length} lines`);
    assert(tests.includes(`run("${name}"`), name);
  }
});

test("examples/jax_random.ts prints the numbers of JAX 0.10.2", async () => {
  assertEquals((await run("jax_random.ts")).split("\n"), [
    "bits:   3125294276 3383865362 780371127",
    "normal: 0.6057640314102173 0.7990440726280212 -0.9089270234107971",
    "choice: 26723 52224 43860 36328 19871",
    "",
  ]);
});

test("examples/own_data.ts learns the direction of bars", async () => {
  const [, percent] = (await run("own_data.ts")).match(/^([\d.]+)% of the test rows\n$/)!;
  assert(Number(percent) > 95, percent);
});

test("examples/save_and_predict.ts reads a digit", async () => {
  const [accuracy, answer] = (await run("save_and_predict.ts")).split("\n");
  assert(parseFloat(accuracy) > 90, accuracy);
  assertMatch(answer, /^It is a (\d); the net predicts \1 at 0[.]9/);
});

test("examples/engine.ts learns without train()", async () => {
  const lines = (await run("engine.ts")).trimEnd().split("\n").map((line) => line.split(" "));
  assertEquals(lines.length, 5);
  const [accuracy, loss] = lines[4].map(Number);
  assert(accuracy > 0.7 && loss < Number(lines[0][1]), lines.join("; "));
});

Deno.test("examples/train.ts trains on MNIST", await needs("mnist"), async () => {
  const MNIST_DIR = await Deno.realPath(mnistDirectory());
  const lines = (await run("train.ts", { MNIST_DIR })).trimEnd().split("\n");
  assertEquals(lines.length, 8);
  const [, accuracy] = lines[7].match(/^on all test rows: (\S+)$/)!;
  assert(Number(accuracy) > 0.7, accuracy);
});

/**
 * A word without an entry in its table is a type error: adds words to the types in a copy of the
 * sources, and checks it.
 */
import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "./processes.ts";
import { test } from "./requirements.ts";

const ROOT = new URL("..", import.meta.url);

const EXPORT = "lib/model/export_text.ts";
const ONNX = "lib/model/onnx.ts";
const FOLD = "lib/model/fold_pixels.ts";

/** The files of the types, how each begins, and the files whose tables lack the added word. */
const WORDS: [file: string, type: string, tables: string[]][] = [
  ["lib/net/activations.ts", "Activation", ["lib/net/activations.ts", EXPORT]],
  ["lib/net/activations.ts", "ForeignActivation", ["lib/net/activations.ts", EXPORT, ONNX]],
  ["lib/net/heads.ts", "Head", ["lib/net/heads.ts"]],
  ["lib/net/initialize.ts", "Initialization", ["lib/net/initialize.ts"]],
  ["lib/training/schedules.ts", "Schedule", ["lib/training/schedules.ts"]],
  ["lib/training/augmentations.ts", "AugmentationKind", ["lib/training/augmentations.ts"]],
  ["lib/data/dataset.ts", "PixelScale", ["lib/data/normalize.ts", EXPORT, ONNX, FOLD]],
  ["lib/data/split.ts", "SplitKind", ["lib/data/split.ts"]],
  ["lib/net/optimizers.ts", "Optimizer", ["lib/net/optimizers.ts"]],
];

test("a word that is added to a type must be added to each table of its words", async () => {
  const copy = await Deno.makeTempDir();
  try {
    await copyFolder(new URL("lib/", ROOT), `${copy}/lib`);
    for (const file of ["deno.json", "import_map.json", "types"]) {
      await Deno.symlink(new URL(file, ROOT), `${copy}/${file}`);
    }
    for (const [file, type] of WORDS) {
      const path = `${copy}/${file}`;
      const text = await Deno.readTextFile(path);
      const word = type === "Optimizer" ? '{ name: "added" }' : '"added"';
      const changed = text.replace(`export type ${type} =`, `export type ${type} = | ${word} | `)
        .replace(/\| +\n? +\|/, "|");
      assert(changed !== text, `${type} is declared in ${file}`);
      await Deno.writeTextFile(path, changed);
    }
    const { code, stderr } = await runToEnd(Deno.execPath(), {
      args: ["check", "lib/training/options.ts", EXPORT, ONNX, FOLD],
      cwd: copy,
      env: { NO_COLOR: "1" },
    });
    assert(code !== 0);
    const failed = [...stderr.matchAll(/at file:\/\/\S*?\/(lib\/\S+?):\d+/g)].map(([, at]) => at);
    assertEquals(
      [...new Set(failed)].sort(),
      [...new Set(WORDS.flatMap(([, , tables]) => tables))].sort(),
    );
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
});

async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(new URL(`${name}/`, from), `${to}/${name}`);
    else await Deno.copyFile(new URL(name, from), `${to}/${name}`);
  }
}

/** Runs every command of docs/recipes.md on small data. */
import { assert, assertEquals } from "@std/assert";
import { encode } from "fast-png";
import { zipSync } from "fflate";
import text from "../docs/recipes.md" with { type: "text" };
import type { Dataset } from "../lib/data/dataset.ts";
import { syntheticDigits } from "../lib/data/synthetic.ts";
import { encodeNpz } from "../lib/model/npz.ts";
import { modelTensors } from "../lib/model/saved_model.ts";
import { drawnModel } from "./cli/trained_nets.ts";
import { startTask } from "./cli/run_cli.ts";
import { folder } from "./data/idx_files.ts";
import { needs } from "./requirements.ts";

const DATA = syntheticDigits({ trainRows: 120, testRows: 30 });
/** Flags that make a run short. */
const SHORT: Record<string, string[]> = {
  train: ["--backend", "cpu", "--iterations", "20"],
};

const image = (row: number) => DATA.images.subarray(784 * row, 784 * (row + 1));
const rowNumbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => from + i);

function csv(rows: number[], invert = false): Uint8Array {
  const lines = rows.map((row) =>
    [DATA.labels[row], ...image(row).map((pixel) => invert ? 255 - pixel : pixel)].join()
  );
  return new TextEncoder().encode(lines.join("\n") + "\n");
}

/** Encodes an array of bytes as numpy.save does. */
function npy(shape: number[], items: Uint8Array): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${tuple}), }`.padEnd(117) +
    "\n";
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0];
  return Uint8Array.of(...magic, ...new TextEncoder().encode(header), ...items);
}

function arrays(names: Record<string, [number, number]>, isColumn: boolean): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  for (const [pair, [from, to]] of Object.entries(names)) {
    const [images, labels] = pair.split(" ");
    files[`${images}.npy`] = npy([to - from, 28, 28], DATA.images.slice(784 * from, 784 * to));
    const shape = isColumn ? [to - from, 1] : [to - from];
    files[`${labels}.npy`] = npy(shape, DATA.labels.slice(from, to));
  }
  return zipSync(files);
}

function pictures(root: string, scale: number, { labels }: Dataset = DATA) {
  const entries = rowNumbers(0, 150).map((row): [string, Uint8Array] => {
    const side = 28 * scale;
    const data = Uint8Array.from(
      { length: side * side },
      (_, i) => image(row)[28 * Math.floor(i / side / scale) + Math.floor(i % side / scale)],
    );
    const part = scale > 1 ? "" : row < 120 ? "train/" : "test/";
    const bytes = encode({ width: side, height: side, channels: 1, depth: 8, data });
    return [`${root}/${part}${labels[row]}/${row}.png`, bytes];
  });
  return Object.fromEntries(entries);
}

/** The files that the recipes name. */
const files = (): Record<string, Uint8Array> => ({
  "digits.csv": csv(rowNumbers(0, 150)),
  "train.csv": csv(rowNumbers(0, 120)),
  "test.csv": csv(rowNumbers(120, 150)),
  "paper.csv": csv(rowNumbers(0, 150), true),
  "mnist.npz": arrays({ "x_train y_train": [0, 120], "x_test y_test": [120, 150] }, false),
  "medmnist.npz": arrays({
    "train_images train_labels": [0, 100],
    "val_images val_labels": [100, 120],
    "test_images test_labels": [120, 150],
  }, true),
  "net.npz": encodeNpz(modelTensors(drawnModel())),
  ...pictures("mnist_png", 1),
  ...pictures("scans", 4),
});

const recipes = text.split(/^## /m).slice(1).map((section) => {
  const [title] = section.split("\n", 1);
  const commands = [...section.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, code]) =>
    code.trim().split("\n")
  );
  return { title, commands };
});

const slow = await needs("time");
Deno.test("docs/recipes.md: all commands end without an error", slow, async () => {
  using data = folder(files());
  assert(recipes.length > 5);
  // Each recipe in turn, the recipes at once.
  await Promise.all(recipes.map(async ({ title, commands }) => {
    for (const command of commands) {
      const [, piped, task, flags] = /^(?:cat (\S+) \| )?deno task (\S+)(.*)$/.exec(command)!;
      const args = [...flags.trim().split(" "), ...SHORT[task] ?? []];
      await using process = startTask(task as Parameters<typeof startTask>[0], args, {}, {
        cwd: data.path,
        stdin: piped ? "piped" : "null",
      });
      if (piped) {
        const input = await Deno.open(`${data.path}/${piped}`);
        await input.readable.pipeTo(process.stdin);
      }
      const { code, stderr } = await process.output();
      assertEquals([code, title], [0, title], `${command}\n${new TextDecoder().decode(stderr)}`);
    }
  }));
});

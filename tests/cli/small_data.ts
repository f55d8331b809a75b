/** Small data sets as files, and flags of short runs that learn something from them. */
import { writeIdxFolder } from "../../bench/digits.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { readRunDirectory } from "../../lib/runs/run_directory.ts";
import { folder } from "../data/idx_files.ts";
import { succeed } from "./run_cli.ts";

/** Creates a folder of IDX files with 500 synthetic training digits and 100 test digits. */
export function digitsFolder(): ReturnType<typeof folder> {
  const created = folder();
  writeIdxFolder(created.path, syntheticDigits({ trainRows: 500, testRows: 100 }));
  return created;
}

/** Flags of a short run with a small net. */
export const QUICK = [
  ...["--backend", "cpu", "--hidden", "8,8", "--iterations", "60", "--batch-size", "10"],
  ...["--eval-every", "20", "--eval-size", "20"],
];

/** Flags of a short run with Adam, which has the most state of all optimizers. */
export const QUICK_ADAM = [...QUICK, "--optimizer", "adam", "--learning-rate", "0.01", "--quiet"];

/**
 * Creates a folder with `bars.csv`: 210 images of 4 x 4 pixels; the label is the row of the bar.
 */
export function barsFolder(): ReturnType<typeof folder> & { csv: string } {
  const lines = Array.from({ length: 210 }, (_, i) => {
    const label = i % 4;
    const pixels = Array.from({ length: 16 }, (_, pixel) => {
      const noise = (i + 1) * (37 * pixel + 111) % 61; // no two images are equal
      return Math.floor(pixel / 4) === label ? 255 - noise : noise;
    });
    return [label, ...pixels].join();
  });
  const created = folder({ "bars.csv": new TextEncoder().encode(lines.join("\n") + "\n") });
  return { ...created, csv: `${created.path}/bars.csv` };
}

/** A run on `bars.csv`: its data, its folder and its checkpoint. */
interface SavedRun extends Disposable {
  data: ReturnType<typeof barsFolder>;
  out: string;
  file: string;
}

/** Trains on `bars.csv`; saves a checkpoint every so many steps. */
export async function savedRun(saveEvery: number): Promise<SavedRun> {
  const data = barsFolder();
  const out = `${data.path}/run`;
  await succeed`train ${QUICK_ADAM} --dataset ${data.csv} --save-every ${saveEvery} --out ${out}`;
  const file = `${out}/checkpoint.safetensors`;
  return { data, out, file, [Symbol.dispose]: () => data[Symbol.dispose]() };
}

/** Returns the result of a saved run, without times, which differ from run to run. */
export async function resultOf(folder: string): Promise<unknown> {
  const { run, model } = await readRunDirectory(folder);
  const { iterations, accuracy, loss } = run.result;
  const curve = run.curve.map(({ seconds: _, ...point }) => point);
  return { iterations, accuracy, loss, curve, parameters: model.parameters };
}

/** A small data set as a file, for runs that take a moment and yet learn something. */
import { writeIdxFolder } from "../../bench/digits.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { folder } from "../data/idx_files.ts";

/** A folder of IDX files: 500 synthetic digits to train on, 100 to test on. */
export function digitsFolder(): ReturnType<typeof folder> {
  const made = folder();
  writeIdxFolder(made.path, syntheticDigits({ trainRows: 500, testRows: 100 }));
  return made;
}

/** Options of a net that fits the data, and is done in a moment. */
export const QUICK = [
  ...["--backend", "cpu", "--hidden", "8,8", "--iterations", "60", "--batch-size", "10"],
  ...["--eval-every", "20", "--eval-size", "20"],
];

/** A folder with `bars.csv` in it: 210 images of 4 x 4 pixels, the label being the row with a bar. */
export function barsFolder(): ReturnType<typeof folder> & { csv: string } {
  const lines = Array.from({ length: 210 }, (_, i) => {
    const label = i % 4;
    const pixels = Array.from({ length: 16 }, (_, pixel) => {
      const noise = (i * 37 + pixel * 101) % 60;
      return Math.floor(pixel / 4) === label ? 255 - noise : noise;
    });
    return [label, ...pixels].join();
  });
  const made = folder({ "bars.csv": new TextEncoder().encode(lines.join("\n") + "\n") });
  return { ...made, csv: `${made.path}/bars.csv` };
}

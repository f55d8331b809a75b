import { assertEquals } from "@std/assert";
import {
  bestOf,
  differingOptions,
  summarize,
  summaryLines,
} from "../../lib/report/sweep_summary.ts";
import { resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";
import type { RunRecord } from "../../lib/training/record.ts";

/** Creates a run with these accuracies; without a test accuracy, the run diverged. */
function run(options: Partial<TrainingOptions>, test?: number, validation?: number): RunRecord {
  return {
    dataset: "mnist",
    options: resolveOptions(options),
    backend: "cpu",
    device: "one CPU core",
    ...(test !== undefined && {
      result: {
        iterations: 5000,
        seconds: 10,
        accuracy: test,
        loss: 1,
        ...(validation !== undefined && { validation: { accuracy: validation, loss: 1 } }),
      },
    }),
  };
}

Deno.test("summarize() groups runs that differ only in the seed", () => {
  const combined = summarize([
    run({ seed: 1, learningRate: 0.1 }, 0.9),
    run({ seed: 1, learningRate: 1 }, 0.5),
    run({ seed: 2, learningRate: 0.1 }, 0.94),
    run({ seed: 2, learningRate: 1 }),
  ]);
  assertEquals(combined.map(({ runs, diverged }) => [runs, diverged]), [[2, 0], [1, 1]]);
  const [{ accuracy }] = combined;
  assertEquals([accuracy?.lowest, accuracy?.highest], [0.9, 0.94]);
  assertEquals(accuracy?.mean.toFixed(6), "0.920000");
  assertEquals(accuracy?.deviation.toFixed(6), "0.028284"); // 0.04 / sqrt(2)
  assertEquals(differingOptions(combined.map(({ options }) => options)), ["learningRate"]);
});

Deno.test("summaryLines() formats a table of the differing options, and the best combination", () => {
  const lines = summaryLines(summarize([
    run({ seed: 1, hidden: [50, 100] }, 0.9),
    run({ seed: 2, hidden: [50, 100] }, 0.94),
    run({ seed: 1, hidden: [8, 8] }, 0.5),
    run({ seed: 1, hidden: [9, 9] }),
  ]));
  assertEquals(lines.slice(0, 5), [
    "hidden  runs   test accuracy  lowest  highest  seconds",
    "50,100     2  92.00% +- 2.83  90.00%   94.00%    10.00",
    "   8,8     1          50.00%  50.00%   50.00%    10.00",
    "   9,9     0                                            1 diverged",
    "",
  ]);
  assertEquals(lines.length, 6);
  assertEquals(
    lines[5].startsWith("Best on the test rows: hidden 50,100; it was selected on"),
    true,
    lines[5],
  );
});

Deno.test("bestOf() selects on held-out rows, regardless of the test rows", () => {
  const combined = summarize([
    run({ learningRate: 0.1, validation: 100 }, 0.95, 0.9),
    run({ learningRate: 1, validation: 100 }, 0.93, 0.92),
  ]);
  assertEquals(bestOf(combined)?.options.learningRate, 1);
  assertEquals(summaryLines(combined).at(-1), "Best on the held-out rows: learningRate 1");
});

Deno.test("bestOf() returns undefined if there are fewer than two combinations to compare", () => {
  assertEquals(bestOf([]), undefined);
  assertEquals(bestOf(summarize([run({ seed: 1 }, 0.9), run({ seed: 2 }, 0.8)])), undefined);
  assertEquals(bestOf(summarize([run({ decay: 1 }), run({ decay: 0.1 }, 0.5)])), undefined);
});

/** Compares runs on real MNIST with the results that the published notebook printed. */
import { assert, assertEquals } from "@std/assert";
import { loadMnist } from "../lib/data/idx_source.ts";
import { logLines } from "../lib/report/console.ts";
import type { TrainingEvent } from "../lib/training/events.ts";
import { train } from "../lib/training/train.ts";
import { mnistDirectory, needs } from "./requirements.ts";

/** The published accuracies in percent after 0, 500, 1000... steps. */
const LOGGED = [8.7, 79.7, 85.5, 88.8, 89.0, 89.5, 91.8, 91.8, 91.2, 91.4, 91.8];
const FINAL = 91.74;

/**
 * Returns how many percentage points a correct run may differ. Training amplifies rounding
 * differences, and at the start up to half of the rows have tied outputs. JAX itself, with the same
 * draws, differs by up to 0.45.
 */
function tolerance(iteration: number): number {
  if (iteration === 0) return 0.6;
  return iteration === 500 ? 3 : 2;
}

for (
  const [backend, iterations, ...more] of [
    ["cpu", 1500],
    ["cpu", 5000, "time"],
    ["webgpu", 5000, "webgpu", "time"],
  ] as const
) {
  Deno.test({
    name: `train() repeats the first ${iterations} steps of the notebook's run on ${backend}`,
    ...await needs("mnist", ...more),
    async fn() {
      const data = await loadMnist({ directory: mnistDirectory() });
      const events = await Array.fromAsync(train({ data, backend, iterations }));
      console.log(events.flatMap(logLines).join("\n"));

      const started = one(events, "started");
      assertEquals([started.seed, started.backend], [298504, backend]);
      assertEquals(started.layers, [784, 50, 100, 10]);
      const sample = one(events, "sample");
      assertEquals([sample.index, sample.label], [55147, 8]);

      const evaluated = events.filter((event) => event.type === "evaluated");
      const expected = LOGGED.map((_, i) => 500 * i).filter((at) => at <= iterations);
      assertEquals(evaluated.map(({ iteration }) => iteration), expected);
      for (const [i, { iteration, accuracy }] of evaluated.entries()) {
        assertNear(accuracy, LOGGED[i], tolerance(iteration), `after ${iteration} steps`);
      }
      const finished = one(events, "finished");
      assertEquals(finished.iterations, iterations);
      if (iterations < 5000) return;
      assertNear(finished.accuracy, FINAL, 0.7, "on all test rows");
    },
  });
}

function one<Kind extends TrainingEvent["type"]>(
  events: TrainingEvent[],
  kind: Kind,
): Extract<TrainingEvent, { type: Kind }> {
  const found = events.filter((event) => event.type === kind);
  assertEquals(found.length, 1, kind);
  return found[0] as Extract<TrainingEvent, { type: Kind }>;
}

/** Compares accuracies in hundredths of a percent, in which all of them are whole numbers. */
function assertNear(accuracy: number, percent: number, points: number, when: string): void {
  const difference = Math.abs(Math.round(10000 * accuracy) - Math.round(100 * percent));
  assert(
    difference <= 100 * points,
    `${100 * accuracy}% ${when} is more than ${points} points off the notebook's ${percent}%`,
  );
}

import { assertEquals, assertRejects } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { createEngine } from "../../lib/engine/create.ts";
import type { EngineOptions } from "../../lib/engine/engine.ts";
import { resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";
import { sweep, type SweepEvent, type SweptRun } from "../../lib/training/sweep.ts";
import { sweepSideBySide } from "../../lib/training/sweep_jobs.ts";
import { test } from "../requirements.ts";

const DATA = syntheticDigits({ trainRows: 120, testRows: 30 });
const SMALL = {
  iterations: 20,
  batchSize: 10,
  evalEvery: 10,
  evalSize: 20,
  hidden: [6, 5],
} as const;

/** The runs by their options, without the seconds, which differ from time to time. */
async function resultsOf(events: AsyncIterable<SweepEvent>): Promise<Map<string, unknown>> {
  const runs = (await Array.fromAsync(events)).filter((event) => event.event === "run");
  return new Map(runs.map(({ options, result, ...others }: SweptRun) => {
    const { seconds: _, ...numbers } = result ?? { seconds: 0 };
    return [JSON.stringify(options), { ...others, numbers }];
  }));
}

function sideBySide(runs: TrainingOptions[], jobs: number): AsyncGenerator<SweepEvent> {
  return sweepSideBySide({ data: DATA, runs, jobs, threads: 1 });
}

test("sweepSideBySide() gives the bits of one run after the other, for any number of jobs", async () => {
  const wild = { head: "softmax", activation: "relu", learningRate: 1e30 } as const;
  const runs = [
    ...[1, 2, 3].map((seed) => ({ ...SMALL, seed })),
    { ...SMALL, hidden: [4, 7] as const, validation: 30 },
    { ...SMALL, ...wild },
    { ...SMALL, ...wild, optimizer: "adam" as const, learningRate: 0.01 },
  ].map(resolveOptions);
  const makeEngine = (options: EngineOptions) => createEngine({ ...options, backend: "cpu" });
  const expected = await resultsOf(sweep({ data: DATA, runs, makeEngine }));
  assertEquals(expected.size, runs.length);
  for (const jobs of [1, 3]) {
    const found = await resultsOf(sideBySide(runs, jobs));
    assertEquals(new Map([...found].sort()), new Map([...expected].sort()), `${jobs} jobs`);
  }
});

test("sweepSideBySide() trains several runs at a time, and ends them where the loop is left", async () => {
  const runs = [1, 2].map((seed) => resolveOptions({ ...SMALL, seed, iterations: 1_000_000_000 }));
  const seen = new Set<number>();
  // That the test ends says that the Workers do.
  for await (const { options } of sideBySide(runs, 2)) {
    seen.add(options.seed);
    if (seen.size === 2) break;
  }
  assertEquals([...seen].sort(), [1, 2]);
});

Deno.test("sweepSideBySide() refuses the last run's options before it trains the first", async () => {
  const runs = [10, 121].map((batchSize) => resolveOptions({ ...SMALL, batchSize }));
  const events: SweepEvent[] = [];
  await assertRejects(
    async () => {
      for await (const event of sideBySide(runs, 2)) events.push(event);
    },
    RangeError,
    "at most the 120 rows to train on",
  );
  assertEquals(events, []);
});

test("sweepSideBySide() rejects with a Worker's error", async () => {
  const events = sideBySide([{ ...resolveOptions(SMALL), decay: -1 }], 1);
  await assertRejects(() => events.next(), Error, "decay must be a number above 0");
});

Deno.test("sweepSideBySide() of no runs ends at once", async () => {
  assertEquals(await Array.fromAsync(sideBySide([], 2)), []);
});

import { assertEquals, assertRejects } from "@std/assert";
import { createEngine } from "../../lib/engine/create.ts";
import type { EngineOptions } from "../../lib/engine/engine.ts";
import type { Initialization } from "../../lib/net/initialize.ts";
import type { TrainingOptions } from "../../lib/training/options.ts";
import {
  EngineRunner,
  runAll,
  type SweepEvent,
  type SweepRun,
} from "../../lib/training/run_all.ts";
import { WorkerRunner } from "../../lib/training/worker_runner.ts";
import { test } from "../requirements.ts";
import { DATA, DIVERGING, shortRun } from "./sweep_runs.ts";

/** Returns the results of the runs by their options, without the seconds, which vary. */
async function resultsOf(events: AsyncIterable<SweepEvent>): Promise<Map<string, unknown>> {
  const runs = (await Array.fromAsync(events)).filter((event) => event.type === "run");
  return new Map(runs.map(({ options, result, ...others }: SweepRun) => {
    const { seconds: _, ...numbers } = result ?? { seconds: 0 };
    return [JSON.stringify(options), { ...others, numbers }];
  }));
}

function sideBySide(runs: TrainingOptions[], jobs: number): AsyncGenerator<SweepEvent> {
  return runAll({ data: DATA, runs, jobs, makeRunner: () => new WorkerRunner(DATA, 1) });
}

test("runAll() in Workers gives the same bits as in this thread, with any number of jobs", async () => {
  const runs = [
    ...[1, 2, 3].map((seed) => shortRun({ seed })),
    shortRun({ hidden: [4, 7], validation: 30 }),
    shortRun(DIVERGING),
    shortRun({ ...DIVERGING, optimizer: "adam", learningRate: 0.01 }),
  ];
  const makeEngine = (options: EngineOptions) => createEngine({ ...options, backend: "cpu" });
  const expected = await resultsOf(
    runAll({ data: DATA, runs, makeRunner: () => new EngineRunner(DATA, makeEngine) }),
  );
  assertEquals(expected.size, runs.length);
  for (const jobs of [1, 3]) {
    const found = await resultsOf(sideBySide(runs, jobs));
    assertEquals(new Map([...found].sort()), new Map([...expected].sort()), `${jobs} jobs`);
  }
});

test("runAll() in Workers trains runs at the same time, and stops them when the loop is left", async () => {
  const runs = [1, 2].map((seed) => shortRun({ seed, iterations: 1_000_000_000 }));
  const seen = new Set<number>();
  const { Worker } = globalThis;
  let terminated = 0;
  globalThis.Worker = class extends Worker {
    override terminate(): void {
      terminated++;
      super.terminate();
    }
  };
  try {
    for await (const { options } of sideBySide(runs, 2)) {
      seen.add(options.seed);
      if (seen.size === 2) break;
    }
  } finally {
    globalThis.Worker = Worker;
  }
  assertEquals([[...seen].sort(), terminated], [[1, 2], 2]);
});

test("runAll() in Workers rejects with a Worker's error", async () => {
  const initialization = "unknown" as Initialization; // only the Worker looks it up
  const events = sideBySide([{ ...shortRun(), initialization }], 1);
  await assertRejects(() => events.next(), Error, "undefined");
});

Deno.test("runAll() in Workers yields nothing if there are no runs", async () => {
  assertEquals(await Array.fromAsync(sideBySide([], 2)), []);
});

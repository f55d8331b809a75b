/** Tests of runAll() with EngineRunner: results, shared engines, divergence and disposal. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { splitDataset } from "../../lib/data/split.ts";
import { createEngine } from "../../lib/engine/create.ts";
import type { Engine, EngineOptions } from "../../lib/engine/engine.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import { evaluate } from "../../lib/training/evaluate.ts";
import type { TrainingOptions } from "../../lib/training/options.ts";
import { EngineRunner, runAll, type SweepRun } from "../../lib/training/run_all.ts";
import { trainModel } from "../../lib/training/train.ts";
import { DATA, DIVERGING, shortRun } from "./sweep_runs.ts";

/** Creates engines, and records when each was created and disposed of. */
function engineMaker() {
  const log: string[] = [];
  return {
    log,
    async makeEngine(options: EngineOptions): Promise<Engine> {
      const engine = await createEngine({ ...options, backend: "cpu" });
      const name = options.architecture.hidden.join();
      const dispose = engine[Symbol.asyncDispose].bind(engine);
      log.push(`created ${name}`);
      engine[Symbol.asyncDispose] = async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push(`disposed of ${name}`);
        await dispose();
      };
      return engine;
    },
  };
}

async function sweepAll(
  runs: TrainingOptions[],
  { makeEngine } = engineMaker(),
): Promise<SweepRun[]> {
  const events = await Array.fromAsync(
    runAll({ data: DATA, runs, makeRunner: () => new EngineRunner(DATA, makeEngine) }),
  );
  return events.filter((event) => event.type === "run");
}

function trainAlone(options: TrainingOptions) {
  return trainModel({ data: DATA, backend: "cpu", ...options });
}

Deno.test("runAll() gives each run the same result as train(), although the runs share an engine", async () => {
  const runs = [1, 2].flatMap((seed) =>
    [0.1, 1].map((learningRate) => shortRun({ seed, learningRate }))
  );
  const maker = engineMaker();
  const swept = await sweepAll(runs, maker);
  assertEquals(maker.log, ["created 6,5", "disposed of 6,5"]);
  assertEquals(swept.map(({ options }) => options), runs);
  for (const { options, result, dataset, backend } of swept) {
    const { accuracy, loss, iterations } = await trainAlone(options);
    assertEquals([result?.accuracy, result?.loss], [accuracy, loss]);
    assertEquals([result?.iterations, dataset, backend], [iterations, "synthetic", "cpu"]);
  }
});

Deno.test("runAll() has one engine open at a time, and trains the runs that can share it one after another", async () => {
  const runs = ([[6, 5], [4, 4], [6, 5]] as const)
    .map((hidden, seed) => shortRun({ hidden, seed }));
  const maker = engineMaker();
  const swept = await sweepAll(runs, maker);
  assertEquals(swept.map(({ options }) => options.seed), [0, 2, 1]);
  assertEquals(maker.log, ["created 6,5", "disposed of 6,5", "created 4,4", "disposed of 4,4"]);
});

Deno.test("runAll() evaluates the trained net on all validation rows", async () => {
  const options = shortRun({ split: "original", validation: 40 });
  const [{ result }] = await sweepAll([options]);
  const sampler = new DistSampler(options.seed);
  const { validation } = splitDataset(DATA, sampler, { kind: "original", validation: 40 });
  const { accuracy, loss } = evaluate(await trainAlone(options), DATA, validation);
  assertEquals(result?.validation?.accuracy, accuracy);
  assert(Math.abs(result!.validation!.loss - loss) < 1e-5);
});

Deno.test("runAll() continues after a run that diverges, which does not affect the next run", async () => {
  for (const optimizer of ["sgd", "adam"] as const) {
    const options = { ...DIVERGING, optimizer };
    const runs = [shortRun(options), shortRun({ ...options, learningRate: 0.01 })];
    const [diverged, next] = await sweepAll(runs);
    assertEquals(diverged.result, undefined, optimizer);
    assertEquals(next.result?.loss, (await trainAlone(runs[1])).loss, optimizer);
  }
});

Deno.test("runAll() checks the options of all runs before it trains the first", async () => {
  const runs = [10, 121].map((batchSize) => shortRun({ batchSize }));
  const maker = engineMaker();
  await assertRejects(() => sweepAll(runs, maker), RangeError, "at most the 120 rows to train on");
  assertEquals(maker.log, []);
});

Deno.test("runAll() disposes of its engine when the loop is left early", async () => {
  const maker = engineMaker();
  const runs = [shortRun({ iterations: 1_000_000 })];
  for await (
    const event of runAll({
      data: DATA,
      runs,
      makeRunner: () => new EngineRunner(DATA, maker.makeEngine),
    })
  ) {
    assertEquals(event.type, "progress");
    break;
  }
  assertEquals(maker.log, ["created 6,5", "disposed of 6,5"]);
});

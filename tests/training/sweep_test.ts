import { assert, assertEquals, assertRejects } from "@std/assert";
import { splitDataset } from "../../lib/data/split.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { createEngine } from "../../lib/engine/create.ts";
import type { Engine, EngineOptions } from "../../lib/engine/engine.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import { evaluate } from "../../lib/training/evaluate.ts";
import { resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";
import { sweep, type SweptRun } from "../../lib/training/sweep.ts";
import { train } from "../../lib/training/train.ts";

const DATA = syntheticDigits({ trainRows: 120, testRows: 30 });
const SMALL = {
  iterations: 20,
  batchSize: 10,
  evalEvery: 10,
  evalSize: 20,
  hidden: [6, 5],
} as const;

/** Makes engines, and remembers when each was made and disposed of. */
function engineMaker() {
  const life: string[] = [];
  return {
    life,
    async makeEngine(options: EngineOptions): Promise<Engine> {
      const engine = await createEngine({ ...options, backend: "cpu" });
      const name = options.architecture.hidden.join();
      const dispose = engine[Symbol.asyncDispose].bind(engine);
      life.push(`made ${name}`);
      engine[Symbol.asyncDispose] = () => {
        life.push(`disposed of ${name}`);
        return dispose();
      };
      return engine;
    },
  };
}

async function sweepAll(
  runs: TrainingOptions[],
  { makeEngine } = engineMaker(),
): Promise<SweptRun[]> {
  const events = await Array.fromAsync(sweep({ data: DATA, runs, makeEngine }));
  return events.filter((event) => event.event === "run");
}

/** What the same run comes to by itself. */
async function alone(options: TrainingOptions) {
  for await (const event of train({ data: DATA, backend: "cpu", ...options })) {
    if (event.event === "finished") return event;
  }
  throw new Error("the run did not finish");
}

Deno.test("sweep() gives what each run gives by itself, though they share an engine", async () => {
  const runs = [1, 2].flatMap((seed) =>
    [0.1, 1].map((learningRate) => resolveOptions({ ...SMALL, seed, learningRate }))
  );
  const maker = engineMaker();
  const swept = await sweepAll(runs, maker);
  assertEquals(maker.life, ["made 6,5", "disposed of 6,5"]);
  assertEquals(swept.map(({ options }) => options), runs);
  for (const { options, result, dataset, backend } of swept) {
    const { accuracy, loss, iterations } = await alone(options);
    assertEquals(result?.test, { accuracy, loss });
    assertEquals([result?.iterations, dataset, backend], [iterations, "synthetic", "cpu"]);
  }
});

Deno.test("sweep() has one engine at a time, and brings together the runs that it serves", async () => {
  const runs = ([[6, 5], [4, 4], [6, 5]] as const)
    .map((hidden, seed) => resolveOptions({ ...SMALL, hidden, seed }));
  const maker = engineMaker();
  const swept = await sweepAll(runs, maker);
  assertEquals(swept.map(({ options }) => options.seed), [0, 2, 1]);
  assertEquals(maker.life, ["made 6,5", "disposed of 6,5", "made 4,4", "disposed of 4,4"]);
});

Deno.test("sweep() scores all the rows held out with the net as it is at the end", async () => {
  const options = resolveOptions({ ...SMALL, split: "original", validation: 40 });
  const [{ result }] = await sweepAll([options]);
  const sampler = new DistSampler(options.seed);
  const { validation } = splitDataset(DATA, sampler, { kind: "original", validation: 40 });
  const { accuracy, loss } = evaluate(await alone(options), DATA, validation);
  assertEquals(result?.validation?.accuracy, accuracy);
  assert(Math.abs(result!.validation!.loss - loss) < 1e-5);
});

Deno.test("sweep() goes on after a run that diverges, with numbers that it did not spoil", async () => {
  const wild = { head: "softmax", activation: "relu", learningRate: 1e30 } as const;
  const runs = [wild, { ...wild, learningRate: 0.01 }]
    .map((options) => resolveOptions({ ...SMALL, ...options }));
  const [diverged, sane] = await sweepAll(runs);
  assertEquals(diverged.result, undefined);
  assertEquals(sane.result?.test.loss, (await alone(runs[1])).loss);
});

Deno.test("sweep() refuses the last run's options before it trains the first", async () => {
  const runs = [10, 121].map((batchSize) => resolveOptions({ ...SMALL, batchSize }));
  const maker = engineMaker();
  await assertRejects(() => sweepAll(runs, maker), RangeError, "at most the 120 rows to train on");
  assertEquals(maker.life, []);
});

Deno.test("sweep() disposes of its engine where the loop is left early", async () => {
  const maker = engineMaker();
  const runs = [resolveOptions({ ...SMALL, iterations: 1_000_000 })];
  for await (const event of sweep({ data: DATA, runs, makeEngine: maker.makeEngine })) {
    assertEquals(event.event, "progress");
    break;
  }
  assertEquals(maker.life, ["made 6,5", "disposed of 6,5"]);
});

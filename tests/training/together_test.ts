/** Tests of runAll() on an engine that trains several nets together. */
import { assert, assertEquals } from "@std/assert";
import { findAdapter, Gpu } from "../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine, type WebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import type { TrainingOptions } from "../../lib/training/options.ts";
import { EngineRunner, runAll, type SweepRun } from "../../lib/training/run_all.ts";
import { engineOptions } from "../../lib/training/engine_options.ts";
import { needs } from "../requirements.ts";
import { DATA, DIVERGING, shortRun } from "./sweep_runs.ts";

const webgpu = await needs("webgpu");

async function openEngine(options: TrainingOptions): Promise<WebGpuEngine> {
  const gpu = await Gpu.open((await findAdapter())!);
  return await createWebGpuEngine(gpu, engineOptions(options, DATA), "hardware");
}

/** Returns the same engine, which trains at most so many nets together, and logs how many. */
function limited(engine: Engine, nets: number, log: number[] = []): Engine {
  return new Proxy(engine, {
    get(_, name) {
      if (name === "nets") return nets;
      if (name === "together") return (count: number) => (log.push(count), engine.together(count));
      const value = Reflect.get(engine, name);
      return typeof value === "function" ? value.bind(engine) : value;
    },
  });
}

/** Trains runs, and returns their records without times, in the order of the runs. */
async function trainAll(runs: TrainingOptions[], engine: Engine): Promise<SweepRun[]> {
  const makeRunner = () => new EngineRunner(DATA, () => Promise.resolve(engine));
  const events = await Array.fromAsync(runAll({ data: DATA, runs, makeRunner }));
  const ended = events.filter((event) => event.type === "run");
  return runs.map((options) => {
    const { result, ...run } = ended.find((event) => event.options === options)!;
    return { ...run, ...result && { result: { ...result, seconds: 0 } } };
  });
}

Deno.test({
  name: "runAll() gives runs that train together the results of each alone, one of which diverges",
  ...webgpu,
  async fn() {
    const base = { ...DIVERGING, validation: 15, evalSize: 15, hidden: [6, 5] } as const;
    const runs = [
      ...[1, 2, 3].map((seed) => shortRun({ ...base, seed, learningRate: 0.1 / seed })),
      shortRun(base),
      shortRun({ ...base, learningRate: 0.01, iterations: 33, evalEvery: 5 }),
      shortRun({ ...base, learningRate: 0.01, iterations: 200, patience: 2, evalEvery: 3 }),
      shortRun({ ...base, seed: 4, learningRate: 0.02, schedule: "linear", iterations: 7 }),
    ];
    const log: number[] = [];
    const alone = await trainAll(runs, limited(await openEngine(runs[0]), 1, log));
    assertEquals(log, []);
    assertEquals(alone.map(({ result }) => result === undefined), runs.map((_, i) => i === 3));
    assert(alone[5].result!.iterations < 200);
    assertEquals(await trainAll(runs, limited(await openEngine(runs[0]), 5, log)), alone);
    assertEquals(log, [5, 2]);
  },
});

Deno.test({
  name: "runAll() ends runs that train together when the loop is left early or aborted",
  ...webgpu,
  async fn() {
    const runs = [1, 2, 3].map((seed) => shortRun({ seed, iterations: 100_000 }));
    for (const how of ["left", "aborted"]) {
      const engine = await openEngine(runs[0]);
      const controller = new AbortController();
      const makeRunner = () => new EngineRunner(DATA, () => Promise.resolve(engine));
      const { signal } = controller;
      for await (const event of runAll({ data: DATA, runs, makeRunner, signal })) {
        assertEquals(event.type, "progress");
        if (how === "left") break;
        controller.abort();
      }
      let isUsable = true;
      await engine.settle().catch(() => isUsable = false);
      assert(!isUsable, "the engine was not disposed of");
    }
  },
});

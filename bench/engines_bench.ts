/**
 * Measures the engines' steps, evaluations, row sampling and whole run with `deno bench`, and the
 * trial of an adapter, if there is one. The results are compared with float64 before anything is
 * timed. Run by `deno task bench`, or alone by
 * `deno bench --lock=deno.lock --allow-read --allow-env=MNIST_DIR,DENO_WEBGPU_BACKEND
 * bench/engines_bench.ts`.
 */
import { createEngine, listDevices } from "../lib/engine/create.ts";
import type { Engine, EngineOptions } from "../lib/engine/engine.ts";
import { tryAdapter } from "../lib/engine/trial.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { train } from "../lib/training/train.ts";
import { engineOptions } from "../lib/training/engine_options.ts";
import { notebookSteps, openCheckedEngine } from "./checked_engine.ts";
import { openDigits, tinyDataset } from "./digits.ts";

/** How often a benchmark repeats its work before it waits for the device. */
interface Repetitions {
  steps: number;
  evaluations: number;
  samples: number;
}

/** How many of 60,000 rows are sampled. */
const SAMPLED = [1, 10, 100, 250, 1000];

const data = openDigits();
await registerEngineBenches("cpu", { steps: 50, evaluations: 5, samples: 50 });

const adapters = (await listDevices()).filter(({ backend }) => backend === "webgpu");
if (adapters.length === 0) {
  console.log("Cannot time WebGPU: there is no adapter");
} else {
  // A GPU takes about 15 microseconds for a step, and a wait takes 11 ms, as long as 700 steps.
  await registerEngineBenches(
    "webgpu",
    adapters.every(({ software }) => software)
      ? { steps: 200, evaluations: 20, samples: 200 }
      : { steps: 20_000, evaluations: 1000, samples: 20_000 },
  );
  const [adapter, cpu] = await Promise.all(
    (["webgpu", "cpu"] as const).map((backend) =>
      createEngine({ ...engineOptions(NOTEBOOK, data), backend })
    ),
  );
  // With this trial, `auto` begins.
  Deno.bench("webgpu: trial of the notebook's net", { n: 5, warmup: 1 }, async () => {
    await tryAdapter(adapter, cpu);
  });
}

/**
 * Registers the benchmarks of an engine. Each benchmark repeats its work and then waits once,
 * because a wait for WebGPU takes 11 ms in Deno. Its name says how often the work is repeated.
 *
 * @param backend The engine
 * @param repetitions How often to repeat the work; the wait should be short compared with it
 */
async function registerEngineBenches(
  backend: "webgpu" | "cpu",
  { steps, evaluations, samples }: Repetitions,
): Promise<void> {
  // Engines stay open until the process ends, because `deno bench` does not tell when a file is done.
  const create = (options: EngineOptions) => createEngine({ ...options, backend });
  const engine = await openCheckedEngine({ data }, create);
  const group = (name: string) => ({ group: `${backend}, ${name}`, n: 10, warmup: 2 });
  const settled = (work: (engine: Engine) => void, on: Engine = engine) => async () => {
    work(on);
    await on.settle();
  };

  const queued = notebookSteps(steps);
  Deno.bench(
    `${backend}: ${steps} steps of 100 rows`,
    group("training"),
    settled((engine) => engine.step(queued)),
  );

  const testRows = Uint32Array.from({ length: 10_000 }, (_, i) => data.trainRows + i);
  const evaluated = testRows.subarray(0, NOTEBOOK.evalSize);
  Deno.bench(
    `${backend}: ${evaluations} evaluations of 1000 rows`,
    group("evaluation"),
    settled((engine) => {
      for (let i = 0; i < evaluations; i++) engine.evaluate(evaluated);
    }),
  );
  Deno.bench(
    `${backend}: 1 evaluation of 10,000 rows`,
    group("evaluation"),
    settled((engine) => engine.evaluate(testRows)),
  );

  const tiny = tinyDataset();
  for (const k of SAMPLED) {
    const net = { data: tiny, hidden: [1, 1], batchSize: k } as const;
    const sampling = await openCheckedEngine(net, create);
    const queued = notebookSteps(samples, k);
    Deno.bench(
      `${backend}: ${samples} samples of ${k} of 60,000 rows`,
      { ...group("sampling rows"), baseline: k === NOTEBOOK.batchSize },
      settled((engine) => engine.step(queued), sampling),
    );
  }

  Deno.bench(
    `${backend}: the notebook's whole run, 5000 steps and 11 evaluations`,
    { group: `${backend}, whole run`, n: 3, warmup: 1 },
    async () => {
      const events = train({ data, engine });
      for await (const _ of events);
    },
  );
}

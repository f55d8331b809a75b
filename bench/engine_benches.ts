/**
 * The benchmarks that both engines share: training steps, evaluations, sampling rows, and the
 * notebook's whole run. The results are compared with float64 before anything is timed.
 */
import type { Engine } from "../lib/engine/engine.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { train } from "../lib/training/train.ts";
import { openCheckedEngine } from "./checked_engine.ts";
import { openDigits } from "./digits.ts";
import { tinyDataset } from "./tiny_dataset.ts";
import { stepsOf } from "./steps.ts";

/** How often a benchmark repeats its work before it waits for the device. */
export interface Repetitions {
  steps: number;
  evaluations: number;
  samples: number;
}

/** How many of 60,000 rows are sampled. */
const SAMPLED = [1, 10, 100, 250, 1000];

/**
 * Registers the benchmarks of an engine. Each benchmark repeats its work and then waits once,
 * because a wait for WebGPU takes 11 ms in Deno. Its name says how often the work is repeated.
 *
 * @param backend The engine
 * @param repetitions How often to repeat the work; the wait should be short compared with it
 */
export async function registerEngineBenches(
  backend: "webgpu" | "cpu",
  { steps, evaluations, samples }: Repetitions,
): Promise<void> {
  const data = openDigits();
  const engine = await openCheckedEngine({ backend, data });
  const group = (name: string) => ({ group: `${backend}, ${name}`, n: 10, warmup: 2 });
  const settled = (work: (engine: Engine) => void, on: Engine = engine) => async () => {
    work(on);
    await on.settle();
  };

  const queued = stepsOf(steps);
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
    const sampling = await openCheckedEngine({ backend, data: tiny, hidden: [1, 1], batchSize: k });
    const queued = stepsOf(samples, k);
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

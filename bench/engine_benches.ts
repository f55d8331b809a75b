/** The benchmarks of both engines. */
import type { Engine } from "../lib/engine/engine.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { train } from "../lib/training/train.ts";
import { openCheckedEngine } from "./checked_engine.ts";
import { openDigits } from "./digits.ts";
import { fourPixels } from "./four_pixels.ts";
import { stepsOf } from "./steps.ts";

/** How often work is repeated between two waits for the device. */
export interface Repetitions {
  steps: number;
  evaluations: number;
  draws: number;
}

/** Numbers of rows sampled from 60,000. */
const DRAWN = [1, 10, 100, 250, 1000];

/**
 * Registers the benchmarks of an engine. Each repeats its work many times and waits once, since in
 * Deno a wait for WebGPU costs 11 ms. The benchmark's name says how many times.
 *
 * @param backend The engine
 * @param repetitions Enough repetitions to make the wait small compared with the work
 */
export async function registerEngineBenches(
  backend: "webgpu" | "cpu",
  { steps, evaluations, draws }: Repetitions,
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
  const drawn = testRows.subarray(0, NOTEBOOK.evalSize);
  Deno.bench(
    `${backend}: ${evaluations} evaluations of 1000 rows`,
    group("evaluation"),
    settled((engine) => {
      for (let i = 0; i < evaluations; i++) engine.evaluate(drawn);
    }),
  );
  Deno.bench(
    `${backend}: 1 evaluation of 10,000 rows`,
    group("evaluation"),
    settled((engine) => engine.evaluate(testRows)),
  );

  const four = fourPixels();
  for (const k of DRAWN) {
    const drawing = await openCheckedEngine({ backend, data: four, hidden: [1, 1], batchSize: k });
    const queued = stepsOf(draws, k);
    Deno.bench(
      `${backend}: ${draws} draws of ${k} of 60,000 rows`,
      { ...group("drawing rows"), baseline: k === NOTEBOOK.batchSize },
      settled((engine) => engine.step(queued), drawing),
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

import { assert, assertEquals } from "@std/assert";
import { loadMnist } from "../../lib/data/load_mnist.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import type { FinishedEvent, TrainingEvent } from "../../lib/training/events.ts";
import { NOTEBOOK, resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";
import { PRESETS } from "../../lib/training/presets.ts";
import { train } from "../../lib/training/train.ts";
import { mnistDirectory, needs } from "../requirements.ts";

Deno.test("PRESETS.notebook changes nothing", () => {
  assertEquals(resolveOptions(PRESETS.notebook), { ...NOTEBOOK });
});

for (const preset of ["accurate", "best"] as const) {
  Deno.test(`PRESETS.${preset} gives possible options, each another than the notebook's`, () => {
    const options = resolveOptions(PRESETS[preset]);
    for (const name of Object.keys(PRESETS[preset]) as (keyof TrainingOptions)[]) {
      assert(String(options[name]) !== String(NOTEBOOK[name]), name);
    }
  });

  for (const backend of ["cpu", "webgpu"] as const) {
    Deno.test({
      name: `PRESETS.${preset} teaches synthetic digits in 30 steps on ${backend}`,
      ...await needs(...(backend === "webgpu" ? ["webgpu"] as const : [])),
      async fn() {
        const data = syntheticDigits({ trainRows: 1920, testRows: 500 });
        const run = { ...PRESETS[preset], epochs: 2, evalEvery: 15, evalSize: 500 };
        const events = await Array.fromAsync(train({ data, backend, ...run }));
        const evaluated = events.filter((event) => event.event === "evaluated");
        assertEquals(evaluated.map(({ iteration }) => iteration), [0, 15, 30]);
        const { iterations, accuracy } = finished(events);
        assertEquals(iterations, 30);
        assert(accuracy > 0.7, `${100 * accuracy}%`);
      },
    });
  }
}

Deno.test({
  name: "PRESETS.accurate gets at least 98.8% of MNIST's test rows right",
  ...await needs("mnist"),
  async fn() {
    const data = await loadMnist({ directory: mnistDirectory() });
    const run = { ...PRESETS.accurate, backend: "cpu" } as const;
    const { accuracy, seconds } = finished(await Array.fromAsync(train({ data, ...run })));
    console.log(`${(100 * accuracy).toFixed(2)}% after ${seconds.toFixed(1)} s`);
    // Other builds of the module end some hundredths of a point elsewhere.
    assert(accuracy >= 0.988, `${100 * accuracy}%`);
  },
});

function finished(events: TrainingEvent[]): FinishedEvent {
  const last = events.at(-1)!;
  assert(last.event === "finished");
  return last;
}

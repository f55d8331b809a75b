/** Tests of the presets' options and of the accuracy that they reach. */
import { assert, assertEquals } from "@std/assert";
import { loadMnist } from "../../lib/data/load_mnist.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import type { OptionName } from "../../lib/training/option_table.ts";
import { NOTEBOOK, resolveOptions } from "../../lib/training/options.ts";
import { PRESETS } from "../../lib/training/presets.ts";
import { train } from "../../lib/training/train.ts";
import { mnistDirectory, needs } from "../requirements.ts";
import { finished } from "./small_run.ts";

Deno.test("PRESETS.notebook equals the default options", () => {
  assertEquals(resolveOptions(PRESETS.notebook), { ...NOTEBOOK });
});

for (const preset of ["accurate", "best", "record"] as const) {
  Deno.test(`PRESETS.${preset} holds valid options that all differ from the defaults`, () => {
    const options = resolveOptions(PRESETS[preset]);
    for (const name of Object.keys(PRESETS[preset]) as OptionName[]) {
      assert(String(options[name]) !== String(NOTEBOOK[name]), name);
    }
  });

  // On the CPU only: the contract covers what the engines compute, with all kinds of options.
  Deno.test(`PRESETS.${preset} reaches 70% on synthetic digits in 30 steps`, async () => {
    const { batchSize } = resolveOptions(PRESETS[preset]);
    const data = syntheticDigits({ trainRows: 15 * batchSize, testRows: 500 });
    const run = { ...PRESETS[preset], epochs: 2, evalEvery: 15, evalSize: 500 };
    const events = await Array.fromAsync(train({ data, backend: "cpu", ...run }));
    const evaluated = events.filter((event) => event.type === "evaluated");
    assertEquals(evaluated.map(({ iteration }) => iteration), [0, 15, 30]);
    const { iterations, accuracy } = finished(events);
    assertEquals(iterations, 30);
    assert(accuracy > 0.7, `${100 * accuracy}%`);
  });
}

Deno.test({
  name: "PRESETS.accurate reaches at least 98.8% on MNIST's test rows",
  ...await needs("mnist", "time"),
  async fn() {
    const data = await loadMnist({ directory: mnistDirectory() });
    const run = { ...PRESETS.accurate, backend: "cpu" } as const;
    const { accuracy, seconds } = finished(await Array.fromAsync(train({ data, ...run })));
    console.log(`${(100 * accuracy).toFixed(2)}% after ${seconds.toFixed(1)} s`);
    // The last bits depend on the processor, so the accuracy may vary by a few test rows.
    assert(accuracy >= 0.988, `${100 * accuracy}%`);
  },
});

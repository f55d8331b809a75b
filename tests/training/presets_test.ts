/** Tests of the presets' options. What `accurate` reaches on MNIST is tested in image/photos_test.ts. */
import { assert, assertEquals } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import type { OptionName } from "../../lib/training/option_table.ts";
import { NOTEBOOK, resolveOptions } from "../../lib/training/options.ts";
import { PRESETS } from "../../lib/training/presets.ts";
import { train } from "../../lib/training/train.ts";
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

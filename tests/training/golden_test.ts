/**
 * Compares all random draws of a whole run with those of the notebook in JAX
 * (tests/golden/make_golden.py).
 */
import { assertEquals } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { parameterViews } from "../../lib/net/maths.ts";
import { choice } from "../../lib/random/distributions.ts";
import type { ThreefryLayout } from "../../lib/random/threefry.ts";
import { resolveOptions } from "../../lib/training/options.ts";
import { train } from "../../lib/training/train.ts";
import { engineOptions } from "../../lib/training/engine_options.ts";
import golden from "../golden/notebook_draws.json" with { type: "json" };
import { sha256, words } from "../random/golden.ts";
import { FakeEngine } from "./fake_engine.ts";

/** As many rows as MNIST, all blank: the random draws do not depend on pixels or labels. */
const DATA: Dataset = {
  name: "blank",
  width: 28,
  height: 28,
  classes: 10,
  images: new Uint8Array(70000 * 784),
  labels: new Uint8Array(70000),
  trainRows: 60000,
};

for (const run of golden.runs) {
  const layout = run.layout as ThreefryLayout;
  Deno.test(`train() makes the same random draws as the notebook in JAX with seed ${run.seed} in the ${layout} layout`, async () => {
    const options = { seed: run.seed, threefry: layout };
    const engine = new FakeEngine(engineOptions(resolveOptions(options), DATA));
    const events = await Array.fromAsync(
      train({ data: DATA, engine, ...options, saveEvery: 5000 }),
    );

    assertEquals(events.find((event) => event.type === "sample")!.index, run.spotCheck);
    const { key } = events.find((event) => event.type === "checkpoint")!;
    assertEquals([...key], run.key);

    const started = engine.calls.find((call) => call.call === "start")!;
    const trainRows = new Set(started.trainRows);
    assertEquals(
      sha256(Uint8Array.from(DATA.labels, (_, row) => Number(trainRows.has(row)))),
      run.mask,
    );
    for (
      const [name, values] of Object.entries(
        parameterViews(engine.options.architecture, started.state.parameters),
      )
    ) {
      assertEquals(sha256(values), run.parameters[name as keyof typeof run.parameters].sha256);
    }

    const steps = engine.calls.flatMap((call) => call.call === "step" ? [call.step] : []);
    assertEquals(steps.length, 5000);
    for (const [step, rows] of Object.entries(run.steps)) {
      assertEquals(
        choice(steps[Number(step) - 1].key, 60000, 100, { threefry: layout }),
        words(rows),
      );
    }
    const testRows = Uint32Array.from(DATA.labels, (_, row) => row).filter((r) =>
      !trainRows.has(r)
    );
    const evaluated = engine.calls.flatMap((call) => call.call === "evaluate" ? [call.rows] : []);
    assertEquals(evaluated.length, 1 + 10 + 1);
    for (const [step, rows] of Object.entries(run.evaluations)) {
      assertEquals(evaluated[Number(step) / 500], words(rows).map((i) => testRows[i]));
    }
    assertEquals(evaluated.at(-1), testRows);
  });
}

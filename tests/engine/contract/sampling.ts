/** Contract: steps sample the same rows as JAX's `permutation`. */
import { assertEquals } from "@std/assert";
import type { EngineOptions } from "../../../lib/engine/engine.ts";
import { permutation } from "../../../lib/random/distributions.ts";
import { type Key, prngKey, split } from "../../../lib/random/threefry.ts";
import { drawState, generatedData } from "../../../lib/engine/reference.ts";
import { allRows, type MakeEngine, NOTEBOOK_ENGINE, type Register } from "./shared.ts";

/** Registers the tests of the rows that a step samples. */
export function registerSampling(register: Register, make: MakeEngine): void {
  for (const threefry of ["legacy", "partitionable"] as const) {
    register(`samples the rows of permutation(key, n) in the ${threefry} layout`, async () => {
      const architecture = { ...NOTEBOOK_ENGINE.architecture, inputs: 64, hidden: [1, 1] } as const;
      const options: EngineOptions = {
        ...NOTEBOOK_ENGINE,
        architecture,
        scale: "unit",
        threefry,
        batchSize: 150,
      };
      // All rows have the same label, so the sum of a batch's random images identifies its rows.
      const data = generatedData({ rows: 60_000, width: 8, height: 8, classes: 1 });
      const state = drawState(architecture, options.optimizer);
      state.parameters.fill(0, 0, architecture.inputs);
      await using engine = await make(options);
      engine.load(data);
      // From 1626 rows on, permutation() sorts in two rounds. One row follows more, which an engine
      // may keep.
      for (const n of [101, 1625, 1626, 60_000, 1]) {
        const trainRows = allRows(data).slice(60_000 - n).reverse();
        const parts = [[0, 1], [0, 100], [0, 150], [n - 1, 1], [(n / 2) | 0, 100], [n - 37, 37]]
          .filter(([from, count]) => from >= 0 && from + count <= n);
        // First each part with its own key, then all parts with the same key, as in an epoch.
        const keys = split(prngKey(n), parts.length);
        const draws = [...keys, ...keys.map(() => keys[keys.length - 1])].map((key, i) => ({
          key,
          part: parts[i % parts.length],
        }));
        const orders = new Map<Key, Uint32Array>();
        for (const { key, part: [from, count] } of draws) {
          const order = orders.get(key) ?? permutation(key, n, { threefry });
          orders.set(key, order);
          const expected = new Float64Array(64);
          for (const i of order.slice(from, from + count)) {
            for (let d = 0; d < 64; d++) expected[d] += data.images[trainRows[i] * 64 + d];
          }
          engine.start(trainRows, state);
          engine.step([{ key, from, count, learningRate: 2 ** 20 }]);
          const { parameters } = await engine.read();
          // w0 is 0, so all rows have the same delta: b0 changes by it, w0 by it times the mean input.
          const changeOfBias = parameters[64] - state.parameters[64];
          const sums = expected.map((_, d) =>
            Math.round(parameters[d] / changeOfBias * 255 * count)
          );
          assertEquals(sums, expected, `${count} of ${n} rows from ${from}, key ${key}`);
        }
      }
    }, { smoke: threefry === "legacy" ? "one set" : undefined, shared: true });
  }
}

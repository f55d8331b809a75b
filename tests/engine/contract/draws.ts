import { assertEquals } from "@std/assert";
import type { EngineOptions } from "../../../lib/engine/engine.ts";
import { permutation } from "../../../lib/random/distributions.ts";
import { prngKey, split } from "../../../lib/random/threefry.ts";
import { drawState, generatedData } from "../../../lib/engine/reference.ts";
import { allRows, type MakeEngine, NOTEBOOK_ENGINE, type Register } from "./shared.ts";

/** Which rows a step takes. */
export function registerDraws(register: Register, make: MakeEngine): void {
  for (const threefry of ["legacy", "partitionable"] as const) {
    register(`takes the rows of permutation(key, n) in the ${threefry} layout`, async () => {
      const architecture = { ...NOTEBOOK_ENGINE.architecture, inputs: 64, hidden: [1, 1] } as const;
      const options: EngineOptions = {
        ...NOTEBOOK_ENGINE,
        architecture,
        scale: "unit",
        threefry,
        batchSize: 200,
      };
      // Random bytes and one label: the sum of a batch's images tells which rows are in it.
      const data = generatedData({ rows: 60_000, width: 8, height: 8, classes: 1 });
      const state = drawState(architecture, options.optimizer);
      state.parameters.fill(0, 0, architecture.inputs);
      await using engine = await make(options);
      engine.load(data);
      // Two rounds of shuffling from 1626 rows on.
      for (const n of [1, 2, 101, 1625, 1626, 10_000, 60_000]) {
        const trainRows = allRows(data).slice(60_000 - n).reverse();
        const parts = [[0, 1], [0, 100], [0, 200], [n - 1, 1], [(n / 2) | 0, 100], [n - 37, 37]]
          .filter(([from, count]) => from >= 0 && from + count <= n);
        // Each part with a key of its own, then all with the last one's, as in an epoch.
        const keys = split(prngKey(n), parts.length);
        const draws = [...keys, ...keys.map(() => keys[keys.length - 1])].map((key, i) => ({
          key,
          part: parts[i % parts.length],
        }));
        for (const { key, part: [from, count] } of draws) {
          const order = permutation(key, n, { layout: threefry });
          const expected = new Float64Array(64);
          for (const i of order.slice(from, from + count)) {
            for (let d = 0; d < 64; d++) expected[d] += data.images[trainRows[i] * 64 + d];
          }
          engine.start(trainRows, state);
          engine.step([{ key, from, count, learningRate: 2 ** 20 }]);
          const { parameters } = await engine.read();
          // With w0 = 0 all rows have one derivative d: w0 changes by d times the mean input, b0 by d.
          const changeOfBias = parameters[64] - state.parameters[64];
          const sums = expected.map((_, d) =>
            Math.round(parameters[d] / changeOfBias * 255 * count)
          );
          assertEquals(sums, expected, `${count} of ${n} rows from ${from}, key ${key}`);
        }
      }
    });
  }
}

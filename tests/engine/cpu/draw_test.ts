/** Tests of sampling rows in WebAssembly, against permutation(). */
import { assert, assertEquals } from "@std/assert";
import { planMemory } from "../../../lib/engine/cpu/layout.ts";
import { buildOfHere, compileModule } from "../../../lib/engine/cpu/module.ts";
import { Threads } from "../../../lib/engine/cpu/threads.ts";
import { permutation } from "../../../lib/random/distributions.ts";
import { prngKey, split, type ThreefryLayout } from "../../../lib/random/threefry.ts";
import { OTHER_ENGINE } from "../contract/shared.ts";

/** Returns a function that samples from n rows in WebAssembly. Row i has the number i + 7. */
function drawer(n: number, threefry: ThreefryLayout, selectionMargin: number) {
  const { layout, bytes } = planMemory({
    options: { ...OTHER_ENGINE, batchSize: n, threefry },
    rows: n,
    imageWidth: 8,
    threads: 1,
    stepThreads: 1,
  });
  const threads = new Threads((isShared) => compileModule(buildOfHere(), isShared), {
    layout: { ...layout, selectionMargin },
    bytes,
  }, 1);
  threads.trainCount = n;
  threads.words.set(Uint32Array.from({ length: n }, (_, i) => i + 7), layout.trainRows / 4);
  const rows = layout.slots + 32;
  return ([key0, key1]: Uint32Array, from: number, count: number) => {
    threads.words.fill(n, rows / 4, rows / 4 + count); // what no permutation contains
    threads.functions.drawInto(rows, key0, key1, from, count);
    return threads.words.slice(rows / 4, rows / 4 + count).map((row) => row - 7);
  };
}

for (const layout of ["legacy", "partitionable"] as const) {
  for (const n of [1, 2, 3, 24, 47, 48, 49, 1000, 1625, 1626, 4097, 60_000]) {
    Deno.test(`drawInto() samples from ${n} rows like permutation(), in the ${layout} layout`, () => {
      // With a margin of 0 or less, the first threshold of the selection is often too low.
      for (const margin of [6, 0, -1]) {
        const draw = drawer(n, layout, margin);
        for (const key of split(prngKey(n), 4)) {
          const expected = permutation(key, n, { threefry: layout });
          for (const count of [1, 2, 7, Math.floor(n / 8), Math.floor(n / 3), n]) {
            if (count < 1 || count > n) continue;
            assertEquals(draw(key, 0, count), expected.slice(0, count));
            assertEquals(draw(key, n - count, count), expected.slice(n - count));
          }
        }
      }
    });
  }
}

Deno.test("drawInto() samples from 2,642,246 rows like permutation(), which then sorts in three rounds", () => {
  const n = 2_642_246;
  const key = prngKey(3);
  const drawn = drawer(n, "legacy", 6)(key, 0, 50);
  assertEquals(drawn, permutation(key, n).slice(0, 50));
  assert(new Set(drawn).size === 50);
});

/**
 * Measures the random draws on one core with `deno bench`: random bits, normal numbers, and
 * sampling rows. The results are compared with JAX's numbers before anything is timed. Run by
 * `deno task bench`, or alone by `deno bench --lock=deno.lock bench/random_bench.ts`.
 */
import { assertEquals } from "@std/assert";
import { normal, permutation } from "../lib/random/distributions.ts";
import { prngKey, randomBits, type ThreefryLayout } from "../lib/random/threefry.ts";

const ROWS = 60_000;
const key = prngKey(1701);

// The expected numbers are JAX's.
assertEquals(randomBits(key, 3), Uint32Array.of(56197195, 4200222568, 961309823));
assertEquals(normal(prngKey(0), 1)[0], Math.fround(-0.20584226));

for (const layout of ["legacy", "partitionable"] satisfies ThreefryLayout[]) {
  Deno.bench(`random bits: 60,000 words, ${layout}`, { group: "bits" }, () => {
    randomBits(key, ROWS, { threefry: layout });
  });
}

Deno.bench("normal: 39,200 numbers, the notebook's w0", { group: "normal" }, () => {
  normal(key, [50, 784]);
});

Deno.bench("permutation of 60,000 rows, by sorting", { group: "rows" }, () => {
  permutation(key, ROWS);
});

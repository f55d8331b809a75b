import { assertEquals, assertThrows } from "@std/assert";
import { RowDrawer } from "../../lib/engine/row_drawer.ts";
import { permutation } from "../../lib/random/distributions.ts";
import { prngKey } from "../../lib/random/threefry.ts";
import { drawnSteps, epochSteps } from "./contract/shared.ts";

for (const layout of ["legacy", "partitionable"] as const) {
  Deno.test(`RowDrawer.next() returns the rows of far more steps than fit into its buffer, in the ${layout} layout`, () => {
    const rows = Uint32Array.from({ length: 5000 }, (_, i) => 3 * i);
    using drawer = new RowDrawer({ rows, largest: 400, layout });
    const draws = [
      ...drawnSteps(100, 30, 1),
      ...epochSteps(5000, 400, 1, 5),
      ...epochSteps(5000, 400, 1, 6),
      ...drawnSteps(10, 400, 1),
    ];
    drawer.push(draws);
    for (const { key, from, count } of draws) {
      const expected = permutation(key, 5000, { threefry: layout }).slice(from, from + count);
      assertEquals(drawer.next(), expected.map((i) => rows[i]));
    }
    assertThrows(() => drawer.next(), Error, "More draws were taken than pushed");
  });
}

Deno.test("RowDrawer.next() returns all of 600,000 rows, of which its buffer holds only one step", () => {
  const n = 600_000;
  const rows = Uint32Array.from({ length: n }, (_, i) => i);
  using drawer = new RowDrawer({ rows, largest: n, layout: "legacy" });
  drawer.push([1, 2, 3].map((seed) => ({ key: prngKey(seed), from: 0, count: n })));
  for (const seed of [1, 2, 3]) assertEquals(drawer.next(), permutation(prngKey(seed), n));
});

Deno.test("RowDrawer.push() copies the keys, also of draws that do not fit into its buffer", () => {
  const rows = Uint32Array.from({ length: 100 }, (_, i) => i);
  using drawer = new RowDrawer({ rows, largest: 100, layout: "legacy" });
  const seeds = Array.from({ length: 500 }, (_, seed) => seed);
  const keys = seeds.map((seed) => prngKey(seed));
  drawer.push(keys.map((key) => ({ key, from: 0, count: 100 })));
  for (const key of keys) key.fill(0);
  for (const seed of seeds) assertEquals(drawer.next(), permutation(prngKey(seed), 100));
});

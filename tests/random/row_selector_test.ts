import { assertEquals, assertThrows } from "@std/assert";
import { createRowSelector } from "../../lib/random/row_selector.ts";
import { type Key, prngKey, randomBits, split } from "../../lib/random/threefry.ts";

const LAYOUTS = ["legacy", "partitionable"] as const;

/** JAX's shuffle, written directly from its definition. */
function shuffled(key: Key, n: number, rounds: number, layout: typeof LAYOUTS[number]) {
  let order = Array.from({ length: n }, (_, i) => i);
  for (let round = 0; round < rounds; round++) {
    const [next, bitsKey] = split(key, 2, { layout });
    const bits = randomBits(bitsKey, n, { layout });
    const positions = order.map((_, i) => i).sort((a, b) => bits[a] - bits[b]);
    order = positions.map((position) => order[position]);
    key = next;
  }
  return Uint32Array.from(order);
}

Deno.test("createRowSelector() returns the start of the shuffle, by selection and by sorting", () => {
  for (const layout of LAYOUTS) {
    for (const [n, rounds] of [[1, 0], [2, 1], [500, 1], [1625, 1], [1626, 2], [5001, 2]]) {
      for (let seed = 0; seed < 5; seed++) {
        const expected = shuffled(prngKey(seed), n, rounds, layout);
        for (const k of [0, 1, n / 100, n / 20, n / 20 + 1, n / 2, n].map(Math.floor)) {
          const rows = new Uint32Array(Math.min(k, n));
          createRowSelector(n, rows.length, layout)(prngKey(seed), rows);
          assertEquals(rows, expected.slice(0, k), `${k} of ${n}, seed ${seed}, ${layout}`);
        }
      }
    }
  }
});

Deno.test("createRowSelector() returns any part of the shuffle, up to k rows", () => {
  for (const k of [100, 4000]) {
    const selectRows = createRowSelector(4000, k);
    const expected = shuffled(prngKey(3), 4000, 2, "legacy");
    for (const [from, count] of [[0, 100], [1700, 100], [3950, 50], [0, 3]]) {
      const rows = new Uint32Array(count);
      selectRows(prngKey(3), rows, from);
      assertEquals(rows, expected.slice(from, from + count));
    }
  }
});

Deno.test("createRowSelector() rejects invalid counts", () => {
  assertThrows(() => createRowSelector(-1, 0), RangeError, "current value is -1");
  assertThrows(() => createRowSelector(5, 6), RangeError, "from 0 to 5: current value is 6");
  assertThrows(() => createRowSelector(5, 0.5), RangeError, "current value is 0.5");
});

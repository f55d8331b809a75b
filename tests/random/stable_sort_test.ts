import { assertEquals } from "@std/assert";
import { sortByKeys } from "../../lib/random/stable_sort.ts";
import { prngKey, randomBits } from "../../lib/random/threefry.ts";

Deno.test("sortByKeys() sorts stably by any of the bits", () => {
  const random = randomBits(prngKey(11), 5000);
  const kinds = {
    random,
    "few different keys": random.map((key) => key % 7),
    "low bits": random.map((key) => key & 0x7ff),
    "middle bits": random.map((key) => key & 0x3ff800),
    "high bits": random.map((key) => key & 0xffc00000),
    "all equal": random.map(() => 0xffffffff),
  };
  for (const [kind, keys] of Object.entries(kinds)) {
    const positions = Array.from(keys, (_, i) => i);
    const expected = positions.toSorted((a, b) => keys[a] - keys[b]);
    const [actualKeys, values] = [keys.slice(), Uint32Array.from(positions)];
    sortByKeys(actualKeys, values);
    assertEquals(values, Uint32Array.from(expected), kind);
    assertEquals(actualKeys, keys.toSorted(), kind);
  }
});

Deno.test("sortByKeys() accepts working memory that is larger than needed", () => {
  const scratch = { keys: new Uint32Array(9), values: new Uint32Array(9) };
  for (const n of [9, 3, 0, 1]) {
    const keys = randomBits(prngKey(n), n);
    const values = keys.slice();
    sortByKeys(keys, values, scratch);
    assertEquals(values, values.toSorted());
  }
});

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
    "one key": random.slice(0, 1),
    "no key": random.slice(0, 0),
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

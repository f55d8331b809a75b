import { assertEquals } from "@std/assert";
import { createRankSelector } from "../../lib/random/rank_selector.ts";
import { permutation } from "../../lib/random/distributions.ts";
import { prngKey, randomBits } from "../../lib/random/threefry.ts";

/** Returns the positions in the order of a stable sort by key. */
function sortedPositions(keys: Uint32Array): Uint32Array {
  const positions = Array.from(keys, (_, i) => i);
  return Uint32Array.from(positions.toSorted((a, b) => keys[a] - keys[b]));
}

Deno.test("createRankSelector() finds every rank, and orders equal keys by position", () => {
  for (const n of [1, 2, 3, 16, 17, 33, 100, 1000, 4097]) {
    // The same function for all kinds of keys, since nothing may remain of earlier keys.
    const select = createRankSelector(n);
    const random = randomBits(prngKey(n), n);
    const kinds = {
      random,
      "all equal": random.map(() => 123456789),
      "two values": random.map((key) => key & 1 ? 0xffffffff : 0),
      "many ties": random.map((key) => (key % 50) * 80000000),
      "one bin": random.map((key) => key & 0xffff),
      "one bin, descending": random.map((_, i) => 0x80000000 - i),
      "random again": random.map((key) => key ^ 0x5a5a5a5a),
    };
    for (const [kind, keys] of Object.entries(kinds)) {
      const sorted = sortedPositions(keys);
      const everyRank = permutation(prngKey(0), n);
      for (const wanted of [everyRank, everyRank.slice(0, 1), everyRank.slice(0, 20).toSorted()]) {
        const ranks = wanted.slice();
        select(keys, ranks);
        assertEquals(ranks, wanted.map((rank) => sorted[rank]), `${kind}, n = ${n}`);
      }
    }
  }
});

Deno.test("createRankSelector() does not change the keys", () => {
  const keys = randomBits(prngKey(1), 500);
  createRankSelector(500)(keys, Uint32Array.of(0, 250, 499));
  assertEquals(keys, randomBits(prngKey(1), 500));
});

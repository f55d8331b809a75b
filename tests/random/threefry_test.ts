import { assertEquals, assertThrows } from "@std/assert";
import golden from "../golden/random.json" with { type: "json" };
import {
  fillBits,
  fillKeys,
  type Key,
  prngKey,
  randomBits,
  split,
  threefry2x32,
} from "../../lib/random/threefry.ts";
import { sha256, words } from "./golden.ts";

const LAYOUTS = ["legacy", "partitionable"] as const;

Deno.test("prngKey() returns [0, seed] for the smallest and the largest seed", () => {
  assertEquals(prngKey(0), Uint32Array.of(0, 0));
  assertEquals(prngKey(0xffffffff), Uint32Array.of(0, 0xffffffff));
});

Deno.test("prngKey() rejects a seed that is not a whole number of 32 bits", () => {
  for (const seed of [-1, 0.5, 2 ** 32, NaN, Infinity, "7" as unknown as number]) {
    assertThrows(
      () => prngKey(seed),
      RangeError,
      `seed must be a whole number from 0 to 4294967295: current value is ${seed}`,
    );
  }
});

// https://github.com/DEShawResearch/random123/blob/main/tests/kat_vectors, "threefry2x32 20"
Deno.test("threefry2x32() equals the test vectors of Random123", () => {
  const answers = [
    ["00000000 00000000", "00000000 00000000", "6b200159 99ba4efe"],
    ["ffffffff ffffffff", "ffffffff ffffffff", "1cb996fc bb002be7"],
    ["13198a2e 03707344", "243f6a88 85a308d3", "c4923a9c 483df7a0"],
  ].map((answer) =>
    answer.map((pair) => Uint32Array.from(pair.split(" "), (word) => parseInt(word, 16)))
  );
  for (const [key, counter, expected] of answers) {
    assertEquals(threefry2x32(key, counter[0], counter[1]), expected);
  }
});

for (const layout of LAYOUTS) {
  Deno.test(`split() equals JAX's in the ${layout} layout`, () => {
    for (const { key, splits } of golden.layouts[layout]) {
      for (const [count, expected] of Object.entries(splits)) {
        const keys = split(Uint32Array.from(key), Number(count), { threefry: layout });
        assertEquals(keys.length, Number(count));
        assertEquals(keys.flatMap((key) => [...key]), expected);
      }
    }
  });

  Deno.test(`randomBits() equals JAX's in the ${layout} layout`, () => {
    for (const { key, sizes } of golden.layouts[layout]) {
      for (const { n, bits, bitsStart } of sizes) {
        const actual = randomBits(Uint32Array.from(key), n, { threefry: layout });
        assertEquals(actual.slice(0, 100), words(bitsStart));
        assertEquals(sha256(actual), bits, `${n} words of key ${key}`);
      }
    }
  });
}

Deno.test("randomBits() follows the definition of each layout for small sizes and around chunk boundaries", () => {
  const key: Key = Uint32Array.of(0x9e3779b9, 0x7f4a7c15);
  for (const n of [0, 1, 2, 3, 4, 5, 8, 9, 1023, 1024, 1025, 2047, 2048, 2049, 3072]) {
    const half = Math.ceil(n / 2);
    const legacy = new Uint32Array(2 * half);
    for (let i = 0; i < half; i++) {
      [legacy[i], legacy[half + i]] = threefry2x32(key, i, half + i < n ? half + i : 0);
    }
    assertEquals(randomBits(key, n), legacy.slice(0, n), `legacy, ${n}`);

    const partitionable = Uint32Array.from({ length: n }, (_, i) => {
      const [a, b] = threefry2x32(key, 0, i);
      return a ^ b;
    });
    assertEquals(randomBits(key, n, { threefry: "partitionable" }), partitionable, `${n}`);
  }
});

Deno.test("fillBits() writes only inside the given view", () => {
  for (const layout of LAYOUTS) {
    for (const n of [1, 2, 7, 1100]) {
      const whole = new Uint32Array(n + 2).fill(5);
      fillBits(prngKey(9), whole.subarray(1, n + 1), layout);
      assertEquals([whole[0], whole[n + 1]], [5, 5]);
      assertEquals(whole.slice(1, n + 1), randomBits(prngKey(9), n, { threefry: layout }));
    }
  }
});

Deno.test("fillKeys() writes only inside the given view, which may hold the key itself", () => {
  for (const layout of LAYOUTS) {
    for (const count of [1, 2, 5]) {
      const expected = split(prngKey(9), count, { threefry: layout });
      const whole = new Uint32Array(2 * count + 2).fill(5);
      const words = whole.subarray(1, -1);
      words.set(prngKey(9));
      fillKeys(words.subarray(0, 2), words, layout);
      assertEquals([whole[0], whole[2 * count + 1]], [5, 5]);
      assertEquals([...words], expected.flatMap((key) => [...key]), `${count}, ${layout}`);
    }
  }
});

Deno.test("split() and randomBits() reject a count that is not a whole number", () => {
  for (const count of [-1, 1.5, NaN]) {
    assertThrows(() => split(prngKey(0), count), RangeError, `current value is ${count}`);
    assertThrows(() => randomBits(prngKey(0), count), RangeError, `current value is ${count}`);
  }
});

import { assert, assertEquals, assertThrows } from "@std/assert";
import golden from "../golden/random.json" with { type: "json" };
import { choice, normal, permutation, uniform } from "../../lib/random/distributions.ts";
import { prngKey } from "../../lib/random/threefry.ts";
import { floats, largestUlpDifference, sha256, words } from "./golden.ts";

for (const layout of ["legacy", "partitionable"] as const) {
  const cases = golden.layouts[layout].flatMap(({ key, sizes }) =>
    sizes.map((size) => ({ ...size, key: Uint32Array.from(key) }))
  );

  Deno.test(`uniform() equals JAX's in the ${layout} layout`, () => {
    for (const { key, n, uniform: expected } of cases) {
      assertEquals(sha256(uniform(key, n, { threefry: layout })), expected, `${n} of key ${key}`);
    }
  });

  Deno.test(`uniform() equals JAX's between two bounds in the ${layout} layout`, () => {
    for (const { key, n, ranges } of cases) {
      golden.uniformRanges.forEach(([minval, maxval], range) => {
        const actual = uniform(key, n, { minval, maxval, threefry: layout });
        assertEquals(sha256(actual), ranges[range], `${n} of key ${key} from ${minval}`);
      });
    }
  });

  Deno.test(`normal() is within 8 ulp of JAX's in the ${layout} layout`, () => {
    for (const { key, n, stride, normal: expected } of cases) {
      const actual = normal(key, n, { threefry: layout }).filter((_, i) => i % stride === 0);
      const difference = largestUlpDifference(actual, floats(expected));
      assert(difference <= 8, `${n} of key ${key}: ${difference} ulp`);
    }
  });

  Deno.test(`permutation() equals JAX's in the ${layout} layout`, () => {
    for (const { key, n, permutation: expected, permutationStart } of cases) {
      const actual = permutation(key, n, { threefry: layout });
      assertEquals(actual.slice(0, 100), words(permutationStart));
      assertEquals(sha256(actual), expected, `${n} of key ${key}`);
    }
  });

  Deno.test(`choice() equals JAX's for few and for many numbers in the ${layout} layout`, () => {
    for (const { key, n, choices } of cases) {
      for (const [k, expected] of choices) {
        const actual = choice(key, n, Number(k), { threefry: layout });
        assertEquals(sha256(actual), expected, `${k} of ${n} of key ${key}`);
      }
    }
  });

  Deno.test(`choice() equals JAX's for the last n with two rounds and the first with three in the ${layout} layout`, () => {
    const [{ key, large }] = golden.layouts[layout];
    for (const [n, expected] of large) {
      const actual = choice(Uint32Array.from(key), Number(n), 100, { threefry: layout });
      assertEquals(actual, words(String(expected)), `${n} of key ${key}`);
    }
  });
}

Deno.test("uniform() and normal() return as many numbers as the shape has elements", () => {
  assertEquals(uniform(prngKey(1), [3, 5]), uniform(prngKey(1), 15));
  assertEquals(normal(prngKey(1), [2, 3, 4]), normal(prngKey(1), 24));
  assertEquals(normal(prngKey(1), []).length, 1);
  assertEquals(normal(prngKey(1), [7, 0]).length, 0);
});

Deno.test("uniform() and normal() reject an invalid shape", () => {
  for (const shape of [-1, 1.5, [2, -3], [0.25, 3]]) {
    assertThrows(() => uniform(prngKey(0), shape), RangeError, "must be a whole number");
    assertThrows(() => normal(prngKey(0), shape), RangeError, "must be a whole number");
  }
});

Deno.test("permutation() accepts 0 and 1 elements", () => {
  assertEquals(permutation(prngKey(0), 0), new Uint32Array(0));
  assertEquals(permutation(prngKey(0), 1), Uint32Array.of(0));
});

Deno.test("choice() rejects a k above n, and numbers that are not whole", () => {
  assertThrows(() => choice(prngKey(0), 10, 11), RangeError, "from 0 to 10: current value is 11");
  assertThrows(() => choice(prngKey(0), 10, -1), RangeError, "current value is -1");
  assertThrows(() => choice(prngKey(0), 10, 2.5), RangeError, "current value is 2.5");
  assertThrows(() => permutation(prngKey(0), 10.5), RangeError, "current value is 10.5");
});

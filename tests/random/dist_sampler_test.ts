import { assert, assertEquals, assertThrows } from "@std/assert";
import { choice } from "../../lib/random/distributions.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import { prngKey, split } from "../../lib/random/threefry.ts";

Deno.test("DistSampler uses the first key of its key's split for every draw", () => {
  const sampler = new DistSampler(5);
  assertEquals(sampler.key, prngKey(5));
  const first = split(prngKey(5))[0];
  assertEquals(sampler.choice(1000, 7), choice(first, 1000, 7));
  assertEquals(sampler.key, first);
  assertEquals(sampler.nextKey(), split(first)[0]);
});

Deno.test("DistSampler does not share its key with callers", () => {
  const key = prngKey(5);
  const sampler = DistSampler.fromKey(key);
  key[1] = 6;
  sampler.key[1] = 6;
  assertEquals(sampler.key, prngKey(5));
  sampler.nextKey()[0] = 6;
  assertEquals(sampler.key, split(prngKey(5))[0]);
});

Deno.test("DistSampler.fromKey() continues the draws of another sampler in its layout", () => {
  for (const layout of ["legacy", "partitionable"] as const) {
    const sampler = new DistSampler(9, { threefry: layout });
    sampler.normal(3);
    const resumed = DistSampler.fromKey(sampler.key, { threefry: layout });
    assertEquals(resumed.normal(10), sampler.normal(10));
    assertEquals(resumed.shuffle([1, 2, 3, 4, 5]), sampler.shuffle([1, 2, 3, 4, 5]));
    assertEquals(resumed.threefry, layout);
  }
});

Deno.test("randomRows() draws the same rows of arrays and typed arrays", () => {
  const images = Array.from({ length: 300 }, (_, i) => Uint8Array.of(i, i >> 8));
  const labels = Uint16Array.from(images, (_, i) => i);
  const [drawnImages, drawnLabels] = new DistSampler(2).randomRows(40, images, labels);
  assertEquals(drawnLabels, Uint16Array.from(new DistSampler(2).choice(300, 40)));
  assertEquals(drawnImages, Array.from(drawnLabels, (row) => images[row]));
});

Deno.test("randomRows() rejects arrays of different lengths, and more rows than there are", () => {
  const sampler = new DistSampler(2);
  assertThrows(
    () => sampler.randomRows(1, [1, 2], Uint8Array.of(1, 2, 3)),
    RangeError,
    "lengths must be equal: current values are 2, 3",
  );
  assertThrows(() => sampler.randomRows(3, [1, 2]), RangeError, "from 0 to 2: current value is 3");
});

Deno.test("shuffle() returns a new array of the same kind", () => {
  const bytes = Uint8Array.from({ length: 50 }, (_, i) => i);
  const shuffled = new DistSampler(3).shuffle(bytes);
  assert(shuffled instanceof Uint8Array);
  assertEquals(bytes[49], 49);
  assertEquals(shuffled.toSorted(), bytes);
  assertEquals(new DistSampler(3).shuffle([...bytes]), [...shuffled]);
});

Deno.test("DistSampler rejects a seed that is not a whole number of 32 bits", () => {
  assertThrows(() => new DistSampler(2 ** 32), RangeError, "current value is 4294967296");
});

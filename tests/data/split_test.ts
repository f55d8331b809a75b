import { assert, assertEquals, assertThrows } from "@std/assert";
import { publishedTestRows, splitDataset } from "../../lib/data/split.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import type { ThreefryLayout } from "../../lib/random/threefry.ts";
import golden from "../golden/notebook_draws.json" with { type: "json" };
import { sha256 } from "../random/golden.ts";

/** The labels of MNIST's shape, without its images. */
const rows = {
  name: "rows",
  width: 1,
  height: 1,
  classes: 1,
  images: new Uint8Array(70_000),
  labels: new Uint8Array(70_000),
  trainRows: 60_000,
};

Deno.test("splitDataset() gives the rows that JAX's shuffled mask gives, ascending", () => {
  for (const { seed, layout, mask } of golden.runs) {
    const sampler = new DistSampler(seed, { layout: layout as ThreefryLayout });
    const split = splitDataset(rows, sampler);
    const marks = new Uint8Array(70_000);
    for (const row of split.train) marks[row] = 1;
    assertEquals(sha256(marks), mask);
    assertEquals(split.train, Uint32Array.from(split.train).sort());
    assertEquals(split.test, Uint32Array.from(marks.keys().filter((row) => marks[row] === 0)));
    assertEquals(split.validation.length, 0);
  }
});

Deno.test("splitDataset() takes validation rows from the train rows, by a draw of its own", () => {
  const data = syntheticDigits({ trainRows: 600, testRows: 100 });
  const plain = splitDataset(data, new DistSampler(5));
  const sampler = new DistSampler(5);
  const held = splitDataset(data, sampler, { validation: 50 });
  assertEquals([held.train.length, held.validation.length, held.test.length], [550, 50, 100]);
  assertEquals(held.test, plain.test);
  assertEquals(Uint32Array.from([...held.train, ...held.validation]).sort(), plain.train);
  assertEquals(held.train, held.train.slice().sort());
  assertEquals(held.validation, held.validation.slice().sort());
  assert(held.validation[0] !== plain.train[0] || held.validation[49] !== plain.train[49]);
  const expected = new DistSampler(5);
  expected.nextKey();
  expected.nextKey();
  assertEquals(sampler.key, expected.key);
});

Deno.test("splitDataset() draws once without validation rows", () => {
  const sampler = new DistSampler(5);
  splitDataset(rows, sampler);
  const expected = new DistSampler(5);
  expected.nextKey();
  assertEquals(sampler.key, expected.key);
});

Deno.test("splitDataset() takes the published rows as they are where the kind is original", () => {
  const sampler = new DistSampler(5);
  const { train, validation, test } = splitDataset(rows, sampler, { kind: "original" });
  assertEquals(train, Uint32Array.from({ length: 60_000 }, (_, row) => row));
  assertEquals(validation.length, 0);
  assertEquals(test, Uint32Array.from({ length: 10_000 }, (_, i) => 60_000 + i));
  assertEquals(sampler.key, new DistSampler(5).key);
});

Deno.test("splitDataset() holds out published train rows where the kind is original", () => {
  const held = splitDataset(rows, new DistSampler(5), { kind: "original", validation: 10_000 });
  assertEquals([held.train.length, held.validation.length, held.test.length], [
    50_000,
    10_000,
    10_000,
  ]);
  const train = Uint32Array.from([...held.train, ...held.validation]).sort();
  assertEquals(train, Uint32Array.from({ length: 60_000 }, (_, row) => row));
  assertEquals(held.test[0], 60_000);
  assert(held.validation[9_999] > 10_000, "not drawn but cut off");
});

Deno.test("splitDataset() refuses a number of validation rows that leaves none to train on", () => {
  const data = syntheticDigits({ trainRows: 60, testRows: 10 });
  for (const validation of [60, -1, 1.5, NaN]) {
    assertThrows(
      () => splitDataset(data, new DistSampler(5), { validation }),
      RangeError,
      `from 0 to 59: current value is ${validation}`,
    );
  }
});

Deno.test("splitDataset() draws the rows where none were published, whatever the kind", () => {
  // As a file whose rows are sorted by their labels, of which nobody said which are for testing.
  const sorted = { ...rows, publishedSplit: false };
  const original = splitDataset(sorted, new DistSampler(5), { kind: "original", validation: 50 });
  assertEquals(original, splitDataset(rows, new DistSampler(5), { validation: 50 }));
});

Deno.test("publishedTestRows() gives all rows where nobody said which are for testing", () => {
  const data = syntheticDigits({ trainRows: 6, testRows: 3 });
  assertEquals(publishedTestRows(data), Uint32Array.of(6, 7, 8));
  assertEquals(publishedTestRows({ ...data, publishedSplit: false }).length, 9);
});

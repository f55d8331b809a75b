import { assert, assertEquals, assertThrows } from "@std/assert";
import { publishedTestRows, splitDataset } from "../../lib/data/split.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import type { ThreefryLayout } from "../../lib/random/threefry.ts";
import golden from "../golden/notebook_draws.json" with { type: "json" };
import { sha256 } from "../random/golden.ts";
import { dataset } from "./dataset.ts";

/** A data set with MNIST's number of rows. */
const rows = dataset(new Uint8Array(70_000), { trainRows: 60_000 });

Deno.test("splitDataset() returns the rows of JAX's shuffled mask, ascending", () => {
  for (const { seed, layout, mask } of golden.runs) {
    const sampler = new DistSampler(seed, { threefry: layout as ThreefryLayout });
    const split = splitDataset(rows, sampler);
    const marks = new Uint8Array(70_000);
    for (const row of split.train) marks[row] = 1;
    assertEquals(sha256(marks), mask);
    assertEquals(split.train, Uint32Array.from(split.train).sort());
    assertEquals(split.test, Uint32Array.from(marks.keys().filter((row) => marks[row] === 0)));
    assertEquals(split.validation.length, 0);
  }
});

Deno.test("splitDataset() draws validation rows from the training rows with a separate draw", () => {
  const data = syntheticDigits({ trainRows: 600, testRows: 100 });
  const plain = splitDataset(data, new DistSampler(5));
  const sampler = new DistSampler(5);
  const heldOut = splitDataset(data, sampler, { validation: 50 });
  assertEquals([heldOut.train.length, heldOut.validation.length, heldOut.test.length], [
    550,
    50,
    100,
  ]);
  assertEquals(heldOut.test, plain.test);
  assertEquals(Uint32Array.from([...heldOut.train, ...heldOut.validation]).sort(), plain.train);
  assertEquals(heldOut.train, heldOut.train.slice().sort());
  assertEquals(heldOut.validation, heldOut.validation.slice().sort());
  assert(heldOut.validation[0] !== plain.train[0] || heldOut.validation[49] !== plain.train[49]);
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

Deno.test("splitDataset() returns the published rows without a draw if the kind is original", () => {
  const sampler = new DistSampler(5);
  const { train, validation, test } = splitDataset(rows, sampler, { kind: "original" });
  assertEquals(train, Uint32Array.from({ length: 60_000 }, (_, row) => row));
  assertEquals(validation.length, 0);
  assertEquals(test, Uint32Array.from({ length: 10_000 }, (_, i) => 60_000 + i));
  assertEquals(sampler.key, new DistSampler(5).key);
});

Deno.test("splitDataset() draws validation rows from the published training rows if the kind is original", () => {
  const heldOut = splitDataset(rows, new DistSampler(5), { kind: "original", validation: 10_000 });
  assertEquals([heldOut.train.length, heldOut.validation.length, heldOut.test.length], [
    50_000,
    10_000,
    10_000,
  ]);
  const train = Uint32Array.from([...heldOut.train, ...heldOut.validation]).sort();
  assertEquals(train, Uint32Array.from({ length: 60_000 }, (_, row) => row));
  assertEquals(heldOut.test[0], 60_000);
  assert(heldOut.validation[9_999] > 10_000, "not drawn, but the first rows");
});

Deno.test("splitDataset() rejects a number of validation rows that leaves none to train on", () => {
  const data = syntheticDigits({ trainRows: 60, testRows: 10 });
  for (const validation of [60, -1, 1.5, NaN]) {
    assertThrows(
      () => splitDataset(data, new DistSampler(5), { validation }),
      RangeError,
      `from 0 to 59: current value is ${validation}`,
    );
  }
});

Deno.test("splitDataset() draws the rows if no split was published, whatever the kind", () => {
  // As for a CSV file whose rows are sorted by label.
  const sorted = { ...rows, publishedSplit: false };
  const original = splitDataset(sorted, new DistSampler(5), { kind: "original", validation: 50 });
  assertEquals(original, splitDataset(rows, new DistSampler(5), { validation: 50 }));
});

Deno.test("publishedTestRows() returns all rows if no split was published", () => {
  const data = syntheticDigits({ trainRows: 6, testRows: 3 });
  assertEquals(publishedTestRows(data), Uint32Array.of(6, 7, 8));
  assertEquals(publishedTestRows({ ...data, publishedSplit: false }).length, 9);
});

Deno.test("splitDataset() puts rows of each class into both parts if no split was published", () => {
  for (let seed = 0; seed < 30; seed++) {
    // Class 0 fills most rows; class 3 has a single row.
    const labels = new Uint8Array(70);
    labels.set([1, 1, 2, 2, 2, 3], 30);
    const data = dataset(labels, { trainRows: 60 });
    const drawn = splitDataset(data, new DistSampler(seed));
    const { train, test } = splitDataset({ ...data, publishedSplit: false }, new DistSampler(seed));
    assertEquals([...train, ...test].sort((a, b) => a - b), [...labels.keys()]);
    assertEquals([train.length, test.length], [60, 10]);
    for (const rows of [train, test]) {
      const present = new Set(Array.from(rows, (row) => labels[row]));
      assertEquals([0, 1, 2].every((label) => present.has(label)), true, String(seed));
      assertEquals([...rows], [...rows].sort((a, b) => a - b));
    }
    // The other rows stay where they were drawn.
    const moved = train.filter((row) => !drawn.train.includes(row));
    assertEquals(moved.length <= 2, true);
  }
});

Deno.test("splitDataset() takes no class's only row in return", () => {
  const data = dataset([0, 0, 0, 0, 1, 1, 1, 1], { trainRows: 7 });
  const drawn = splitDataset(data, new DistSampler(1));
  assertEquals(splitDataset({ ...data, publishedSplit: false }, new DistSampler(1)), drawn);
});

Deno.test("splitDataset() holds out the published validation rows if as many are requested", () => {
  const data = dataset([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], { trainRows: 7, validationRows: 2 });
  const split = (validation: number, kind: "original" | "shuffle") =>
    splitDataset(data, new DistSampler(1), { kind, validation });
  const { train, validation, test } = split(2, "original");
  assertEquals([[...train], [...validation], [...test]], [[0, 1, 2, 3, 4], [5, 6], [7, 8, 9]]);
  assertEquals(split(3, "original").validation.length, 3);
  const { validationRows: _, ...unpublished } = data;
  assertEquals(
    split(2, "shuffle"),
    splitDataset(unpublished, new DistSampler(1), { kind: "shuffle", validation: 2 }),
  );
  assertEquals(split(0, "original").train.length, 7);
});

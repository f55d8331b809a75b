import { assert, assertEquals, assertRejects } from "@std/assert";
import { encode } from "fast-png";
import { collect } from "../../lib/cli/predict_output.ts";
import { addPictures } from "../../lib/data/add_pictures.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { DataError } from "../../lib/data/errors.ts";
import { openDataset } from "../../lib/data/open.ts";
import { publishedTestRows, splitDataset, type SplitOptions } from "../../lib/data/split.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import { test } from "../requirements.ts";
import { folder } from "./idx_files.ts";

const DATA = syntheticDigits({ trainRows: 60, testRows: 10 });

function png(value: number, side = 28): Uint8Array {
  const data = new Uint8Array(side * side);
  data[side * side / 2 + side / 2] = value;
  return encode({ width: side, height: side, channels: 1, depth: 8, data });
}

/** Adds pictures to data; returns the first pixels' largest values and the notices too. */
async function add(files: Record<string, Uint8Array>, data: Dataset = DATA, strict = false) {
  using kept = folder(files);
  const notices: string[] = [];
  const onNotice = (line: string) => notices.push(line.replaceAll(kept.path, "DIR"));
  const added = await addPictures(data, kept.path, { onNotice, strict });
  return { added, notices };
}

test("addPictures() puts pictures before the training rows, with the labels of their folders", async () => {
  const files = { "7/b.png": png(70), "7/a.png": png(71), "0/x.png": png(72, 56) };
  const { added, notices } = await add(files);
  assertEquals([...added.labels.subarray(0, 4)], [0, 7, 7, DATA.labels[0]]);
  const largest = [1, 2].map((row) =>
    Math.max(...added.images.subarray(784 * row, 784 * row + 784))
  );
  assertEquals(largest, [71, 70]);
  assertEquals(added.images.subarray(3 * 784), DATA.images);
  assertEquals([added.trainRows, added.labels.length, added.addedRows], [63, 73, 3]);
  assert(
    notices.includes(
      "DIR: 3 pictures are added to the 60 training rows of synthetic, 1 of them scaled",
    ),
    notices.join(),
  );
});

test("addPictures() takes folders of one class, and finds classes by their names", async () => {
  const named = { ...DATA, classNames: ["a/b", ..."BCDEFGHIJ"] };
  const { added } = await add({ "a%2Fb/1.png": png(9), "J/1.png": png(9) }, named);
  assertEquals([...added.labels.subarray(0, 2)], [9, 0]);
  assertEquals((await add({ "3/1.png": png(9) })).added.labels[0], 3);
});

test("addPictures() says what is wrong with a folder", async () => {
  for (
    const [files, words] of [
      [{ "7.png": png(1) }, "in one folder for each class"],
      [{ "10/a.png": png(1) }, "the folder of 10/a.png must be one of its classes, 0, 1"],
      [{ "1/a.png": Uint8Array.of(1) }, "1 of the 1 pictures cannot be read"],
    ] as [Record<string, Uint8Array>, string][]
  ) {
    await assertRejects(() => add(files), DataError, words);
  }
  await assertRejects(() => addPictures(DATA, "/nowhere"), DataError, "no such folder");
  const mixed = { "1/a.png": Uint8Array.of(1), "2/a.png": png(1) };
  assertEquals((await add(mixed)).added.addedRows, 1);
  await assertRejects(() => add(mixed, DATA, true), DataError, "1 of the 2 pictures");
});

test("addPictures() reports pictures of ink on paper", async () => {
  const paper = encode({ width: 28, height: 28, channels: 1, data: new Uint8Array(784).fill(250) });
  const { notices } = await add({ "1/a.png": paper });
  assert(notices.some((line) => line.includes("have a bright background")), notices.join());
});

test("splitDataset() trains on all added rows, and splits the others as without them", async () => {
  const { added } = await add({ "7/b.png": png(70), "7/a.png": png(71) });
  for (const publishedSplit of [true, false]) {
    for (const kind of ["shuffle", "original"] as const) {
      for (const validation of [0, 5]) {
        const split = (data: Dataset, options: SplitOptions = { kind, validation }) =>
          splitDataset({ ...data, publishedSplit }, new DistSampler(1), options);
        const [own, all] = [split(DATA), split(added)];
        const shifted = (rows: Uint32Array) => [...rows].map((row) => row + 2);
        assertEquals([...all.train], [0, 1, ...shifted(own.train)]);
        assertEquals([...all.validation], shifted(own.validation));
        assertEquals([...all.test], shifted(own.test));
      }
    }
  }
  assertEquals(publishedTestRows({ ...added, publishedSplit: false })[0], 2);
});

test("openDataset() adds pictures to any data set, and records where they are", async () => {
  using kept = folder({ "7/a.png": png(9) });
  const { source, labels, trainRows } = await openDataset({
    dataset: "synthetic",
    add: kept.path,
    strict: true,
  });
  assertEquals([labels[0], labels.length, trainRows], [7, 70_001, 60_001]);
  assertEquals(source, { dataset: "synthetic", add: kept.path });
});

test("collect() keeps pictures in folders that addPictures() finds", async () => {
  using kept = folder({});
  const classNames = ["x/y", "A", "a", ..."CDEFGHI"];
  const input = { ids: ["", ""], pixels: DATA.images.slice(0, 2 * 784), labels: [0, 2] };
  await collect(kept.path, input, { width: 28, height: 28, classes: 10, names: classNames });
  assertEquals([...Deno.readDirSync(kept.path)].map(({ name }) => name).sort(), ["a (2)", "x%2Fy"]);
  const added = await addPictures({ ...DATA, classNames }, kept.path);
  assertEquals([...added.labels.subarray(0, 2)], [2, 0]);
  assertEquals(added.images.subarray(784, 2 * 784), DATA.images.subarray(0, 784));
});

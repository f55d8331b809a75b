import { assert, assertEquals, assertRejects } from "@std/assert";
import { compareRunData, reportSplit } from "../../lib/cli/run_data.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { BYTE_PIXELS } from "../../lib/data/pixels.ts";
import { recordDataset } from "../../lib/data/record.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";

function data(changes: Partial<Dataset> = {}): Dataset {
  return {
    name: "mine.csv",
    width: 2,
    height: 1,
    classes: 3,
    images: Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70),
    labels: Uint8Array.of(0, 1, 2, 1),
    trainRows: 2,
    pixels: { ...BYTE_PIXELS },
    ...changes,
  };
}

/** Compares data with those of a run; returns the warnings. */
async function compare(trained: Dataset, found: Dataset): Promise<string[]> {
  const run = {
    dataset: trained.name,
    device: "CPU",
    backend: "cpu",
    options: NOTEBOOK,
    data: await recordDataset(trained),
  };
  const warnings: string[] = [];
  await compareRunData(run, found, (line) => warnings.push(line));
  return warnings;
}

const other = { labels: Uint8Array.of(1, 0, 2, 1) };

Deno.test("compareRunData() rejects data of which only one side has class names", async () => {
  const classNames = ["zero", "one", "two"];
  for (const [trained, found] of [[{}, { classNames }], [{ classNames }, {}]]) {
    await assertRejects(
      () => compare(data(trained), data({ ...found, ...other })),
      Error,
      "are words (zero, one, two...) and those of",
    );
  }
  assertEquals(await compare(data({ classNames }), data({ classNames, ...other })), []);
  assertEquals(await compare(data(), data(other)), []);
  // The same rows are the run's data, whatever names say.
  assertEquals(await compare(data({ classNames }), data()), []);
});

Deno.test("compareRunData() divides the rows of a run as that did, and others as they are", async () => {
  const run = {
    dataset: "mine.csv",
    device: "CPU",
    backend: "cpu",
    options: NOTEBOOK,
    data: await recordDataset(data({ trainRows: 1, publishedSplit: false, addedRows: 1 })),
  };
  for (const [found, same, trainRows] of [[data(), true, 1], [data(other), false, 2]] as const) {
    const compared = await compareRunData(run, found, () => {});
    assertEquals([compared.same, compared.data.trainRows], [same, trainRows]);
    assertEquals(compared.data.publishedSplit, same ? false : undefined);
    assertEquals(compared.data.addedRows, same ? 1 : undefined);
  }
});

Deno.test("compareRunData() warns if the pixels look different from those of the run's data", async () => {
  const paper = { pixels: { ...BYTE_PIXELS, brightBackground: 1 } };
  const [warning, ...others] = await compare(data(), data({ ...paper, ...other }));
  assert(warning.includes("--invert exchanges dark and bright"), warning);
  assertEquals(others, []);
  assertEquals(await compare(data(paper), data({ ...paper, ...other })), []);
  assertEquals(await compare(data({ pixels: undefined }), data({ ...paper, ...other })), []);
});

Deno.test("reportSplit() names classes in one part only, and test rows that are training rows", () => {
  const warningsOf = (changes: Partial<Dataset>) => {
    const warnings: string[] = [];
    reportSplit(data(changes), { ...NOTEBOOK, split: "original" }, (line) => warnings.push(line));
    return warnings;
  };
  assertEquals(warningsOf({}), [
    "mine.csv: label 0 is trained but never tested; label 2 is tested but never trained",
  ]);
  const labels = Uint8Array.of(0, 1, 1, 0);
  assertEquals(warningsOf({ labels }), []);
  assertEquals(warningsOf({ labels, images: Uint8Array.of(0, 10, 20, 30, 20, 30, 0, 10) }), [
    "mine.csv: 2 of the 2 test rows are also training rows, so the accuracy is optimistic",
  ]);
  assertEquals(warningsOf({ labels, images: new Uint8Array(8), name: "mnist" }), []);
});

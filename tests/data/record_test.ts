import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { openDataset } from "../../lib/data/open.ts";
import { hashDataset, readDatasetRecord, recordDataset } from "../../lib/data/record.ts";
import { dataset } from "./dataset.ts";
import { folder, smallFiles } from "./idx_files.ts";
import { test } from "../requirements.ts";

const data = (changes: Partial<Dataset> = {}) =>
  dataset([9, 0, 7], { width: 2, images: Uint8Array.of(0, 10, 20, 30, 40, 50), ...changes });

Deno.test("hashDataset() is SHA-256 of both hashes and the shape", async () => {
  // python3: h = lambda b: hashlib.sha256(b).digest()
  // h(h(bytes([0, 10, 20, 30, 40, 50])) + h(bytes([9, 0, 7])) + b"3 x 1 x 2").hex()
  assertEquals(
    await hashDataset(data()),
    "1f81077988cac0a20f38a525ec503e5ba332bf27299d870fc8cd159725ceff73",
  );
});

Deno.test("hashDataset() changes with a pixel, a label, the order or the shape, but not with the name or the split", async () => {
  const hash = await hashDataset(data());
  const others: Partial<Dataset>[] = [
    { images: Uint8Array.of(0, 10, 20, 30, 40, 51) },
    { labels: Uint8Array.of(9, 0, 8) },
    { labels: Uint8Array.of(0, 9, 7) },
    { width: 1, height: 2 },
  ];
  for (const changes of others) assertNotEquals(await hashDataset(data(changes)), hash);
  assertEquals(await hashDataset(data({ name: "copy", trainRows: 1, classes: 20 })), hash);
});

test("recordDataset() records how to open a data set again and how to recognize it", async () => {
  using directory = folder(smallFiles());
  const opened = await openDataset({ dataset: directory.path });
  const record = await recordDataset(opened);
  assertEquals([record.dataset, record.trainRows, record.testRows], [directory.path, 6, 3]);
  assertEquals(await recordDataset(await openDataset(record)), record);
  assertEquals((await recordDataset(data())).dataset, "mine");
  const { classNames } = await recordDataset(data({ classNames: ["a", "b"] }));
  assertEquals(classNames, ["a", "b"]);
});

Deno.test("readDatasetRecord() returns what was recorded, and rejects fields of other types", async () => {
  const record = await recordDataset(data({ classNames: ["a", "b"], publishedSplit: false }));
  assertEquals(readDatasetRecord(JSON.parse(JSON.stringify(record))), record);
  for (const [field, value] of Object.entries({ classNames: [1], trainRows: "2", hash: null })) {
    assertThrows(
      () => readDatasetRecord({ ...record, [field]: value }),
      SyntaxError,
      `Cannot read the record of the data as ${field} must be`,
    );
  }
});

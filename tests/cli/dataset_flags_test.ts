import { resolve } from "node:path";
import { assertEquals } from "@std/assert";
import { datasetSource } from "../../lib/cli/dataset_flags.ts";
import type { DatasetSource } from "../../lib/data/dataset.ts";

Deno.test("datasetSource() is MNIST or what it falls back to, unless flags or an earlier run say else", () => {
  assertEquals(datasetSource({}), { dataset: "auto" });
  assertEquals(datasetSource({ dataset: "kmnist", imageWidth: 7, invert: true }), {
    dataset: "kmnist",
    width: 7,
    invert: true,
  });
});

Deno.test("datasetSource() completes flags by an earlier run of the same data, however the path is given", () => {
  const recorded: DatasetSource = { dataset: resolve("digits.csv"), label: "last", maxPixel: 16 };
  for (const dataset of [undefined, "digits.csv", "./digits.csv", resolve("digits.csv")]) {
    assertEquals(datasetSource({ dataset }, recorded), recorded);
    assertEquals(datasetSource({ dataset, label: "first" }, recorded), {
      ...recorded,
      label: "first",
    });
  }
  assertEquals(datasetSource({ dataset: "others.csv" }, recorded), { dataset: "others.csv" });
  const named = { dataset: "kmnist", invert: true };
  assertEquals(datasetSource({ dataset: "kmnist" }, named), named);
});

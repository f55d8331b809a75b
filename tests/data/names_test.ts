import { assertEquals } from "@std/assert";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { namedDataset } from "../../lib/data/names.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { mnistDirectory, needs, test } from "../requirements.ts";
import type { Dataset } from "../../lib/data/dataset.ts";

const assertKnown = (name: string, data: Dataset) => {
  const { isMnist, ...known } = namedDataset(name)!;
  const { width, height, classes, trainRows, labels } = data;
  assertEquals(known, { width, height, classes, trainRows, rows: labels.length });
  assertEquals(isMnist, name === "mnist");
};

test("namedDataset() gives the shape and the numbers of rows of the synthetic digits", () => {
  assertKnown("synthetic", syntheticDigits());
});

test({
  name: "namedDataset() gives the shape and the numbers of rows of MNIST",
  ...await needs("mnist"),
  fn() {
    assertKnown("mnist", readIdxFolder(mnistDirectory()));
  },
});

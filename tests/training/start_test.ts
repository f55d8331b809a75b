import { assert, assertNotEquals } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import type { Architecture } from "../../lib/net/architecture.ts";
import { NOTEBOOK, type TrainingOptions } from "../../lib/training/options.ts";
import { drawStart } from "../../lib/training/start.ts";
import { test } from "../requirements.ts";

const DATA: Dataset = {
  name: "blank",
  width: 2,
  height: 1,
  classes: 3,
  trainRows: 60,
  images: new Uint8Array(140),
  labels: new Uint8Array(70),
};
const NET: Architecture = {
  inputs: 2,
  hidden: [4, 5],
  classes: 3,
  activation: "tanh",
  head: "notebook",
};

test("drawStart() returns its last result again if only names, pixels or the batch size differ", () => {
  const first = drawStart(DATA, NOTEBOOK, NET);
  const renamed = { ...DATA, name: "full", images: DATA.images.map(() => 255) };
  assert(drawStart(renamed, { ...NOTEBOOK, batchSize: 7 }, { ...NET }) === first);
});

test("drawStart() draws again if an option or a size differs on which the draws depend", () => {
  const published: TrainingOptions = { ...NOTEBOOK, split: "original" };
  const cases: [Dataset, TrainingOptions, Architecture][] = [
    [DATA, { ...NOTEBOOK, seed: 1 }, NET],
    [DATA, { ...NOTEBOOK, threefry: "partitionable" }, NET],
    [DATA, { ...NOTEBOOK, validation: 5 }, NET],
    [DATA, { ...NOTEBOOK, initialization: "glorot" }, NET],
    [{ ...DATA, trainRows: 50 }, NOTEBOOK, NET],
    [{ ...DATA, labels: new Uint8Array(80), images: new Uint8Array(160) }, NOTEBOOK, NET],
    [DATA, NOTEBOOK, { ...NET, hidden: [4, 6] }],
    [DATA, published, NET],
  ];
  for (const [data, options, net] of cases) {
    const first = drawStart(DATA, NOTEBOOK, NET);
    assertNotEquals(drawStart(data, options, net), first, JSON.stringify([options, net]));
  }
  const unpublished = { ...DATA, publishedSplit: false };
  assertNotEquals(drawStart(unpublished, published, NET), drawStart(DATA, published, NET));
});

import { assertEquals, assertThrows } from "@std/assert";
import {
  checkAgainstRows,
  fitToRows,
  NOTEBOOK,
  OptionError,
  resolveOptions,
  type TrainingOptions,
} from "../../lib/training/options.ts";
import { type OptionName, OPTIONS, type OptionValues } from "../../lib/training/option_table.ts";

Deno.test("resolveOptions() returns the notebook's options by default", () => {
  assertEquals(resolveOptions(), { ...NOTEBOOK });
  // A run is repeated by its command, so none of these may change.
  assertEquals<OptionValues>({ ...NOTEBOOK }, {
    seed: 298504,
    iterations: 5000,
    epochs: 0,
    batchSize: 100,
    learningRate: 0.5,
    schedule: "step",
    decay: 0.5,
    decayEvery: 2000,
    evalEvery: 500,
    evalSize: 1000,
    split: "shuffle",
    validation: 0,
    patience: 0,
    hidden: [50, 100],
    activation: "tanh",
    head: "notebook",
    initialization: "normal",
    scale: "l2",
    optimizer: "sgd",
    augment: "none",
    rotate: 12,
    zoom: 0.12,
    shear: 0.12,
    shift: 1.5,
    warp: 2.5,
    threefry: "legacy",
  });
});

Deno.test("resolveOptions() treats undefined as not given", () => {
  assertEquals(resolveOptions({ seed: undefined, batchSize: 7 }), { ...NOTEBOOK, batchSize: 7 });
});

Deno.test("resolveOptions() accepts the bounds of each range", () => {
  const bounds: Partial<TrainingOptions>[] = [
    { rotate: 0, zoom: 0, shear: 0, shift: 0, warp: 0 },
    { rotate: 180, zoom: 0.99, shear: 1000, shift: 1000, warp: 1000 },
    { seed: 2 ** 32 - 1, iterations: 0, epochs: 0, batchSize: 1, validation: 0, hidden: [1, 1] },
  ];
  for (const options of bounds) assertEquals(resolveOptions(options), { ...NOTEBOOK, ...options });
});

/** An option and an invalid value. */
const INVALID: [OptionName, unknown][] = [
  ["seed", -1],
  ["seed", 2 ** 32],
  ["seed", 0.5],
  ["iterations", -1],
  ["iterations", 1.5],
  ["epochs", -1],
  ["batchSize", 0],
  ["learningRate", 0],
  ["learningRate", NaN],
  ["learningRate", Infinity],
  ["schedule", "staircase"],
  ["decay", -0.5],
  ["decayEvery", 0],
  ["evalEvery", 0],
  ["evalSize", 0],
  ["split", "random"],
  ["validation", -1],
  ["hidden", [50]],
  ["hidden", [50, 100, 10]],
  ["hidden", [50, 0]],
  ["activation", "sigmoid"],
  ["head", "mse"],
  ["initialization", "zeros"],
  ["scale", "l1"],
  ["optimizer", "rmsprop"],
  ["augment", "rotate"],
  ["rotate", 180.5],
  ["rotate", -1],
  ["zoom", 1],
  ["shear", Infinity],
  ["shift", NaN],
  ["warp", 1001],
  ["threefry", "new"],
];

for (const [option, value] of INVALID) {
  Deno.test(`resolveOptions() throws OptionError if ${option} is ${value}`, () => {
    const error = assertThrows(
      () => resolveOptions({ [option]: value }),
      OptionError,
      `${OPTIONS[option].rule}: current value is ${value}`,
    ) as OptionError;
    assertEquals(error.option, option);
  });
}

Deno.test("resolveOptions() throws if an option does not exist", () => {
  const misspelled = { batchsize: 10 } as Partial<OptionValues>;
  const error = assertThrows(() => resolveOptions(misspelled), OptionError, "batchSize");
  assertEquals((error as OptionError).option, "batchsize");
});

/** 60 training rows and 10 test rows. */
const ROWS = { trainRows: 60, labels: { length: 70 } };

Deno.test("checkAgainstRows() accepts batches and evaluations of up to all rows", () => {
  checkAgainstRows({ ...NOTEBOOK, batchSize: 60, evalSize: 10 }, ROWS);
  checkAgainstRows({ ...NOTEBOOK, batchSize: 40, evalSize: 20, validation: 20 }, ROWS);
  checkAgainstRows({ ...NOTEBOOK, batchSize: 1, evalSize: 59, validation: 59 }, ROWS);
});

Deno.test("checkAgainstRows() throws if the data has no test rows", () => {
  const options = { ...NOTEBOOK, batchSize: 10, validation: 10, evalSize: 10 };
  const rows = { trainRows: 60, labels: { length: 60 } };
  assertThrows(() => checkAgainstRows(options, rows), RangeError, "test rows");
});

for (
  const [option, change, rule] of [
    ["batchSize", { batchSize: 61 }, "at most the 60 rows to train on"],
    ["batchSize", { batchSize: 41, validation: 20 }, "at most the 40 rows to train on"],
    ["evalSize", { evalSize: 11 }, "at most the 10 rows to evaluate on"],
    ["evalSize", { evalSize: 21, validation: 20 }, "at most the 20 rows to evaluate on"],
    ["validation", { validation: 60 }, "below the 60 rows to train on"],
  ] as const
) {
  Deno.test(`checkAgainstRows() throws if ${JSON.stringify(change)} exceeds 60 training and 10 test rows`, () => {
    const options = { ...NOTEBOOK, batchSize: 10, evalSize: 10, ...change };
    const error = assertThrows(
      () => checkAgainstRows(options, ROWS),
      OptionError,
      rule,
    ) as OptionError;
    assertEquals(error.option, option);
  });
}

Deno.test("fitToRows() reduces sizes that are not given to the rows trained and evaluated on", () => {
  const sizes = (validation: number, given = {}) => {
    const data = { trainRows: 60, labels: { length: 75 } };
    const { batchSize, evalSize } = fitToRows({ ...NOTEBOOK, validation, ...given }, data, given);
    return [batchSize, evalSize];
  };
  assertEquals(sizes(0), [60, 15]);
  // With validation, the run is evaluated on these rows, however many test rows there are.
  assertEquals(sizes(20), [40, 20]);
  assertEquals(sizes(5), [55, 5]);
  assertEquals(sizes(20, { batchSize: 200, evalSize: 300 }), [200, 300]);
  assertEquals(sizes(0, { batchSize: 7 }), [7, 15]);
});

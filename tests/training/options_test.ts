import { assertEquals, assertThrows } from "@std/assert";
import {
  checkAgainstRows,
  fitToRows,
  NOTEBOOK,
  OptionError,
  resolveOptions,
  type TrainingOptions,
} from "../../lib/training/options.ts";
import type { OptionName, OptionValues } from "../../lib/training/option_table.ts";

Deno.test("resolveOptions() returns the notebook's options by default", () => {
  assertEquals(resolveOptions(), { ...NOTEBOOK });
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

/** An option, an invalid value, and what the error says it must be. */
const INVALID: [OptionName, unknown, string][] = [
  ["seed", -1, "a whole number from 0 to 4294967295"],
  ["seed", 2 ** 32, "a whole number from 0 to 4294967295"],
  ["seed", 0.5, "a whole number from 0 to 4294967295"],
  ["iterations", -1, "a whole number of at least 0"],
  ["iterations", 1.5, "a whole number of at least 0"],
  ["epochs", -1, "a whole number of at least 0"],
  ["batchSize", 0, "a whole number of at least 1"],
  ["learningRate", 0, "a number above 0"],
  ["learningRate", NaN, "a number above 0"],
  ["learningRate", Infinity, "a number above 0"],
  ["schedule", "staircase", "one of step, linear"],
  ["decay", -0.5, "a number above 0"],
  ["decayEvery", 0, "a whole number of at least 1"],
  ["evalEvery", 0, "a whole number of at least 1"],
  ["evalSize", 0, "a whole number of at least 1"],
  ["split", "random", "one of shuffle, original"],
  ["validation", -1, "a whole number of at least 0"],
  ["hidden", [50], "two whole numbers of at least 1"],
  ["hidden", [50, 100, 10], "two whole numbers of at least 1"],
  ["hidden", [50, 0], "two whole numbers of at least 1"],
  ["activation", "sigmoid", "one of tanh, relu"],
  ["head", "mse", "one of notebook, softmax"],
  ["initialization", "zeros", "one of normal, glorot"],
  ["scale", "l1", "one of l2, unit"],
  ["optimizer", "rmsprop", "one of sgd, momentum, adam"],
  ["augment", "rotate", "one of none, shift, affine, elastic"],
  ["rotate", 180.5, "a number from 0 to 180"],
  ["rotate", -1, "a number from 0 to 180"],
  ["zoom", 1, "a number from 0 to 0.99"],
  ["shear", Infinity, "a number from 0 to 1000"],
  ["shift", NaN, "a number from 0 to 1000"],
  ["warp", 1001, "a number from 0 to 1000"],
  ["threefry", "new", "one of legacy, partitionable"],
];

for (const [option, value, rule] of INVALID) {
  Deno.test(`resolveOptions() throws OptionError if ${option} is ${value}`, () => {
    const error = assertThrows(
      () => resolveOptions({ [option]: value }),
      OptionError,
      `Cannot train as ${option} must be ${rule}: current value is ${value}`,
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

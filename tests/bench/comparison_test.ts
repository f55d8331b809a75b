import { assertEquals } from "@std/assert";
import { comparisonTable, type Measurement, summarize } from "../../bench/comparison.ts";

const ours: Measurement = {
  name: "ours-cpu",
  net: "notebook",
  operations: 2e7,
  title: "ours, cpu",
  iterations: 5000,
  milliseconds: [1, 3, 1],
  accuracy: 0.9135,
};
const peer: Measurement = {
  name: "tfjs-wasm",
  net: "notebook",
  operations: 2e7,
  title: "TensorFlow.js",
  iterations: 800,
  milliseconds: [6, 18, 8],
  accuracy: 0.8,
};
const broken: Measurement = {
  name: "ours-webgpu",
  net: "notebook",
  operations: 2e7,
  title: "ours-webgpu",
  iterations: 100,
  milliseconds: [],
  accuracy: NaN,
  failure: "no such device",
};

Deno.test("summarize() takes the median ratio to our CPU engine within each round", () => {
  assertEquals(summarize(peer, [ours, broken, peer]), {
    millisecondsPerStep: 8,
    gigaflops: 2.5,
    secondsFor5000: 40,
    timesOurs: 6,
  });
});

Deno.test("summarize() returns no ratio if our CPU engine has no turns", () => {
  const summary = { millisecondsPerStep: 8, gigaflops: 2.5, secondsFor5000: 40 };
  assertEquals(summarize(peer, [{ ...ours, milliseconds: [] }, peer]), summary);
  assertEquals(summarize(peer, [peer]), summary);
});

Deno.test("summarize() returns undefined for an implementation without turns", () => {
  assertEquals(summarize(broken, [ours, broken]), undefined);
});

Deno.test("comparisonTable() returns a row for each implementation that ran and a line for each that failed", () => {
  // An implementation that failed in a later turn has some times, but no row.
  assertEquals(comparisonTable([ours, { ...broken, milliseconds: [5] }, peer]), [
    "|               | ms per step | times ours-cpu |   min |    max | GFLOP/s | s for 5000 | steps per turn | accuracy % |",
    "| ------------- | ----------: | -------------: | ----: | -----: | ------: | ---------: | -------------: | ---------: |",
    "| ours, cpu     |       1.000 |           1.00 | 1.000 |  3.000 |    20.0 |        5.0 |           5000 |       91.3 |",
    "| TensorFlow.js |       8.000 |           6.00 | 6.000 | 18.000 |     2.5 |       40.0 |            800 |       80.0 |",
    "ours-webgpu did not run: no such device",
  ]);
});

Deno.test("comparisonTable() of several nets compares each with our CPU engine at the same net", () => {
  const wide = { net: "record", operations: 8e7 };
  const lines = comparisonTable([
    ours,
    peer,
    { ...ours, ...wide, milliseconds: [4] },
    { ...peer, ...wide, milliseconds: [8] },
  ]);
  const cells = lines.slice(2).map((line) => line.split("|").map((cell) => cell.trim()));
  assertEquals(
    cells.map(([, net, title, ms, times, , , gigaflops]) => [net, title, ms, times, gigaflops]),
    [
      ["notebook", "ours, cpu", "1.000", "1.00", "20.0"],
      ["notebook", "TensorFlow.js", "8.000", "6.00", "2.5"],
      ["record", "ours, cpu", "4.000", "1.00", "20.0"],
      ["record", "TensorFlow.js", "8.000", "2.00", "10.0"],
    ],
  );
});

import { assertEquals } from "@std/assert";
import { type Standing, standingsTable, summarize } from "../../bench/standing.ts";

const ours: Standing = {
  name: "ours-cpu",
  title: "ours, cpu",
  iterations: 5000,
  milliseconds: [1, 3, 1],
  accuracy: 0.9135,
};
const peer: Standing = {
  name: "tfjs-wasm",
  title: "TensorFlow.js",
  iterations: 800,
  milliseconds: [6, 18, 8],
  accuracy: 0.8,
};
const broken: Standing = {
  name: "ours-webgpu",
  title: "ours-webgpu",
  iterations: 100,
  milliseconds: [],
  accuracy: NaN,
  failure: "no such device",
};

Deno.test("summarize() compares with our CPU engine, round by round", () => {
  assertEquals(summarize(peer, [ours, broken, peer]), {
    millisecondsAStep: 8,
    secondsFor5000: 40,
    timesOurs: 6,
  });
});

Deno.test("summarize() compares with nothing where our CPU engine had no turns", () => {
  const summary = { millisecondsAStep: 8, secondsFor5000: 40 };
  assertEquals(summarize(peer, [{ ...ours, milliseconds: [] }, peer]), summary);
  assertEquals(summarize(peer, [peer]), summary);
});

Deno.test("summarize() makes nothing of no turns", () => {
  assertEquals(summarize(broken, [ours, broken]), undefined);
});

Deno.test("standingsTable() has a row for who ran, and a line for who did not", () => {
  assertEquals(standingsTable([ours, broken, peer]), [
    "|               | ms per step | times ours-cpu | least |   most | s for 5000 | steps per turn | accuracy % |",
    "| ------------- | ----------: | -------------: | ----: | -----: | ---------: | -------------: | ---------: |",
    "| ours, cpu     |       1.000 |           1.00 | 1.000 |  3.000 |        5.0 |           5000 |       91.3 |",
    "| TensorFlow.js |       8.000 |           6.00 | 6.000 | 18.000 |       40.0 |            800 |       80.0 |",
    "ours-webgpu did not run: no such device",
  ]);
});

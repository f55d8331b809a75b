import { assertEquals } from "@std/assert";
import { type Standing, standingsTable, summarise } from "../../bench/standing.ts";

const ours: Standing = {
  name: "ours-webgpu",
  title: "ours, webgpu",
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
  name: "ours-cpu",
  title: "ours-cpu",
  iterations: 100,
  milliseconds: [],
  accuracy: NaN,
  failure: "no such device",
};

Deno.test("summarise() compares with those of ours that ran", () => {
  assertEquals(summarise(peer, [ours, broken, peer]), {
    millisecondsAStep: 8,
    secondsFor5000: 40,
    ratios: { "ours-webgpu": 6 },
  });
});

Deno.test("summarise() makes nothing of no turns", () => {
  assertEquals(summarise(broken, [ours, broken]), undefined);
});

Deno.test("standingsTable() has a row for who ran, and a line for who did not", () => {
  assertEquals(standingsTable([ours, broken, peer]), [
    "|               | steps a turn | ms a step | least |   most | s for 5000 | times ours-webgpu | times ours-cpu | accuracy % |",
    "| ------------- | -----------: | --------: | ----: | -----: | ---------: | ----------------: | -------------: | ---------: |",
    "| ours, webgpu  |         5000 |     1.000 | 1.000 |  3.000 |        5.0 |              1.00 |              - |       91.3 |",
    "| TensorFlow.js |          800 |     8.000 | 6.000 | 18.000 |       40.0 |              6.00 |              - |       80.0 |",
    "ours-cpu did not run: no such device",
  ]);
});

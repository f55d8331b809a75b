import { assertEquals, assertThrows } from "@std/assert";
import { phasesOf, type PrintedLine, summarizePhases } from "../../bench/startup_phases.ts";
import { STARTED } from "../../bench/startup_span.ts";

const START = 1000;
const SPANS = [
  { name: STARTED, from: 1001, to: 1040 },
  { name: "adapter", from: 1100, to: 1150 },
  { name: "adapter", from: 1160, to: 1165 },
  { name: "worker.ts", from: 1090, to: 1190 },
  { name: "a worker of the training", from: 1195, to: 1400 },
];
const measured = { accuracy: 0, loss: 0, learningRate: 0 };
const PRINTED = [
  { event: { type: "started" }, at: 1200 },
  { event: { type: "evaluated", iteration: 0, seconds: 0, ...measured }, at: 1250 },
  { event: { type: "progress", iteration: 1, iterations: 1, seconds: 0.02 }, at: 1280 },
] as PrintedLine[];

Deno.test("phasesOf() counts from the start of the process, and adds up spans of the same name", () => {
  assertEquals(phasesOf(START, SPANS, PRINTED), [
    { name: STARTED, from: 0, to: 40, duration: 40 },
    { name: "modules loaded", from: 40, to: 90, duration: 50 },
    { name: "adapter", from: 100, to: 165, duration: 55 },
    { name: "worker.ts", from: 90, to: 190, duration: 100 },
    {
      name: "data loaded into the engine, first evaluation",
      from: 200,
      to: 250,
      duration: 50,
    },
    { name: "first step", from: 260, to: 280, duration: 20 },
  ]);
});

Deno.test("phasesOf() throws if the run did not train or recorded no start", () => {
  assertThrows(() => phasesOf(START, SPANS, PRINTED.slice(0, 2)), Error, "no progress event");
  assertThrows(() => phasesOf(START, SPANS.slice(1), PRINTED), Error, "no span for the start");
});

Deno.test("summarizePhases() takes the medians of each phase, ordered by their beginnings", () => {
  const phase = (name: string, from: number) => ({ name, from, to: from + 2, duration: 2 });
  const starts = [[phase("b", 9), phase("a", 1)], [phase("b", 5), phase("a", 3)], [phase("b", 6)]];
  assertEquals(summarizePhases(starts), [phase("a", 2), phase("b", 6)]);
});

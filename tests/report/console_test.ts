import { assertEquals } from "@std/assert";
import { logLines } from "../../lib/report/console.ts";
import type { TrainingEvent } from "../../lib/training/events.ts";

const art = Array.from({ length: 28 }, (_, i) => i === 5 ? " @@ ".padEnd(28) : " ".repeat(28));
const evaluated = { type: "evaluated", loss: 3, learningRate: 0.5, seconds: 1 } as const;

const EVENTS: TrainingEvent[] = [
  {
    type: "started",
    seed: 298504,
    device: "one CPU core",
    backend: "cpu",
    dataset: "mnist",
    layers: [784, 50, 100, 10],
  },
  { type: "sample", index: 55147, label: 8, art },
  { ...evaluated, iteration: 0, accuracy: 0.088 },
  { type: "progress", iteration: 500, iterations: 5000, seconds: 1 },
  { ...evaluated, iteration: 500, accuracy: 0.796 },
  { ...evaluated, iteration: 5000, accuracy: 1 },
  {
    type: "finished",
    iterations: 5000,
    seconds: 12.341,
    accuracy: 0.916,
    loss: 2,
    architecture: {
      inputs: 784,
      hidden: [50, 100],
      classes: 10,
      activation: "tanh",
      head: "notebook",
    },
    scale: "l2",
    parameters: {
      w0: new Float32Array(),
      b0: new Float32Array(),
      w1: new Float32Array(),
      b1: new Float32Array(),
      w2: new Float32Array(),
      b2: new Float32Array(),
    },
  },
];

Deno.test("logLines() formats the notebook's log exactly", () => {
  assertEquals(EVENTS.flatMap(logLines), [
    "Using seed: 298504",
    "Sample image:",
    "",
    ...art,
    "",
    "Sample answer: 8",
    "Initial Accuracy:       8.80%",
    "",
    "(500) Accuracy:        79.60%",
    "",
    "(5000) Accuracy:      100.00%",
    "",
    "12.34 seconds elapsed during training.",
    "",
    "Final accuracy against test set:    91.60%",
  ]);
});

Deno.test("logLines() shows the name of a label that has one", () => {
  const lines = logLines({ type: "sample", index: 0, label: 2, name: "C", art });
  assertEquals(lines.at(-1), "Sample answer: 2 C");
});

import { assertEquals, assertRejects } from "@std/assert";
import { readRunDirectory, RunDirectory } from "../../lib/report/run_directory.ts";
import type { FinishedEvent, TrainingEvent } from "../../lib/training/events.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { test } from "../requirements.ts";

const OPTIONS = { ...NOTEBOOK, hidden: [1, 1] as const };
const STARTED: TrainingEvent = {
  event: "started",
  seed: 298504,
  device: "one CPU core",
  backend: "cpu",
  dataset: "bars",
  layers: [2, 1, 1, 2],
};
const FINISHED: FinishedEvent = {
  event: "finished",
  iterations: 5000,
  seconds: 2,
  accuracy: 0.5,
  loss: 0.7,
  architecture: { inputs: 2, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook" },
  scale: "l2",
  parameters: {
    w0: Float32Array.of(1, 2),
    b0: Float32Array.of(3),
    w1: Float32Array.of(4),
    b1: Float32Array.of(5),
    w2: Float32Array.of(6, 7),
    b2: Float32Array.of(8, 9),
  },
};
const POINT = { iteration: 500, accuracy: 0.25, loss: 1 / 3, learningRate: 0.5, seconds: 0.1 };

/** A new folder, kept as far as these events. */
async function kept(events: TrainingEvent[]) {
  const path = await Deno.makeTempDir({ prefix: "run" });
  {
    await using directory = new RunDirectory({ options: OPTIONS, path });
    for (const event of events) await directory.record(event);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

test("readRunDirectory() gives back what RunDirectory was told", async () => {
  await using folder = await kept([STARTED, { event: "evaluated", ...POINT }, FINISHED]);
  const { run, model } = await readRunDirectory(folder.path + "/");
  assertEquals(run, {
    name: folder.path.split("/").at(-1)!,
    dataset: "bars",
    device: "one CPU core",
    backend: "cpu",
    options: OPTIONS,
    iterations: 5000,
    seconds: 2,
    accuracy: 0.5,
    loss: 0.7,
    curve: [POINT],
  });
  assertEquals(model.parameters, FINISHED.parameters);
});

test("RunDirectory keeps options and metrics of a run that does not end well", async () => {
  await using folder = await kept([STARTED, { event: "evaluated", ...POINT }]);
  const read = (name: string) => Deno.readTextFile(`${folder.path}/${name}`);
  assertEquals((await read("metrics.csv")).split(/\r?\n/), [
    "iteration,accuracy,loss,learningRate,seconds",
    "500,0.25,0.3333333333333333,0.5,0.1",
    "",
  ]);
  assertEquals(JSON.parse(await read("options.json")).options, { ...OPTIONS, hidden: [1, 1] });
  await assertRejects(
    () => readRunDirectory(folder.path),
    Error,
    "model.safetensors: there is no such file",
  );
});

test("RunDirectory touches nothing before the run begins", async () => {
  await using folder = await kept([]);
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

test("readRunDirectory() refuses metrics that are not a run's", async () => {
  await using folder = await kept([STARTED, FINISHED]);
  const cases = [
    ["a,b\n1,2\n", "as its columns must be iteration,accuracy,loss,learningRate,seconds"],
    ["iteration,accuracy,loss,learningRate,seconds\n500,0.5,,0.5,1\n", "line 2 must be numbers"],
    ["", "as its columns must be"],
  ];
  for (const [text, message] of cases) {
    await Deno.writeTextFile(`${folder.path}/metrics.csv`, text);
    await assertRejects(() => readRunDirectory(folder.path), Error, message);
  }
});

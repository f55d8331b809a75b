import { basename } from "node:path";
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { relative } from "node:path";
import type { Dataset } from "../../lib/data/dataset.ts";
import { hashDataset } from "../../lib/data/record.ts";
import { decodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { loadModel } from "../../lib/model/load_model.ts";
import { readRunDirectory, RunDirectory } from "../../lib/runs/run_directory.ts";
import type { CheckpointEvent, FinishedEvent, TrainingEvent } from "../../lib/training/events.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { test } from "../requirements.ts";

const DATA: Dataset = {
  name: "bars",
  width: 2,
  height: 1,
  classes: 2,
  trainRows: 1,
  images: Uint8Array.of(0, 255, 255, 0),
  labels: Uint8Array.of(1, 0),
};
const OPTIONS = { ...NOTEBOOK, hidden: [1, 1] as const };
const STARTED: TrainingEvent = {
  type: "started",
  seed: 298504,
  device: "one CPU core",
  backend: "cpu",
  dataset: "bars",
  layers: [2, 1, 1, 2],
};
const FINISHED: FinishedEvent = {
  type: "finished",
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
const PROGRESS = { type: "progress", iteration: 1, iterations: 5, seconds: 0.25 } as const;
const POINT = { iteration: 500, accuracy: 0.25, loss: 1 / 3, learningRate: 0.5, seconds: 0.1 };

/** Creates a folder, and records these events there. */
async function recorded(events: TrainingEvent[]) {
  const path = await Deno.makeTempDir({ prefix: "run" });
  {
    await using directory = new RunDirectory({ options: OPTIONS, data: DATA, saveEvery: 7, path });
    for (const event of events) await directory.record(event);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

test("readRunDirectory() returns what RunDirectory recorded", async () => {
  await using folder = await recorded([STARTED, { type: "evaluated", ...POINT }, FINISHED]);
  const { run, model } = await readRunDirectory(folder.path + "/");
  const { id, ...others } = run;
  assertMatch(id!, /^[0-9a-f-]{36}$/);
  assertEquals(others, {
    name: basename(folder.path),
    dataset: "bars",
    device: "one CPU core",
    backend: "cpu",
    options: OPTIONS,
    data: { dataset: "bars", trainRows: 1, testRows: 1, hash: await hashDataset(DATA) },
    saveEvery: 7,
    result: { iterations: 5000, seconds: 2, accuracy: 0.5, loss: 0.7 },
    curve: [POINT],
  });
  assertEquals(model.parameters, FINISHED.parameters);
});

test("RunDirectory saves options and metrics of a run that does not finish", async () => {
  await using folder = await recorded([STARTED, { type: "evaluated", ...POINT }]);
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

test("RunDirectory.hasCheckpoint tells whether this run has saved one", async () => {
  const path = await Deno.makeTempDir({ prefix: "run" });
  {
    await using directory = new RunDirectory({ options: OPTIONS, data: DATA, saveEvery: 7, path });
    for (const event of [STARTED, PROGRESS]) await directory.record(event);
    assertEquals(directory.hasCheckpoint, false);
  }
  await Deno.remove(path, { recursive: true });
});

test("RunDirectory writes nothing before the run starts", async () => {
  await using folder = await recorded([]);
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

test("readRunDirectory() rejects another file as metrics.csv", async () => {
  await using folder = await recorded([STARTED, FINISHED]);
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

test("readRunDirectory() takes the run's name from the folder, for any path to it", async () => {
  await using folder = await recorded([STARTED, FINISHED]);
  const name = basename(folder.path);
  const relativePath = relative(Deno.cwd(), folder.path);
  for (const path of [`${folder.path}/.`, `${folder.path}/../${name}//`, relativePath]) {
    assertEquals((await readRunDirectory(path)).run.name, name, path);
  }
});

test("RunDirectory lets only one process at a time save a run in a folder", async () => {
  const path = await Deno.makeTempDir();
  const options = { options: OPTIONS, data: DATA, saveEvery: 0, path };
  const refused = "another process is saving a run there; name another folder with --out";
  {
    await using first = new RunDirectory(options);
    await first.record(STARTED);
    await using second = new RunDirectory(options);
    await assertRejects(() => second.record(STARTED), Error, refused);
    await first.record(FINISHED);
  }
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name).sort(), [
    "README.md",
    "metrics.csv",
    "model.safetensors",
    "options.json",
  ]);
  await Deno.remove(path, { recursive: true });
});

test("RunDirectory saves everything that a checkpoint's event holds", async () => {
  const event: CheckpointEvent = {
    type: "checkpoint",
    iteration: 500,
    state: {
      parameters: Float32Array.from({ length: 9 }, (_, i) => i / 7),
      moments: new Float32Array(),
      stepsTaken: 400,
    },
    key: Uint32Array.of(1, 2),
    best: { iteration: 400, accuracy: 0.9, parameters: new Float32Array(9).fill(1 / 3) },
  };
  await using folder = await recorded([STARTED, { type: "evaluated", ...POINT }, PROGRESS, event]);
  const file = await Deno.readFile(`${folder.path}/checkpoint.safetensors`);
  const { run, architecture, seconds, curve, ...saved } = decodeCheckpoint(file);
  assertEquals({ type: "checkpoint", ...saved }, event);
  assertEquals([run.options, architecture], [OPTIONS, FINISHED.architecture]);
  assertEquals([seconds, curve], [PROGRESS.seconds, [POINT]]);
});

test("RunDirectory adds the seconds before the checkpoint to those after it", async () => {
  await using folder = await withCheckpoint();
  const { seconds: before } = folder.checkpoint;
  assertEquals(before, PROGRESS.seconds);
  await using directory = new RunDirectory({
    ...{ options: OPTIONS, data: DATA, saveEvery: 7 },
    resumed: { file: folder.file, checkpoint: folder.checkpoint },
  });
  const checkpointAfter = async (event: TrainingEvent) => {
    await directory.record(event);
    const { state, key } = folder.checkpoint;
    await directory.record({ type: "checkpoint", iteration: 600, state, key });
    return decodeCheckpoint(await Deno.readFile(folder.file));
  };
  await directory.record(STARTED);
  const { curve } = await checkpointAfter({ type: "evaluated", ...POINT });
  assertEquals(curve.at(-1)!.seconds, before + POINT.seconds);
  const { seconds } = await checkpointAfter({ ...PROGRESS, seconds: 3 });
  assertEquals(seconds, before + 3);
  await directory.record(FINISHED);
  const { run } = await readRunDirectory(folder.path);
  assertEquals(run.result.seconds, before + FINISHED.seconds);
});

/** Creates a run's folder with a checkpoint at step 500. */
async function withCheckpoint() {
  const state = { parameters: new Float32Array(9), moments: new Float32Array(), stepsTaken: 500 };
  const key = Uint32Array.of(1, 2);
  const event: TrainingEvent = { type: "checkpoint", iteration: 500, state, key };
  const folder = await recorded([STARTED, PROGRESS, event]);
  const file = `${folder.path}/checkpoint.safetensors`;
  return { ...folder, file, checkpoint: decodeCheckpoint(await Deno.readFile(file)) };
}

/** Resumes from a checkpoint in its own folder. */
async function resume(file: string): Promise<void> {
  const checkpoint = decodeCheckpoint(await Deno.readFile(file));
  await using directory = new RunDirectory({
    ...{ options: OPTIONS, data: DATA, saveEvery: 0, resumed: { file, checkpoint } },
  });
  for (const event of [STARTED, PROGRESS, FINISHED]) await directory.record(event);
}

test("RunDirectory does not overwrite another run if it resumes from a copied checkpoint", async () => {
  await using one = await withCheckpoint();
  await using other = await recorded([STARTED, PROGRESS, FINISHED]);
  const before = await Deno.readFile(`${other.path}/model.safetensors`);
  const copy = `${other.path}/checkpoint.safetensors`;
  await Deno.copyFile(one.file, copy);
  const refused = "belongs to another run than the checkpoint";
  await assertRejects(() => resume(copy), Error, refused);
  // Even if options.json belongs to the checkpoint's run.
  await Deno.copyFile(`${one.path}/options.json`, `${other.path}/options.json`);
  await assertRejects(() => resume(copy), Error, `its model.safetensors ${refused}`);
  assertEquals(await Deno.readFile(`${other.path}/model.safetensors`), before);
});

test("RunDirectory keeps the run's id in the checkpoint's folder, and draws a new one elsewhere", async () => {
  await using one = await withCheckpoint();
  await resume(one.file);
  const { run } = await loadModel(`${one.path}/model.safetensors`);
  assertEquals(run?.id, one.checkpoint.run.id);
  await resume(one.file); // again, over its own result

  const alone = await Deno.makeTempDir();
  const path = await Deno.makeTempDir();
  await Deno.copyFile(one.file, `${alone}/checkpoint.safetensors`);
  await resume(`${alone}/checkpoint.safetensors`); // moved to an empty folder
  {
    await using fork = new RunDirectory({
      ...{ options: OPTIONS, data: DATA, saveEvery: 0, path, resumed: one },
    });
    for (const event of [STARTED, FINISHED]) await fork.record(event);
  }
  const forked = (await loadModel(`${path}/model.safetensors`)).run?.id;
  assert(forked);
  assertNotEquals(forked, one.checkpoint.run.id);
  for (const folder of [alone, path]) await Deno.remove(folder, { recursive: true });
});

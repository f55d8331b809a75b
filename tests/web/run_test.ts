import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { createEngine } from "../../lib/engine/create.ts";
import { OptionError, resolveOptions } from "../../lib/training/options.ts";
import { train } from "../../lib/training/train.ts";
import { Run, SteeredEngine } from "../../web/run.ts";
import { batchOf } from "../../web/batch_of.ts";

const data = syntheticDigits({ trainRows: 70, testRows: 30 });
const OPTIONS = {
  hidden: [5, 4] as const,
  batchSize: 20,
  epochs: 3, // 4 steps each, the last of 10 rows
  evalEvery: 4,
  evalSize: 30,
  learningRate: 0.5,
};

async function openRun(options: Partial<typeof OPTIONS> & Record<string, unknown> = {}) {
  const run = new Run(data, resolveOptions({ ...OPTIONS, ...options }));
  const engine = new SteeredEngine(
    await createEngine({ ...run.engineOptions, backend: "cpu", threads: 1 }),
  );
  return { run, engine };
}

async function finished(options: Record<string, unknown> = {}) {
  for await (const event of train({ data, ...OPTIONS, backend: "cpu", ...options })) {
    if (event.type === "finished") return event;
  }
  throw new Error("the run did not finish");
}

Deno.test("Run repeats train(), one step or several at a time, and counts ragged epochs", async () => {
  const { run, engine } = await openRun();
  await using _engine = engine;
  await run.open(engine);
  await run.report(1);
  assertEquals(run.epochs, 20 / 70);
  const { evaluated } = await run.report(3);
  assertEquals([run.epochs, evaluated.map(({ iteration }) => iteration)], [1, [4]]);
  await run.report(8);
  assertEquals([run.iteration, run.epochs], [12, 3]);
  assertEquals(run.model.parameters, (await finished()).parameters);
});

Deno.test("Run goes on with another engine after its last report", async () => {
  const { run, engine } = await openRun({ optimizer: "adam", learningRate: 0.01 });
  await run.open(engine);
  await run.report(5);
  run.report(2).catch(() => {}); // these steps are lost
  await engine[Symbol.asyncDispose]();
  run.close();
  assertEquals([run.isOpen, run.savedIteration], [false, 5]);
  await using second = new SteeredEngine(
    await createEngine({ ...run.engineOptions, backend: "cpu", threads: 1 }),
  );
  assertEquals((await run.open(second)).evaluated, []);
  await run.report(7);
  const { parameters } = await finished({ optimizer: "adam", learningRate: 0.01 });
  assertEquals(run.model.parameters, parameters);
});

Deno.test("Run changes its learning rate between steps, and says what the next step will be", async () => {
  const { run, engine } = await openRun();
  await using _engine = engine;
  await run.open(engine);
  await run.report(3);
  assertEquals([run.nextStep().learningRate, run.nextStep().count], [0.5, 10]);
  run.learningRate = 0.125;
  assertEquals(run.nextStep().learningRate, 0.125);
  await run.report(9);
  assertNotEquals(run.model.parameters, (await finished()).parameters);
});

Deno.test("Run trains on after its end; a schedule that ends with the run begins again", async () => {
  const { run, engine } = await openRun({ schedule: "linear" });
  await using _engine = engine;
  await run.open(engine);
  const first = run.nextStep().learningRate;
  await run.report(12);
  run.extend();
  assertEquals([run.iterations, run.nextStep().learningRate], [24, first]);
  await run.report(12);
  assertEquals(run.iteration, 24);
});

Deno.test("Run refuses options that the page or the data cannot serve", () => {
  const wrong = [{ batchSize: 71 }, { patience: 1, validation: 10 }];
  for (const options of wrong) {
    assertRejects(async () => {
      await Promise.resolve();
      new Run(data, resolveOptions({ ...OPTIONS, ...options }));
    }, RangeError);
  }
  assert(OptionError.prototype instanceof RangeError);
});

Deno.test("batchOf() returns the images of a step, as augmentation changes them", async () => {
  const { run, engine } = await openRun({ augment: "shift" });
  await engine[Symbol.asyncDispose]();
  const step = run.nextStep();
  const plain = batchOf(data, run.split.train, step, { augment: "none", threefry: "legacy" });
  const shifted = batchOf(data, run.split.train, step, { augment: "shift", threefry: "legacy" });
  assertEquals([plain.labels.length, plain.images.length], [20, 20 * 784]);
  assertEquals(plain.labels, shifted.labels);
  assertNotEquals(plain.images, shifted.images);
  // Every image is one of the training rows with its label.
  for (let i = 0; i < 20; i++) {
    const image = plain.images.subarray(784 * i, 784 * (i + 1));
    const row = run.split.train.find((row) =>
      data.labels[row] === plain.labels[i] &&
      image.every((byte, j) => byte === data.images[784 * row + j])
    );
    assert(row !== undefined, `image ${i}`);
  }
});

/** Tests of train() on the real engines: divergence, equal bits after resuming, readbacks. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createEngine } from "../../lib/engine/create.ts";
import { WebGpuEngine } from "../../lib/engine/webgpu/webgpu_engine.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import type { CheckpointEvent, TrainingEvent } from "../../lib/training/events.ts";
import { resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";
import { train } from "../../lib/training/train.ts";
import { engineOptions } from "../../lib/training/engine_options.ts";
import { DivergedError } from "../../lib/training/trainer.ts";
import { generatedData } from "../../lib/engine/reference.ts";
import { needs } from "../requirements.ts";
import { finished } from "./small_run.ts";

const DATA = {
  ...generatedData({ rows: 700, width: 28, height: 28, classes: 10 }),
  trainRows: 600,
};

/** The notebook's way of training, and runs that together use all other kinds of options. */
const RUNS: Record<string, Partial<TrainingOptions>> = {
  "the notebook's options": { iterations: 30, batchSize: 50, evalEvery: 10, evalSize: 30 },
  "other options": {
    epochs: 3,
    batchSize: 50,
    evalEvery: 10,
    evalSize: 30,
    validation: 40,
    learningRate: 0.01,
    schedule: "linear",
    split: "original",
    hidden: [20, 12],
    activation: "relu",
    head: "softmax",
    initialization: "glorot",
    scale: "unit",
    optimizer: "adam",
    augment: "elastic",
    threefry: "partitionable",
  },
  "early stopping": {
    iterations: 80,
    batchSize: 50,
    evalEvery: 5,
    evalSize: 40,
    validation: 40,
    patience: 3,
    optimizer: "momentum",
    learningRate: 0.05,
    augment: "affine",
  },
};

/** Writes a checkpoint to a file's bytes and reads them, which must keep all that the event holds. */
function asFile({ type: _, ...state }: CheckpointEvent, options: TrainingOptions): Checkpoint {
  const run = { dataset: DATA.name, device: "any", backend: "cpu", options };
  const { architecture } = engineOptions(options, DATA);
  const checkpoint = { run, architecture, seconds: 1.5, curve: [], ...state };
  const read = decodeCheckpoint(encodeCheckpoint(checkpoint));
  assertEquals(read, checkpoint);
  return read;
}

for (const backend of ["cpu", "webgpu"] as const) {
  // A software adapter compiles each net for most of a second, so without FULL=1 it runs one of a kind.
  const requirements = async (isEssential: boolean) =>
    backend === "cpu" ? {} : await needs("webgpu", ...isEssential ? [] : ["time"] as const);

  for (const head of ["notebook", "softmax"] as const) {
    Deno.test({
      name:
        `train() throws DivergedError on ${backend} if the loss of the ${head} head becomes infinite or NaN`,
      ...await requirements(head === "softmax"),
      async fn() {
        const options = { activation: "relu", head, learningRate: 1e30, batchSize: 50 } as const;
        const run = train({ data: DATA, backend, ...options, evalEvery: 10, evalSize: 30 });
        await assertRejects(() => Array.fromAsync(run), DivergedError);
      },
    });
  }

  for (const [which, options] of Object.entries(RUNS)) {
    Deno.test({
      name:
        `train() with ${which} on ${backend} gives the same bits if it is resumed from a file after every 7 steps`,
      ...await requirements(which === "other options"),
      async fn() {
        await using engine = await createEngine({
          ...engineOptions(resolveOptions(options), DATA),
          backend,
        });
        const whole = await Array.fromAsync(train({ data: DATA, engine, ...options }));
        const end = finished(whole);
        assert(end.parameters.w0.every(Number.isFinite));

        // Each pass of this loop resumes the run from a file, and leaves it after the next checkpoint.
        let resume: Checkpoint | undefined;
        const pieces: TrainingEvent[] = [];
        do {
          const run = { ...options, saveEvery: 7, resume };
          resume = undefined;
          for await (const event of train({ data: DATA, engine, ...run })) {
            pieces.push(event);
            if (event.type !== "checkpoint") continue;
            resume = asFile(event, resolveOptions(options));
            break;
          }
        } while (resume);

        assertEquals(finished(pieces).parameters, end.parameters);
        assertEquals(finished(pieces).bestIteration, end.bestIteration);
        const accuracies = (events: TrainingEvent[]) =>
          events.filter((event) => event.type === "evaluated")
            .map(({ iteration, accuracy, loss }) => [iteration, accuracy, loss]);
        assertEquals(accuracies(pieces), accuracies(whole));
      },
    });
  }
}

Deno.test({
  name: "train() reads results back from WebGPU only about ten times a second",
  ...await needs("webgpu"),
  async fn() {
    const options = {
      iterations: 400,
      evalEvery: 10,
      evalSize: 30,
      batchSize: 5,
      hidden: [7, 13],
    } as const;
    await using engine = await createEngine({
      ...engineOptions(resolveOptions(options), DATA),
      backend: "webgpu",
    });
    assert(engine instanceof WebGpuEngine);
    const events = await Array.fromAsync(train({ data: DATA, engine, ...options }));

    assertEquals(events.filter(({ type }) => type === "evaluated").length, 41);
    const progress = events.filter(({ type }) => type === "progress").length;
    const { seconds } = finished(events);
    // The first chunks are short, because the device's speed is not yet known.
    assert(progress <= 5 + seconds / 0.04, `${progress} progress events in ${seconds} s`);
    // Four more: the initial accuracy, one of nothing that measures what a readback takes, the final
    // accuracy and the parameters.
    assertEquals(engine.readbacks, progress + 4);
  },
});

/** A tiny data set, options and a fake engine, with which the tests of train() run in no time. */
import type { Dataset } from "../../lib/data/dataset.ts";
import type { FinishedEvent, TrainingEvent } from "../../lib/training/events.ts";
import { resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";
import { train, type TrainArguments } from "../../lib/training/train.ts";
import { engineOptions } from "../../lib/training/engine_options.ts";
import { FakeEngine } from "./fake_engine.ts";

/** Twenty images of 2 x 2 pixels in three classes; the first fourteen are training rows. */
export const DATA: Dataset = {
  name: "twenty",
  width: 2,
  height: 2,
  classes: 3,
  images: Uint8Array.from({ length: 80 }, (_, i) => 3 * i),
  labels: Uint8Array.from({ length: 20 }, (_, i) => i % 3),
  trainRows: 14,
};

/** Six steps, with an evaluation after every third. */
export const OPTIONS = {
  seed: 5,
  iterations: 6,
  batchSize: 4,
  evalEvery: 3,
  evalSize: 2,
  decayEvery: 2,
  hidden: [3, 2],
} as const;

/** Creates a fake engine for DATA. */
export function fakeEngine(options: Partial<TrainingOptions> = OPTIONS): FakeEngine {
  return new FakeEngine(engineOptions(resolveOptions(options), DATA));
}

/** Runs train() on a fake engine, with the engine's clock, and returns all events. */
export async function eventsOf(
  engine: FakeEngine,
  run: Partial<TrainArguments> = {},
): Promise<TrainingEvent[]> {
  const { now } = performance;
  performance.now = () => engine.milliseconds;
  try {
    return await Array.fromAsync(train({ data: DATA, engine, ...OPTIONS, ...run }));
  } finally {
    performance.now = now;
  }
}

/** Returns the last event, which must be `finished`. */
export function finished(events: readonly TrainingEvent[]): FinishedEvent {
  const last = events.at(-1);
  if (last?.type !== "finished") throw new Error(`The last event is ${last?.type}`);
  return last;
}

/** The Worker of `sweepInParallel`: trains runs in sequence on the CPU engine. */
import type { Dataset } from "../data/dataset.ts";
import { createEngine } from "../engine/create.ts";
import type { TrainingOptions } from "./options.ts";
import { RunTrainer, type SweepEvent } from "./sweep.ts";

/** The first message to the Worker: the data, and the engine's maximum number of threads. */
export interface JobSetup {
  data: Dataset;
  threads: number;
}

/** The messages that follow, one after each finished run: the next run. */
export interface JobRequest {
  options: TrainingOptions;
}

/** The Worker's messages: a run's events, or why it failed. */
export type JobAnswer = SweepEvent | { type: "failed"; message: string };

/** `self`, with the types of a Worker instead of a window. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<JobSetup | JobRequest>) => void;
  postMessage(answer: JobAnswer): void;
};

let trainer: RunTrainer;

scope.onmessage = async ({ data: request }) => {
  if ("data" in request) {
    const { data, threads } = request;
    trainer = new RunTrainer(
      data,
      (options) => createEngine({ ...options, backend: "cpu", threads }),
    );
    return;
  }
  try {
    for await (const event of trainer.train(request.options)) scope.postMessage(event);
  } catch (error) {
    scope.postMessage({ type: "failed", message: (error as Error).message });
  }
};

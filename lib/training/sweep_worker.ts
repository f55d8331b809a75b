/** The Worker behind `sweepSideBySide`: trains one run after the other on the CPU engine. */
import type { Dataset } from "../data/dataset.ts";
import { createEngine } from "../engine/create.ts";
import type { TrainingOptions } from "./options.ts";
import { RunTrainer, type SweepEvent } from "./sweep.ts";

/** What it is told first: its data, and how many threads its engine may use. */
export interface JobSetup {
  data: Dataset;
  threads: number;
}

/** What it is told then, after each run that has ended: the next run. */
export interface JobRequest {
  options: TrainingOptions;
}

/** What it answers: a run's events, or why there will be no more. */
export type JobAnswer = SweepEvent | { event: "failed"; message: string };

/** TypeScript's types for a window do not fit a Worker. */
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
    scope.postMessage({ event: "failed", message: (error as Error).message });
  }
};

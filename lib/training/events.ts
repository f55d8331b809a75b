/** What `train()` yields: plain objects, one JSON object a line under `--json`. */
import type { Parameters } from "../net/architecture.ts";

/** The run is about to begin. */
export interface StartedEvent {
  event: "started";
  seed: number;
  /** The device's name. */
  device: string;
  backend: "webgpu" | "cpu";
  dataset: string;
  /** `[D, H1, H2, C]`. */
  layers: number[];
}

/** One training row drawn at random, for a person to check that images and labels belong together. */
export interface SampleEvent {
  event: "sample";
  /** Its number among the training rows. */
  index: number;
  label: number;
  /** One string a line of the image: `@` where a byte is above 100. */
  art: string[];
}

/** The net as it was after `iteration` steps, on freshly drawn rows. */
export interface EvaluatedEvent {
  event: "evaluated";
  iteration: number;
  /** A fraction, 0 to 1. */
  accuracy: number;
  /** Mean over the rows. */
  loss: number;
  /** Of the step just done. */
  learningRate: number;
  /** Since the training loop began. */
  seconds: number;
}

/** So many steps are done. */
export interface ProgressEvent {
  event: "progress";
  iteration: number;
  iterations: number;
  seconds: number;
}

/** The run is over: all steps are done, or it was told to stop. */
export interface FinishedEvent {
  event: "finished";
  /** Steps done. */
  iterations: number;
  /** Of the training loop, evaluations included. */
  seconds: number;
  /** Over all test rows: a fraction, and the mean loss. */
  accuracy: number;
  loss: number;
  parameters: Parameters;
}

/** See each kind. */
export type TrainingEvent =
  | StartedEvent
  | SampleEvent
  | EvaluatedEvent
  | ProgressEvent
  | FinishedEvent;

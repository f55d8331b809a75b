/** What `train()` yields: plain objects, one JSON object a line under `--json`. */
import type { EngineState } from "../engine/engine.ts";
import type { Model } from "../net/model.ts";
import type { Key } from "../random/threefry.ts";

/** The run is about to begin. */
export interface StartedEvent {
  /** Which kind of event. */
  event: "started";
  /** Of all the run's random numbers. */
  seed: number;
  /** The device's name. */
  device: string;
  /** The kind of engine. */
  backend: "webgpu" | "cpu";
  /** The data set's name. */
  dataset: string;
  /** `[D, H1, H2, C]`. */
  layers: number[];
}

/** One training row drawn at random, for a person to check that images and labels belong together. */
export interface SampleEvent {
  /** Which kind of event. */
  event: "sample";
  /** Its number among the training rows. */
  index: number;
  /** Its label. */
  label: number;
  /** What the label stands for, where that is not its number. */
  name?: string;
  /** One string a line of the image: `@` where a byte is above 100. */
  art: string[];
}

/** The net as it was after `iteration` steps, on freshly drawn rows. */
export interface EvaluatedEvent {
  /** Which kind of event. */
  event: "evaluated";
  /** Steps done. */
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
  /** Which kind of event. */
  event: "progress";
  /** Steps done. */
  iteration: number;
  /** Steps there will be. */
  iterations: number;
  /** Since the training loop began. */
  seconds: number;
}

/** All that a later run needs to go on from here as if it had never stopped: `train({ resume })`. */
export interface CheckpointEvent {
  /** Which kind of event. */
  event: "checkpoint";
  /** Steps done. */
  iteration: number;
  /** All that training changes. */
  state: EngineState;
  /** The sampler's: of the last draw before this point. */
  key: Key;
}

/** The run is over: all steps are done, or it was told to stop. Holds the trained net. */
export interface FinishedEvent extends Model {
  /** Which kind of event. */
  event: "finished";
  /** Steps done. */
  iterations: number;
  /** Of the training loop, evaluations included. */
  seconds: number;
  /** Over all test rows: a fraction, 0 to 1. */
  accuracy: number;
  /** Mean over all test rows. */
  loss: number;
}

/** See each kind. */
export type TrainingEvent =
  | StartedEvent
  | SampleEvent
  | EvaluatedEvent
  | ProgressEvent
  | CheckpointEvent
  | FinishedEvent;

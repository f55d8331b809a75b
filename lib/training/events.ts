/** The events that `train()` yields; `--json` prints them as one JSON object per line. */
import type { EngineState } from "../engine/engine.ts";
import type { Model } from "../net/architecture.ts";
import type { Key } from "../random/threefry.ts";
import type { Metrics } from "./metrics.ts";

/** What all events have. */
export interface TypedEvent<Type extends string> {
  /** Tells the kinds of events apart. */
  type: Type;
}

/** The run is about to start. */
export interface StartedEvent extends TypedEvent<"started"> {
  /** The seed of all random numbers of the run. */
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

/** A random training row, to check that images and labels match. */
export interface SampleEvent extends TypedEvent<"sample"> {
  /** Its position among the training rows. */
  index: number;
  /** Its label. */
  label: number;
  /** The class's name, if it is not the number. */
  name?: string;
  /** One string per line of the image: `@` for bytes above 100. */
  art: string[];
}

/** An evaluation of the net after some steps. */
export interface EvaluatedStep extends Metrics {
  /** Steps done. */
  iteration: number;
  /** The learning rate of the last step. */
  learningRate: number;
}

/** An evaluation during the run, on newly sampled rows. */
export interface EvaluatedEvent extends TypedEvent<"evaluated">, EvaluatedStep {
  /** Seconds since the training loop started. */
  seconds: number;
}

/** The number of steps done so far. */
export interface ProgressEvent extends TypedEvent<"progress"> {
  /** Steps done. */
  iteration: number;
  /** Total number of steps. */
  iterations: number;
  /** Seconds since the training loop started. */
  seconds: number;
}

/** The best evaluation so far, of a run with `patience`. */
export interface BestStep {
  /** Steps done before it. */
  iteration: number;
  /** Accuracy on held-out rows, a fraction from 0 to 1. */
  accuracy: number;
  /** Flat, in the layout of `parameterRanges`. */
  parameters: Float32Array;
}

/** Everything that `train({ resume })` needs to continue as if the run had not stopped. */
export interface CheckpointEvent extends TypedEvent<"checkpoint"> {
  /** Steps done. */
  iteration: number;
  /** The engine's state. */
  state: EngineState;
  /** The sampler's key after the last draw before this point. */
  key: Key;
  /** The best evaluation so far; undefined without `patience` or before the first evaluation. */
  best?: BestStep;
}

/** The trained net, with its metrics on all test rows. */
export interface TrainedNet extends Metrics, Model {
  /** Steps done. */
  iterations: number;
  /** With `patience`, the number of steps after which the net had these parameters. */
  bestIteration?: number;
}

/** The run has finished or was stopped. */
export interface FinishedEvent extends TypedEvent<"finished">, TrainedNet {
  /** Seconds of the training loop, including evaluations. */
  seconds: number;
}

/** Any event of a run. */
export type TrainingEvent =
  | StartedEvent
  | SampleEvent
  | EvaluatedEvent
  | ProgressEvent
  | CheckpointEvent
  | FinishedEvent;

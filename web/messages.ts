/** What the page and its two Workers say to each other. */
import type { Dataset } from "../lib/data/dataset.ts";
import type { Backend, DeviceDescription } from "../lib/engine/engine.ts";
import type { Model } from "../lib/net/model.ts";
import type { TrainingOptions } from "../lib/training/options.ts";

/** The page to the trainer. */
export type TrainerOrder =
  /** Get the data: MNIST from this folder, or synthetic digits without one. */
  | { kind: "open"; folder: string | undefined; examiner: MessagePort }
  /** Begin a run anew; it is paused. */
  | { kind: "reset"; options: TrainingOptions; backend: Backend }
  /** Train, so many steps a second at most. */
  | { kind: "train"; stepsPerSecond: number }
  | { kind: "pause" }
  /** Take one step. */
  | { kind: "step" };

/** The trainer to the page. */
export type TrainerReport =
  /** What it is busy with; undefined when it waits. */
  | { kind: "busy"; what: string | undefined }
  | { kind: "opened"; dataset: string }
  /** A line for a person. */
  | { kind: "notice"; line: string }
  | { kind: "failed"; message: string }
  | { kind: "device"; device: DeviceDescription }
  | ({ kind: "began"; iterations: number } & Snapshot)
  | ({ kind: "progress" } & Progress)
  | { kind: "evaluated"; point: CurvePoint }
  | { kind: "finished"; accuracy: number; loss: number; seconds: number };

/** The net as it is now. */
export interface Snapshot {
  /** Steps done. */
  iteration: number;
  /** What it computes with. */
  model: Model;
}

/** How far the run is. */
export interface Progress extends Snapshot {
  /** Steps there will be. */
  iterations: number;
  /** Training rows seen. */
  rows: number;
  /** Spent on steps and evaluations, without pauses. */
  seconds: number;
  /** The steps of the last moment, and what each took. */
  millisecondsPerStep: number;
  /** On fixed test rows. */
  accuracy: number;
  /** On the same. */
  loss: number;
}

/** A point of a learning curve. */
export interface CurvePoint {
  /** Steps done. */
  iteration: number;
  /** A fraction. */
  accuracy: number;
  /** Mean over the rows. */
  loss: number;
}

/** The trainer to the examiner. */
export type ExaminerTask =
  | { kind: "data"; data: Dataset }
  /** Compare a net's answers with the labels of these rows. */
  | { kind: "examine"; model: Model; rows: Uint32Array; of: string };

/** The page to the examiner. */
export type ExaminerOrder =
  | { kind: "listen"; trainer: MessagePort }
  /** Compare a loaded net's answers with the labels of the data's test rows. */
  | { kind: "examine-loaded"; model: Model; of: string }
  /** Give any test digit. */
  | { kind: "digit" };

/** The examiner to the page. */
export type ExaminerReport =
  | { kind: "digit"; image: Uint8Array; label: number }
  | ({ kind: "examined" } & Examination)
  | { kind: "failed"; message: string };

/** How a net's answers compare with the labels. */
export interface Examination {
  /** Which net, in words. */
  of: string;
  /** Rows looked at. */
  rows: number;
  /** A fraction. */
  accuracy: number;
  /** Shape (C, C): rows with the label [first index] that were answered [second index]. */
  confusion: Uint32Array;
  /** The rows answered wrongly that the net was surest of. */
  mistakes: Mistake[];
}

/** A digit answered wrongly. */
export interface Mistake {
  /** Shape (28 * 28). */
  image: Uint8Array;
  /** What it is. */
  label: number;
  /** What the net says. */
  answer: number;
  /** How probable the net finds that. */
  probability: number;
}

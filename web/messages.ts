/** The messages between the page and its two Workers, the trainer and the examiner. */
import type { Dataset } from "../lib/data/dataset.ts";
import type { Augmentation, Backend, DeviceDescription } from "../lib/engine/engine.ts";
import type { SavedModel } from "../lib/model/saved_model.ts";
import type { Model } from "../lib/net/architecture.ts";
import type { TrainingOptions } from "../lib/training/options.ts";
import type { AugmentedImages } from "./augmented_images.ts";

/** From the page to the trainer. */
export type TrainerOrder =
  /** Load MNIST from a folder, or create synthetic digits if there is no folder. */
  | { kind: "open"; folder: string | undefined; examiner: MessagePort }
  /** Prepare a new run, and wait. */
  | { kind: "reset"; options: TrainingOptions; backend: Backend }
  /** Train, with at most this many steps per second. */
  | { kind: "train"; stepsPerSecond: number }
  /** Stop training until the next order. */
  | { kind: "pause" }
  /** Take one step. */
  | { kind: "step" };

/** From the trainer to the page. */
export type TrainerReport =
  /** What the trainer is doing now; undefined if it waits for orders. */
  | { kind: "busy"; what: string | undefined }
  /** The data is loaded. */
  | { kind: "opened"; dataset: string }
  /** A message for the visitor. */
  | { kind: "notice"; line: string }
  /** An error ended the run. */
  | { kind: "failed"; message: string }
  /** The device that the run uses. */
  | { kind: "device"; device: DeviceDescription }
  /** A new run is ready. */
  | ({ kind: "began"; iterations: number } & Snapshot)
  /** The run took some steps. */
  | ({ kind: "progress" } & Progress)
  /** One of the run's evaluations. */
  | { kind: "evaluated"; point: CurvePoint }
  /** The run took its last step; accuracy and loss are those on all test rows. */
  | { kind: "finished"; accuracy: number; loss: number; seconds: number };

/** A net during training. */
export interface Snapshot {
  /** Number of steps done. */
  iteration: number;
  /** The net after them. */
  model: Model;
}

/** The state of a run after some steps. */
export interface Progress extends Snapshot {
  /** Number of steps of the whole run. */
  iterations: number;
  /** Number of training images used so far, counted again at each use. */
  rows: number;
  /** Time spent on steps and evaluations, without pauses. */
  seconds: number;
  /** Time per step, averaged over the steps since the last report. */
  millisecondsPerStep: number;
  /** Fraction of the fixed test rows that are classified correctly. */
  accuracy: number;
  /** Mean loss on the same rows. */
  loss: number;
}

/** A point of the learning curves. */
export interface CurvePoint {
  /** Number of steps done. */
  iteration: number;
  /** Fraction of rows that are classified correctly. */
  accuracy: number;
  /** Mean loss over the rows. */
  loss: number;
}

/** From the trainer to the examiner. */
export type ExaminerTask =
  /** The loaded data, which comes first. */
  | { kind: "data"; data: Dataset }
  /** Compare a net's answers on these rows with the labels. `of` describes the net in words. */
  | { kind: "examine"; model: Model; rows: Uint32Array; of: string };

/** From the page to the examiner. */
export type ExaminerOrder =
  /** Accept tasks from the trainer on this port. */
  | { kind: "listen"; trainer: MessagePort }
  /** Compare a loaded net's answers on the test rows with the labels. `of` describes the net in words. */
  | { kind: "examine-loaded"; model: SavedModel; of: string }
  /** Send a random test digit. */
  | { kind: "digit" }
  /** Augment some training images. */
  | { kind: "augment"; augment: Augmentation; seed: number };

/** From the examiner to the page. */
export type ExaminerReport =
  | { kind: "digit"; image: Uint8Array; label: number }
  | ({ kind: "examined" } & Examination)
  | { kind: "augmented"; sheet: AugmentedImages }
  | { kind: "failed"; message: string };

/** A comparison of a net's answers with the labels. */
export interface Examination {
  /** The net, in words. */
  of: string;
  /** Number of rows. */
  rows: number;
  /** Fraction of the rows that are classified correctly. */
  accuracy: number;
  /** Shape (C, C): number of rows with a label (first index) and a predicted class (second index). */
  confusion: Uint32Array;
  /** The misclassified rows with the highest predicted probabilities. */
  mistakes: Mistake[];
}

/** A misclassified digit. */
export interface Mistake {
  /** Shape (28, 28). */
  image: Uint8Array;
  /** The true class. */
  label: number;
  /** The predicted class. */
  answer: number;
  /** The probability of the predicted class. */
  probability: number;
}

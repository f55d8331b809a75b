/** The messages between the page and its two Workers, the trainer and the examiner. */
import type { Dataset } from "../lib/data/dataset.ts";
import type { Augmentation, Backend, DeviceDescription } from "../lib/engine/engine.ts";
import type { SavedModel } from "../lib/model/saved_model.ts";
import type { Model } from "../lib/net/architecture.ts";
import type { Metrics } from "../lib/training/metrics.ts";
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
  /** Take one step, and send its batch. */
  | { kind: "step" }
  /** Train with this learning rate from the next step on; the schedule multiplies it. */
  | { kind: "rate"; learningRate: number }
  /** After the last step: allow as many steps again. */
  | { kind: "extend" }
  /** Teach the run's net, or a file's, the last of these digits. */
  | { kind: "teach"; named: readonly NamedDigit[]; file: SavedModel | undefined };

/** From the trainer to the page. */
export type TrainerReport =
  /** What the trainer is doing now; undefined if it waits for orders. */
  | { kind: "busy"; what: string | undefined }
  /** How much of the data has arrived. */
  | { kind: "loading"; what: string }
  /** Data is loaded. While `isPartial`, the rest of the training rows is still on its way. */
  | { kind: "opened"; dataset: string; trainRows: number; isPartial: boolean }
  /** A message for the visitor. */
  | { kind: "notice"; line: string }
  /** A line of the run's log. */
  | { kind: "log"; line: string }
  /** An error ended the run. */
  | { kind: "failed"; message: string }
  /** The device that the run uses. */
  | { kind: "device"; device: DeviceDescription }
  /** A new run is ready. */
  | { kind: "began"; iterations: number; model: Model }
  /** The run took some steps, or is about to take its first. */
  | ({ kind: "progress" } & Progress)
  /** One of the run's own evaluations. */
  | { kind: "evaluated"; iteration: number; measures: Measures }
  /** The batch of a single step. */
  | { kind: "batch"; batch: Batch }
  /** The net's measures on all test rows, when the run pauses or ends. */
  | { kind: "measured"; iteration: number; measures: Measures }
  /** The run took its last step. */
  | { kind: "finished" }
  /** The net has learned a named digit; `model` is a file's net. */
  | { kind: "taught"; digit: NamedDigit; steps: number; model: SavedModel | undefined };

/** A digit whose class the visitor named. */
export interface NamedDigit {
  /** Shape (28, 28). */
  image: Uint8Array;
  label: number;
  /** Whether it is one of the test digits, whose accuracy then flatters the net a little. */
  isTest: boolean;
}

/** How well a net classifies some rows. */
export interface Measures extends Metrics {
  /** Number of rows. */
  rows: number;
}

/** The state of a run after some steps. */
export interface Progress {
  /** Number of steps done. */
  iteration: number;
  /** Number of steps of the whole run. */
  iterations: number;
  /** The net now. */
  model: Model;
  /** Passes over the training rows so far. */
  epochs: number;
  /** Time spent on steps and evaluations, without pauses. */
  seconds: number;
  /** Time per step, averaged over the steps since the last report. */
  millisecondsPerStep: number;
  /** Measures on fixed test rows. */
  test: Measures;
  /** Measures on fixed training rows. */
  training: Measures;
}

/** The images of one step, with the net's answers before and after it. */
export interface Batch {
  /** The number of the step. */
  iteration: number;
  /** The learning rate of the step. */
  learningRate: number;
  /** Shape (B, 28, 28), as the step augments them. */
  images: Uint8Array;
  /** Shape (B). */
  labels: Uint8Array;
  /** Shape (B): the net's predictions before the step, and after it. */
  answers: [before: Uint8Array, after: Uint8Array];
  /** The batch's mean loss before the step, and after it. */
  loss: [before: number, after: number];
  /** Shape (H1, D): how the step changed the first layer's weights. */
  change: Float32Array;
}

/** From the trainer to the examiner: the loaded data. A second one replaces the first. */
export type ExaminerTask = { kind: "data"; data: Dataset };

/** From the page to the examiner. */
export type ExaminerOrder =
  /** Accept tasks from the trainer on this port. */
  | { kind: "listen"; trainer: MessagePort }
  /** Compare a net's answers with the labels, on at most so many of its test rows. */
  | {
    kind: "examine";
    /** Repeated in the report. */
    of: ExaminedNet;
    model: Model;
    /** The options of the run that trained it; they say which rows it was not trained on. */
    options: TrainingOptions | undefined;
    most: number;
  }
  /** Send the images of some rows. */
  | { kind: "images"; rows: Uint32Array }
  /** Send a random test digit. */
  | { kind: "digit" }
  /** Find the digit in a picture. */
  | { kind: "photo"; file: Blob }
  /** Augment some training images. */
  | { kind: "augment"; augment: Augmentation; seed: number };

/** Which net was examined. */
export interface ExaminedNet {
  /** The name of its file; undefined for the net in training. */
  file: string | undefined;
  /** Number of steps done. */
  iteration: number;
}

/** From the examiner to the page. */
export type ExaminerReport =
  | { kind: "digit"; image: Uint8Array; label: number }
  | { kind: "photo"; digit: Uint8Array; picture: ImageBitmap }
  | ({ kind: "examined" } & Examination)
  | { kind: "images"; rows: Uint32Array; images: Uint8Array }
  | { kind: "augmented"; sheet: AugmentedImages }
  | { kind: "failed"; of: ExaminerOrder["kind"]; message: string };

/** A comparison of a net's answers with the labels. */
export interface Examination {
  of: ExaminedNet;
  /** Shape (n): the rows of the data set. */
  rows: Uint32Array;
  /** Shape (n): the true classes. */
  labels: Uint8Array;
  /** Shape (n): the predicted classes. */
  answers: Uint8Array;
  /** Shape (n): the probabilities of the predicted classes. */
  probabilities: Float32Array;
  measures: Measures;
}

/**
 * The one seam between training and the devices that can do it.
 *
 * An Engine holds a data set, the parameters and the optimizer's state on its
 * device. It is told what to do (draw these rows, step at this learning rate,
 * evaluate on those rows) and queues it; nothing comes back to the host until
 * `settle()` or `read()` asks for it. What a backend owes:
 *
 * - everything queued takes effect in the order in which it was asked for;
 * - `settle()` and `read()` answer for what was queued before they were called; more may be queued,
 *   and they may be called again, before they have answered;
 * - the same calls give the same bits, run after run, and however the steps
 *   are divided among calls of `step()`;
 * - a device that fails or is lost makes the next `settle()` or `read()`
 *   reject with an Error that says what happened; never a wrong number;
 * - after disposal nothing of it is left on the device.
 */
import type { Dataset, PixelScale } from "../data/dataset.ts";
import type { Architecture } from "../net/architecture.ts";
import type { Optimizer } from "../net/optimizer.ts";
import type { Key, ThreefryLayout } from "../random/threefry.ts";
import type { Distortion } from "./distortion.ts";

/** Which kind of engine to make. */
export type Backend = "auto" | "webgpu" | "cpu";

/** Seeded changes made to training images as they are drawn: none, whole-pixel shifts, or distortions. */
export type Augmentation = "none" | "shift" | Distortion;

/** What an engine needs to know before it sees any data. */
export interface EngineOptions {
  /** The net to train. */
  architecture: Architecture;
  /** How a step uses the gradient. */
  optimizer: Optimizer;
  /** The largest number of rows that a step will draw. */
  batchSize: number;
  /** How bytes become inputs. */
  scale: PixelScale;
  /** What is done to the rows of a step as they are drawn. */
  augment: Augmentation;
  /** Layout of the random bits behind row draws and augmentation. */
  threefry: ThreefryLayout;
}

/** The device behind an engine, in words for a person. */
export interface DeviceDescription {
  /** Which kind of engine. */
  backend: "webgpu" | "cpu";
  /** `NVIDIA H200`, `llvmpipe (LLVM 15.0.6, 256 bits)`, `one CPU core`. */
  name: string;
  /** Whether the device is a processor that stands in for a GPU. */
  software: boolean;
}

/** One step of training: its rows are `permutation(key, n)[from .. from + count)` of the n training rows. */
export interface Step {
  /** Behind the permutation. */
  key: Key;
  /** Where the step's part of the permutation begins. */
  from: number;
  /** How many rows it takes, and its gradient is averaged over. */
  count: number;
  /** How far it goes. */
  learningRate: number;
}

/** All that changes during training, so all that a resumed run needs of a device. */
export interface EngineState {
  /** Flat, laid out as `parameterSlots` says. */
  parameters: Float32Array;
  /** The optimizer's moments, one parameter-sized array behind the other; empty for SGD. */
  moments: Float32Array;
  /** Steps taken since the parameters were drawn (Adam's bias correction counts them). */
  stepsTaken: number;
}

/** What one `evaluate()` found. */
export interface Evaluation {
  /** Rows whose largest output is their label's; the first of equal outputs wins. */
  correct: number;
  /** Rows looked at. */
  rows: number;
  /** The mean over the rows. */
  loss: number;
}

/** See the head of this file. */
export interface Engine extends AsyncDisposable {
  /** What it runs on. */
  readonly device: DeviceDescription;
  /** What it was made with. */
  readonly options: EngineOptions;
  /** Puts a data set's bytes and labels on the device; replaces an earlier one. */
  load(data: Dataset): void;
  /** Begins a run: the rows of the loaded data to train on, and the state to start from. */
  start(trainRows: Uint32Array, state: EngineState): void;
  /** Queues steps. */
  step(steps: readonly Step[]): void;
  /** Queues an evaluation of the parameters as they will then be, on these rows of the loaded data. */
  evaluate(rows: Uint32Array): void;
  /** Waits for all that was queued; the evaluations since the last call, in order. */
  settle(): Promise<Evaluation[]>;
  /** Waits for all that was queued; the state as it then is. */
  read(): Promise<EngineState>;
}

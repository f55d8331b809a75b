/**
 * The interface between training and the devices.
 *
 * An Engine holds a data set, the parameters and the optimizer's state on its
 * device. It queues commands (sample these rows, take a step with this learning
 * rate, evaluate on those rows); nothing is read back until `settle()` or
 * `read()` is called. Every implementation guarantees:
 *
 * - commands take effect in the order in which they were queued;
 * - `settle()` and `read()` cover what was queued before the call; more may be queued, and they may
 *   be called again, before they resolve;
 * - the same calls give the same bits in every run, no matter how the steps are
 *   divided among calls of `step()`;
 * - if a device fails or is lost, the next `settle()` or `read()` rejects with an
 *   Error that says what happened, and never returns wrong numbers;
 * - disposal frees everything on the device.
 */
import type { Dataset, PixelScale } from "../data/dataset.ts";
import type { Architecture } from "../net/architecture.ts";
import type { Evaluation } from "../net/evaluation.ts";
import type { Optimizer } from "../net/optimizers.ts";
import type { Key, ThreefryLayout } from "../random/threefry.ts";
import type { Distortion } from "./distortion.ts";

/** Which kind of engine to create. */
export type Backend = "auto" | "webgpu" | "cpu";

/** Seeded changes to training images as they are sampled: none, whole-pixel shifts, or distortions. */
export type Augmentation = "none" | "shift" | Distortion;

/** The options with which an engine is created. */
export interface EngineOptions {
  /** The net to train. */
  architecture: Architecture;
  /** The optimizer. */
  optimizer: Optimizer;
  /** The maximum number of rows per step. */
  batchSize: number;
  /** How bytes are scaled to become inputs. */
  scale: PixelScale;
  /** Changes to a step's rows as they are sampled. */
  augment: Augmentation;
  /** The layout of the random bits for sampling and augmentation. */
  threefry: ThreefryLayout;
}

/** A description of an engine's device. */
export interface DeviceDescription {
  /** Which kind of engine. */
  backend: "webgpu" | "cpu";
  /** The device's name, such as `NVIDIA H200` or `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  name: string;
  /** Whether the device is a software adapter, which emulates a GPU on the CPU. */
  software: boolean;
}

/** A training step on the rows `permutation(key, n)[from .. from + count)` of the n training rows. */
export interface Step {
  /** The key of the permutation. */
  key: Key;
  /** Where the step's part of the permutation begins. */
  from: number;
  /** The number of rows, over which the gradient is averaged. */
  count: number;
  /** The learning rate. */
  learningRate: number;
}

/** Everything that training changes, which is what a resumed run needs from the device. */
export interface EngineState {
  /** The parameters, flat, in the layout of `parameterRanges`. */
  parameters: Float32Array;
  /** The optimizer's moments: concatenated parameter-sized arrays; empty for SGD. */
  moments: Float32Array;
  /** Steps taken since the parameters were drawn (Adam's bias correction counts them). */
  stepsTaken: number;
}

/** Trains and evaluates a net on one device; the head of this file lists its guarantees. */
export interface Engine extends AsyncDisposable {
  /** The device. */
  readonly device: DeviceDescription;
  /** The options with which it was created. */
  readonly options: EngineOptions;
  /** How many nets it can train together: each then takes its steps at the same time as the others. */
  readonly nets: number;
  /**
   * Returns engines for nets that train together, with the same options as this one, which must not be
   * used meanwhile. They give the same bits as this one, and wait for each other: a step is taken when
   * each of them has one, so each must be disposed of as soon as its run ends. All must load the same
   * data.
   *
   * @param count The number of engines, at most `nets`
   */
  together(count: number): Engine[];
  /** Copies a data set's bytes and labels to the device; replaces an earlier data set. */
  load(data: Dataset): void;
  /** Starts a run on these rows of the loaded data, from this state. */
  start(rows: Uint32Array, state: EngineState): void;
  /** Queues steps. */
  step(steps: readonly Step[]): void;
  /** Queues an evaluation on these rows of the loaded data, after the steps queued so far. */
  evaluate(rows: Uint32Array): void;
  /** Waits for all queued commands; returns the evaluations since the last call, in order. */
  settle(): Promise<Evaluation[]>;
  /** Waits for all queued commands; returns the resulting state. */
  read(): Promise<EngineState>;
}

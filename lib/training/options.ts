/** What a training run can be told, with the notebook's choices as the defaults. */
import type { Augmentation } from "../engine/engine.ts";
import type { PixelScale } from "../data/dataset.ts";
import type { Activation, Head } from "../net/architecture.ts";
import type { Optimizer } from "../net/optimizer.ts";
import type { ThreefryLayout } from "../random/threefry.ts";

/** How the parameters are drawn: N(0, 1) throughout as in the notebook, or Glorot's N(0, 2 / (in + out)) with zero biases. */
export type Initialization = "normal" | "glorot";

/** Every choice that changes a run's numbers. */
export interface TrainingOptions {
  /** 0 to 2^32 - 1; all randomness of a run comes from it. */
  seed: number;
  /** Steps; where `epochs` is set, that decides instead. */
  iterations: number;
  /** Passes over the training rows in freshly shuffled order; 0 draws every batch anew from all rows, as the notebook does. */
  epochs: number;
  /** Rows averaged in a step. */
  batchSize: number;
  learningRate: number;
  /** The learning rate is multiplied by `decay` after every `decayEvery`-th step. */
  decay: number;
  decayEvery: number;
  /** Every so many steps the net is evaluated, on `evalSize` freshly drawn rows. */
  evalEvery: number;
  evalSize: number;
  /** Training rows held out; where there are any, evaluations before the last use them and not the test rows. */
  validation: number;
  hidden: readonly [number, number];
  activation: Activation;
  head: Head;
  initialization: Initialization;
  scale: PixelScale;
  optimizer: Optimizer["name"];
  augment: Augmentation;
  threefry: ThreefryLayout;
}

/** The published notebook's run. */
export const NOTEBOOK: Readonly<TrainingOptions> = {
  seed: 298504,
  iterations: 5000,
  epochs: 0,
  batchSize: 100,
  learningRate: 0.5,
  decay: 0.5,
  decayEvery: 2000,
  evalEvery: 500,
  evalSize: 1000,
  validation: 0,
  hidden: [50, 100],
  activation: "tanh",
  head: "notebook",
  initialization: "normal",
  scale: "l2",
  optimizer: "sgd",
  augment: "none",
  threefry: "legacy",
};

/** Defines a trained net, independent of the device that trained it. */
import type { PixelScale } from "../data/dataset.ts";
import type { Architecture, NetParameters } from "./architecture.ts";

/** Everything needed to turn a row of bytes into probabilities. */
export interface Model {
  /** The net's sizes, activation and head. */
  architecture: Architecture;
  /** How the bytes of an image are scaled to become the net's inputs; the same as in training. */
  scale: PixelScale;
  /** The trained parameters. */
  parameters: NetParameters;
}

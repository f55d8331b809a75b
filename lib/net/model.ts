/** What a trained net is, once it has left the device it was trained on. */
import type { PixelScale } from "../data/dataset.ts";
import type { Architecture, Parameters } from "./architecture.ts";

/** All that turns a row of bytes into probabilities. */
export interface Model {
  /** The net's sizes, activation and head. */
  architecture: Architecture;
  /** How a row of bytes became the net's input in training, and so must become it again. */
  scale: PixelScale;
  /** What was learned. */
  parameters: Parameters;
}

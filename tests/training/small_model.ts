/** A small net and images for tests. */
import type { Architecture, Model } from "../../lib/net/architecture.ts";
import { drawParameters } from "../../lib/net/initialize.ts";
import { parameterViews } from "../../lib/net/maths.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import { prngKey, randomBits } from "../../lib/random/threefry.ts";

/** Returns a net with 16 inputs, 3 classes and randomly initialized parameters. */
export function initializedModel(): Model {
  const architecture: Architecture = {
    inputs: 16,
    hidden: [6, 5],
    classes: 3,
    activation: "tanh",
    head: "softmax",
  };
  const flat = drawParameters(architecture, "normal", new DistSampler(3));
  return { architecture, scale: "l2", parameters: parameterViews(architecture, flat) };
}

/** Returns random images of 16 pixels, about half of them 0. */
export function generatedImages(rows: number): Uint8Array<ArrayBuffer> {
  const bits = randomBits(prngKey(4), rows * 16);
  return Uint8Array.from(bits, (word) => word & 0x100 ? word & 0xff : 0);
}

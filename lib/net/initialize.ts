/** Initializes the parameters of a net. */
import type { DistSampler } from "../random/dist_sampler.ts";
import { parameterCount, parameterRanges, type Sizes } from "./architecture.ts";

/**
 * How parameters are initialized.
 * - `normal`: all from N(0, 1), as in the notebook
 * - `glorot`: weights from N(0, 2 / (in + out)) (Glorot and Bengio, 2010), biases 0
 */
export type Initialization = "normal" | "glorot";

/** The standard deviations from which parameters are drawn; 0 for parameters that are 0. */
interface Deviations {
  /** Of the weights of a layer with these numbers of inputs and units. */
  weights(fanIn: number, fanOut: number): number;
  /** Of the biases. */
  biases: number;
}

/** The initializations by name. */
export const INITIALIZATIONS: Readonly<Record<Initialization, Deviations>> = {
  normal: { weights: () => 1, biases: 1 },
  glorot: { weights: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)), biases: 0 },
};

/**
 * Initializes a net's parameters, in the order w0, b0, w1, b1, w2, b2. Each array that is not zero
 * takes one draw.
 *
 * @param architecture The net's sizes
 * @param initialization The distribution
 * @param sampler The source of random numbers; advances by six draws for `normal`, three for `glorot`
 * @returns Flat, in the layout of `parameterRanges`
 */
export function drawParameters(
  architecture: Sizes,
  initialization: Initialization,
  sampler: DistSampler,
): Float32Array<ArrayBuffer> {
  const parameters = new Float32Array(parameterCount(architecture));
  const { weights, biases } = INITIALIZATIONS[initialization];
  for (const { shape, offset } of parameterRanges(architecture)) {
    const [fanOut, fanIn] = shape;
    const deviation = fanIn === undefined ? biases : weights(fanIn, fanOut);
    if (deviation === 0) continue;
    parameters.set(sampler.normal(...shape).map((draw) => draw * deviation), offset);
  }
  return parameters;
}

/**
 * Defines the net's sizes and the layout of its parameters.
 *
 * Dimensions in the whole project: B rows of a batch, D inputs (pixels of an image), H units of a
 * hidden layer, C classes.
 */
import type { PixelScale } from "../data/dataset.ts";
import { type Activation, ACTIVATIONS, type ForeignActivation } from "./activations.ts";
import type { Head } from "./heads.ts";

/** An array of numbers in float32 or float64. */
export type Floats = Float32Array | Float64Array;

/** The sizes and functions of a net of three dense layers. */
export interface Architecture {
  /** D: the number of pixels of an image. */
  inputs: number;
  /** H1 and H2: the numbers of units of the two hidden layers. */
  hidden: readonly [number, number];
  /** C: the number of classes. */
  classes: number;
  /** The activation of both hidden layers. */
  activation: Activation;
  /** The output function of the last layer, and the loss. */
  head: Head;
}

/** The names of the parameters, in the order in which they are initialized and stored. */
export type ParameterName = "w0" | "b0" | "w1" | "b1" | "w2" | "b2";

/** The parameters by name, each flat and row-major, with the shapes of `parameterRanges`. */
export type NetParameters = Record<ParameterName, Float32Array>;

/** The sizes of a net. */
export type Sizes = Pick<Architecture, "inputs" | "hidden" | "classes">;

/** What a net that is only used may have besides the nets that can be trained. */
export interface ModelArchitecture extends Omit<Architecture, "activation"> {
  /** The activation of the hidden layers. */
  activation: Activation | ForeignActivation;
  /**
   * Whether the second hidden layer has no activation. A net of another program with one hidden
   * layer of H units and C classes is a net with H and C hidden units, whose second hidden layer is
   * that net's last layer, and whose last layer has the identity matrix as weights.
   * @default false
   */
  isSecondLinear?: boolean;
}

/** A trained net: everything needed to turn a row of bytes into probabilities. */
export interface Model {
  /** The net's sizes, activation and head. */
  architecture: ModelArchitecture;
  /** How the bytes of an image are scaled to become the net's inputs; the same as in training. */
  scale: PixelScale;
  /** The trained parameters. */
  parameters: NetParameters;
}

/** The position of one parameter in the flat array that holds all of them. */
export interface ParameterRange {
  name: ParameterName;
  /** `[out, in]` for a weight matrix (row-major), `[out]` for a bias. */
  shape: readonly number[];
  /** Index of its first element in the flat array. */
  offset: number;
  /** Number of elements. */
  length: number;
}

/**
 * Returns the position of each parameter in the flat array: w0, b0, w1, b1, w2, b2 in this order,
 * without gaps.
 *
 * @param architecture The net's sizes
 * @returns Six ranges, in order
 */
export function parameterRanges(architecture: Sizes): ParameterRange[] {
  const sizes = layerSizes(architecture);
  const ranges: ParameterRange[] = [];
  let offset = 0;
  for (let layer = 0; layer < 3; layer++) {
    const [fanIn, fanOut] = [sizes[layer], sizes[layer + 1]];
    for (
      const [name, shape] of [[`w${layer}`, [fanOut, fanIn]], [`b${layer}`, [fanOut]]] as const
    ) {
      const length = shape.reduce<number>((product, size) => product * size, 1);
      ranges.push({ name: name as ParameterName, shape, offset, length });
      offset += length;
    }
  }
  return ranges;
}

/** Returns the total number of parameters: 45,360 for the notebook's net. */
export function parameterCount(architecture: Sizes): number {
  const last = parameterRanges(architecture)[5];
  return last.offset + last.length;
}

/** Returns the sizes of the input and of each layer: `[D, H1, H2, C]`. */
export function layerSizes({ inputs, hidden, classes }: Sizes): number[] {
  return [inputs, ...hidden, classes];
}

/**
 * Copies the parameters into one array with the layout of `parameterRanges`.
 *
 * @param architecture The net's sizes
 * @param parameters By name
 * @returns A new array
 * @throws {RangeError} If a parameter's length does not match the sizes
 */
export function flatParameters(
  architecture: Sizes,
  parameters: NetParameters,
): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(parameterCount(architecture));
  for (const { name, offset, length } of parameterRanges(architecture)) {
    if (parameters[name].length !== length) {
      throw new RangeError(
        `Cannot use these parameters as ${name} must have ${length} elements in a net of ` +
          `${layerSizes(architecture).join(", ")} units: current value is ${
            parameters[name].length
          }`,
      );
    }
    flat.set(parameters[name], offset);
  }
  return flat;
}

/** Whether a net can be trained, not only used. */
export function isTrainable(architecture: ModelArchitecture): architecture is Architecture {
  return Object.hasOwn(ACTIVATIONS, architecture.activation) && !architecture.isSecondLinear;
}

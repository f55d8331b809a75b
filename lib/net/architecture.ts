/**
 * The net's sizes and the layout of its parameters.
 *
 * Letters used for dimensions throughout the project:
 * B rows of a batch, D inputs (pixels of an image), H hidden units of a layer,
 * C classes.
 */

/** The activation function of the hidden layers. */
export type Activation = "tanh" | "relu";

/**
 * How the last layer's sums z become probabilities p, and the loss of one row.
 * - `notebook`: p = softmax(tanh(z)), loss = sum(-y log p - (1 - y) log(1 - p))
 * - `softmax`: p = softmax(z), loss = -log p of the row's class
 */
export type Head = "notebook" | "softmax";

/** A net of three dense layers. */
export interface Architecture {
  /** D: pixels of an image. */
  inputs: number;
  /** Units of the two hidden layers. */
  hidden: readonly [number, number];
  /** C: number of labels. */
  classes: number;
  /** The activation of both hidden layers. */
  activation: Activation;
  /** The output function of the last layer, and the loss. */
  head: Head;
}

/** The parameters' names, in the order in which they are initialized and stored. */
export type ParameterName = "w0" | "b0" | "w1" | "b1" | "w2" | "b2";

/** The parameters by name, each flat and row-major, with the shapes of `parameterSlots`. */
export type Parameters = Record<ParameterName, Float32Array>;

/** The position of one parameter in the flat array that holds all of them. */
export interface ParameterSlot {
  name: ParameterName;
  /** `[out, in]` for a weight matrix (row-major), `[out]` for a bias. */
  shape: readonly number[];
  /** Index of its first element, and number of elements. */
  offset: number;
  length: number;
}

/**
 * Returns the position of each parameter in the flat array: w0, b0, w1, b1, w2,
 * b2 in this order, without gaps.
 *
 * @param architecture The net's sizes
 * @returns Six slots, in order
 *
 * @example
 * ```ts
 * import { parameterSlots } from "./architecture.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const slots = parameterSlots({
 *   inputs: 784, hidden: [50, 100], classes: 10, activation: "tanh", head: "notebook",
 * });
 * assertEquals(slots[2], { name: "w1", shape: [100, 50], offset: 39250, length: 5000 });
 * ```
 */
export function parameterSlots(architecture: Architecture): ParameterSlot[] {
  const sizes = layerSizes(architecture);
  const slots: ParameterSlot[] = [];
  let offset = 0;
  for (let layer = 0; layer < 3; layer++) {
    const [fanIn, fanOut] = [sizes[layer], sizes[layer + 1]];
    for (
      const [name, shape] of [[`w${layer}`, [fanOut, fanIn]], [`b${layer}`, [fanOut]]] as const
    ) {
      const length = shape.reduce<number>((product, size) => product * size, 1);
      slots.push({ name: name as ParameterName, shape, offset, length });
      offset += length;
    }
  }
  return slots;
}

/** The total number of parameters: 45,360 for the notebook's net. */
export function parameterCount(architecture: Architecture): number {
  const last = parameterSlots(architecture)[5];
  return last.offset + last.length;
}

/** The widths of the net's four levels: `[D, H1, H2, C]`. */
export function layerSizes({ inputs, hidden, classes }: Architecture): number[] {
  return [inputs, ...hidden, classes];
}

/**
 * Copies the parameters into one array with the layout of `parameterSlots`.
 *
 * @param architecture The net's sizes
 * @param parameters By name
 * @returns A new array
 * @throws {RangeError} If a parameter's length does not match the sizes
 */
export function flatParameters(
  architecture: Architecture,
  parameters: Parameters,
): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(parameterCount(architecture));
  for (const { name, offset, length } of parameterSlots(architecture)) {
    if (parameters[name].length !== length) {
      throw new RangeError(
        `Cannot use these parameters as ${name} of a net of ` +
          `${layerSizes(architecture).join(", ")} must have ${length} elements: ` +
          `current value is ${parameters[name].length}`,
      );
    }
    flat.set(parameters[name], offset);
  }
  return flat;
}

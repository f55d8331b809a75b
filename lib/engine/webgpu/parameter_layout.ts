/**
 * How parameters lie in a GPU buffer.
 *
 * A layer's weights have shape (words, stride) of vec4: four consecutive inputs of one output unit
 * are one vec4, and units lie side by side, so that neighbouring lanes, which own neighbouring units,
 * read neighbouring vec4s. Units are padded to whole vectors of lanes and inputs to whole words; the
 * padding is zero and stays zero, since its gradients are, so no kernel guards against it.
 */
import { type Architecture, layerSizes, parameterSlots } from "../../net/architecture.ts";

/** Lengths and offsets in vec4s unless said otherwise. */
export interface ParameterLayout {
  /** Words of the three layers' inputs. */
  words: [number, number, number];
  /** Units of the three layers, padded. */
  strides: [number, number, number];
  /** Where the three layers' weights begin, and then the biases. */
  offsets: [number, number, number, number];
  length: number;
  /** Of a canonical flat array (`parameterSlots`): the float at which each element lies in the buffer. */
  places: Uint32Array;
}

/** The unit of the strides: every kernel's lanes come in multiples of it. */
const PADDED_TO = 8;

/**
 * Lays out a net's parameters.
 *
 * @param architecture The net
 * @returns The layout
 */
export function parameterLayout(architecture: Architecture): ParameterLayout {
  const [D, ...units] = layerSizes(architecture);
  const strides = units.map((n) => roundUp(n, PADDED_TO)) as [number, number, number];
  // Images are padded to 16 bytes, four words.
  const words: [number, number, number] = [roundUp(D, 16) / 4, strides[0] / 4, strides[1] / 4];
  const offsets: [number, number, number, number] = [0, 0, 0, 0];
  for (let layer = 0; layer < 3; layer++) {
    offsets[layer + 1] = offsets[layer] + words[layer] * strides[layer];
  }
  const biases = strides.reduce((sum, stride) => sum + stride, 0);
  const length = offsets[3] + biases / 4;
  return { words, strides, offsets, length, places: places(architecture, strides, offsets) };
}

function places(
  architecture: Architecture,
  strides: readonly number[],
  offsets: readonly number[],
): Uint32Array {
  const slots = parameterSlots(architecture);
  const places = new Uint32Array(slots[5].offset + slots[5].length);
  let bias = offsets[3] * 4;
  for (let layer = 0; layer < 3; layer++) {
    const [weights, biases] = slots.slice(2 * layer, 2 * layer + 2);
    const [fanOut, fanIn] = weights.shape;
    let i = weights.offset;
    for (let unit = 0; unit < fanOut; unit++) {
      for (let input = 0; input < fanIn; input++) {
        const word = offsets[layer] + (input >> 2) * strides[layer] + unit;
        places[i++] = word * 4 + (input & 3);
      }
    }
    for (let unit = 0; unit < fanOut; unit++) places[biases.offset + unit] = bias + unit;
    bias += strides[layer];
  }
  return places;
}

/** Copies canonical values into a buffer's layout; the padding is 0. */
export function pack(values: Float32Array, layout: ParameterLayout): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(layout.length * 4);
  for (let i = 0; i < values.length; i++) packed[layout.places[i]] = values[i];
  return packed;
}

/** Copies a buffer's values back into canonical order. */
export function unpack(packed: Float32Array, layout: ParameterLayout): Float32Array<ArrayBuffer> {
  return Float32Array.from(layout.places, (place) => packed[place]);
}

/** The least multiple of `unit` that is not below `n`. */
export function roundUp(n: number, unit: number): number {
  return Math.ceil(n / unit) * unit;
}

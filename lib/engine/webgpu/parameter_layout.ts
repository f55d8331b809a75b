/**
 * The layout of parameters in GPU buffers; shaders/functions/layers.wgsl defines it for the kernels.
 *
 * Inputs and units come in words of four, padded with zeros. A layer's weights are blocks of 4 x 4, a
 * vec4 of four consecutive inputs' weights for each of four consecutive units. Its blocks have shape
 * (input words + 1, output words): the last input word stands for an input that is always 1 and whose
 * weights are the biases. The padding stays zero, since its gradients are, so no kernel guards against it.
 */
import { type Architecture, layerSizes, parameterSlots } from "../../net/architecture.ts";

/** See the head of this file. */
export interface ParameterLayout {
  /** Words of x0 to x3: the inputs, and the units of the three layers. */
  words: [number, number, number, number];
  /** Blocks of 4 x 4 in all. */
  blocks: number;
  bytes: number;
  /** Words of a row's trace: x0 to x3 and d1 to d3. */
  traceWords: number;
  /** Of a canonical flat array (`parameterSlots`): the float at which each element lies in the buffer. */
  places: Uint32Array;
}

/**
 * Lays out a net's parameters.
 *
 * @param architecture The net
 * @returns The layout
 */
export function parameterLayout(architecture: Architecture): ParameterLayout {
  const words = layerSizes(architecture).map((n) => Math.ceil(n / 4)) as ParameterLayout["words"];
  const slots = parameterSlots(architecture);
  const places = new Uint32Array(slots[5].offset + slots[5].length);
  let blocks = 0;
  for (let layer = 0; layer < 3; layer++) {
    const [weights, biases] = slots.slice(2 * layer, 2 * layer + 2);
    const [fanOut, fanIn] = weights.shape;
    const [inputWords, outputWords] = words.slice(layer, layer + 2);
    const place = (unit: number, input: number) =>
      (blocks + (input >> 2) * outputWords) * 16 + unit * 4 + (input & 3);
    let i = weights.offset;
    for (let unit = 0; unit < fanOut; unit++) {
      for (let input = 0; input < fanIn; input++) places[i++] = place(unit, input);
      places[biases.offset + unit] = place(unit, inputWords * 4);
    }
    blocks += (inputWords + 1) * outputWords;
  }
  const traceWords = words[0] + 2 * (words[1] + words[2] + words[3]);
  return { words, blocks, bytes: blocks * 64, traceWords, places };
}

/** Copies canonical values into a buffer's layout; the padding is 0. */
export function pack(values: Float32Array, layout: ParameterLayout): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(layout.bytes / 4);
  for (let i = 0; i < values.length; i++) packed[layout.places[i]] = values[i];
  return packed;
}

/** Copies a buffer's values back into canonical order. */
export function unpack(packed: Float32Array, layout: ParameterLayout): Float32Array<ArrayBuffer> {
  return Float32Array.from(layout.places, (place) => packed[place]);
}

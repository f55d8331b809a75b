/**
 * The layout of parameters in GPU buffers; shaders/functions/layers.wgsl defines it for the
 * kernels.
 *
 * Inputs and units are grouped in quads, four numbers each, padded with zeros. A layer's weights are blocks of
 * 4 x 4: for each of four consecutive units, a vec4f of the weights of four consecutive inputs. A
 * layer's blocks have shape (input quads + 1, output quads): the last input quad stands for an
 * input that is always 1, so that its weights are the biases. The gradients of the padding are 0,
 * so it stays 0, and no kernel has to check for it.
 */
import {
  type Architecture,
  layerSizes,
  parameterCount,
  parameterRanges,
} from "../../net/architecture.ts";

/** The sizes of a net in GPU buffers, and where its parts begin there. */
export interface ParameterLayout {
  /** The number of quads of x0 to x3: the inputs, and the units of the three layers. */
  quads: [number, number, number, number];
  /** The number of blocks of all layers. */
  blocks: number;
  bytes: number;
  /** The number of quads in a row's trace: x0 to x3 and d1 to d3. */
  traceQuads: number;
  /** The index in the buffer of each parameter, in the order of `parameterRanges`. */
  indices: Uint32Array;
}

/**
 * Lays out a net's parameters.
 *
 * @param architecture The net
 * @returns The layout
 */
export function parameterLayout(architecture: Architecture): ParameterLayout {
  const quads = layerSizes(architecture).map((n) => Math.ceil(n / 4)) as ParameterLayout["quads"];
  const ranges = parameterRanges(architecture);
  const indices = new Uint32Array(parameterCount(architecture));
  let blocks = 0;
  for (let layer = 0; layer < 3; layer++) {
    const [weights, biases] = ranges.slice(2 * layer, 2 * layer + 2);
    const [fanOut, fanIn] = weights.shape;
    const [inputQuads, outputQuads] = quads.slice(layer, layer + 2);
    const indexOf = (unit: number, input: number) =>
      (blocks + (input >> 2) * outputQuads) * 16 + unit * 4 + (input & 3);
    let i = weights.offset;
    for (let unit = 0; unit < fanOut; unit++) {
      for (let input = 0; input < fanIn; input++) indices[i++] = indexOf(unit, input);
      indices[biases.offset + unit] = indexOf(unit, inputQuads * 4);
    }
    blocks += (inputQuads + 1) * outputQuads;
  }
  const traceQuads = quads[0] + 2 * (quads[1] + quads[2] + quads[3]);
  return { quads, blocks, bytes: blocks * 64, traceQuads, indices };
}

/**
 * Copies parameters in the order of `parameterRanges` into the layout of a buffer; the padding is 0.
 */
export function pack(values: Float32Array, layout: ParameterLayout): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(layout.bytes / 4);
  for (let i = 0; i < values.length; i++) packed[layout.indices[i]] = values[i];
  return packed;
}

/** Copies the parameters of a buffer back into the order of `parameterRanges`. */
export function unpack(packed: Float32Array, layout: ParameterLayout): Float32Array<ArrayBuffer> {
  return Float32Array.from(layout.indices, (index) => packed[index]);
}

/**
 * Maps the parameters to their addresses in the WebAssembly memory, as assembly/memory.ts describes
 * it.
 */
import { type Architecture, parameterCount, parameterRanges } from "../../net/architecture.ts";
import { type LayerView, panelWidth } from "./layout.ts";

/** Units in a strip. */
const STRIP = 8;

/**
 * Returns the index of each parameter in the memory as an array of float32 numbers.
 *
 * @param architecture The net
 * @param layers The layers in the memory
 * @returns Shape (parameters), in the order of `parameterRanges`
 */
export function parameterIndices(
  architecture: Architecture,
  layers: readonly LayerView[],
): Uint32Array {
  const indices = new Uint32Array(parameterCount(architecture));
  for (const [i, { shape: [outputs, inputs], offset }] of parameterRanges(architecture).entries()) {
    const { w, bias, isSparse } = layers[i >> 1];
    for (let output = 0; output < outputs; output++) {
      if (inputs === undefined) {
        indices[offset + output] = bias / 4 + output;
        continue;
      }
      const { first, step } = (isSparse ? panels : strips)(output, outputs, inputs);
      for (let input = 0; input < inputs; input++) {
        indices[offset + output * inputs + input] = w / 4 + first + input * step;
      }
    }
  }
  return indices;
}

/** Returns the index of a unit's first weight, and the distance between its weights. */
type Order = (unit: number, units: number, lines: number) => { first: number; step: number };

const strips: Order = (unit, _units, lines) => {
  const strip = Math.floor(unit / STRIP);
  return { first: strip * 4 * Math.ceil(lines / 4) * STRIP + unit % STRIP, step: STRIP };
};

const panels: Order = (unit, units, lines) => {
  const vectors = Math.ceil(units / 4);
  let before = 0;
  let width = panelWidth(vectors);
  while (Math.floor(unit / 4) >= before + width) {
    before += width;
    width = panelWidth(vectors - before);
  }
  return { first: 4 * before * 4 * Math.ceil(lines / 4) + unit - 4 * before, step: 4 * width };
};

/**
 * Writes the copies of dense layers' weights that the backward pass reads: there, the units are the
 * lines, and the inputs are side by side.
 *
 * @param architecture The net
 * @param layers The layers in the memory
 * @param memory The memory as an array of float32 numbers
 * @param parameters The parameters, in the order of `parameterRanges`
 */
export function writeCopies(
  architecture: Architecture,
  layers: readonly LayerView[],
  memory: Float32Array,
  parameters: Float32Array,
): void {
  for (const [i, { shape: [outputs, inputs], offset }] of parameterRanges(architecture).entries()) {
    const { wBackward } = layers[i >> 1];
    if (inputs === undefined || wBackward === 0) continue;
    const lines = STRIP * Math.ceil(outputs / STRIP);
    for (let input = 0; input < inputs; input++) {
      const { first, step } = strips(input, inputs, lines);
      for (let output = 0; output < outputs; output++) {
        memory[wBackward / 4 + first + output * step] =
          parameters[offset + output * inputs + input];
      }
    }
  }
}

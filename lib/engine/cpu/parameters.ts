/**
 * Maps the parameters to their addresses in the WebAssembly memory, as assembly/memory.ts describes
 * it.
 */
import { type Architecture, type ParameterName, parameterSlots } from "../../net/architecture.ts";
import { type Layout, panelWidth } from "./layout.ts";

/** Units in a strip. */
const STRIP = 8;

/**
 * Returns the index of each parameter in the memory as an array of float32 numbers.
 *
 * @param architecture The net
 * @param layout The memory's layout
 * @returns Shape (parameters), in the order of `parameterSlots`
 */
export function parameterIndices(architecture: Architecture, layout: Layout): Uint32Array {
  const slots = parameterSlots(architecture);
  const { offset: last, length } = slots[5];
  const indices = new Uint32Array(last + length);
  for (const { name, shape: [outputs, inputs = 1], offset } of slots) {
    const address = layout[name] / 4;
    const orderOf = ORDERS[name];
    for (let output = 0; output < outputs; output++) {
      const { first, step } = orderOf(output, outputs, inputs);
      for (let input = 0; input < inputs; input++) {
        indices[offset + output * inputs + input] = address + first + input * step;
      }
    }
  }
  return indices;
}

/** Returns the index of an output's first weight, and the distance between its weights. */
type Order = (output: number, outputs: number, inputs: number) => { first: number; step: number };

const bias: Order = (output) => ({ first: output, step: 0 });

const strips: Order = (output, _outputs, inputs) => {
  const strip = Math.floor(output / STRIP);
  const lines = 4 * Math.ceil(inputs / 4);
  return { first: strip * lines * STRIP + output % STRIP, step: STRIP };
};

const panels: Order = (output, outputs, inputs) => {
  const vectors = Math.ceil(outputs / 4);
  let before = 0;
  let width = panelWidth(vectors);
  while (Math.floor(output / 4) >= before + width) {
    before += width;
    width = panelWidth(vectors - before);
  }
  return { first: 4 * before * inputs + output - 4 * before, step: 4 * width };
};

const ORDERS: Record<ParameterName, Order> = {
  w0: panels,
  b0: bias,
  w1: strips,
  b1: bias,
  w2: strips,
  b2: bias,
};

/**
 * Writes the copies of w1 and w2 that the backward pass reads.
 *
 * @param architecture The net
 * @param layout The memory's layout
 * @param memory The memory as an array of float32 numbers
 * @param parameters The parameters, in the order of `parameterSlots`
 */
export function writeCopies(
  architecture: Architecture,
  layout: Layout,
  memory: Float32Array,
  parameters: Float32Array,
): void {
  for (const { name, shape: [outputs, inputs], offset } of parameterSlots(architecture)) {
    if (name !== "w1" && name !== "w2") continue;
    const address = layout[name === "w1" ? "w1Backward" : "w2Backward"] / 4;
    const lines = STRIP * Math.ceil(outputs / STRIP);
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input++) {
        const strip = Math.floor(input / STRIP);
        memory[address + (strip * lines + output) * STRIP + input % STRIP] =
          parameters[offset + output * inputs + input];
      }
    }
  }
}

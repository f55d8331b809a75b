/** The heads: how a net's last sums become probabilities, and the losses. */
import { ACTIVATIONS, IDENTITY, type LayerFunction } from "./activations.ts";
import type { Floats } from "./architecture.ts";

/**
 * How the last layer's sums z become probabilities p, and how the loss of one row with the one-hot
 * label y is computed.
 * - `notebook`: p = softmax(tanh(z)), loss = sum(-y log p - (1 - y) log(1 - p))
 * - `softmax`: p = softmax(z), loss = -log p of the row's class
 */
export type Head = "notebook" | "softmax";

/** The functions of a head, for one row with outputs x3 (C) and p = softmax(x3). */
export interface HeadFunctions {
  /** Its number in shaders/functions/head.wgsl and lib/engine/cpu/assembly/head.ts. */
  code: number;
  /** The function of the last layer: x3 = output(z3). */
  output: LayerFunction;
  /**
   * Returns the row's loss in nats, from x3 and the row's class. Computing log p from x3 instead of
   * from p is more precise where p is close to 0.
   */
  loss(outputs: Floats, label: number): number;
  /** Writes dloss/dx3 (C), from p (C) and the row's class. */
  gradient(p: Float64Array, label: number, gradient: Float64Array): void;
  /** The loss for readers. */
  formula: string;
}

/** The heads by name. */
export const HEADS: Readonly<Record<Head, HeadFunctions>> = {
  notebook: {
    code: 0,
    output: ACTIVATIONS.tanh,
    loss(outputs, label) {
      const logSum = logSumOf(outputs);
      let loss = logSum - outputs[label];
      outputs.forEach((output, i) => {
        if (i !== label) loss -= Math.log1p(-Math.exp(output - logSum));
      });
      return loss;
    },
    // Let c be the label and g_i = dloss/dp_i, which is -1/p_c for the label and 1/(1 - p_i) for the
    // others. The gradient is then p_i (g_i - S) with
    // S = sum of g_j p_j = -1 + sum over j != c of p_j/(1 - p_j).
    gradient(p, label, gradient) {
      let S = -1;
      for (let i = 0; i < p.length; i++) {
        if (i !== label) S += p[i] / (1 - p[i]);
      }
      for (let i = 0; i < p.length; i++) {
        gradient[i] = (i === label ? -1 : p[i] / (1 - p[i])) - p[i] * S;
      }
    },
    formula: "loss = −log p_label − Σ log(1 − p_i) over the other classes i",
  },
  softmax: {
    code: 1,
    output: IDENTITY,
    loss: (outputs, label) => logSumOf(outputs) - outputs[label],
    gradient(p, label, gradient) {
      gradient.set(p);
      gradient[label] -= 1;
    },
    formula: "loss = −log p_label",
  },
};

/** Returns log(sum of exp(output)). Subtracting the largest output keeps exp from overflowing. */
function logSumOf(outputs: Floats): number {
  const largest = Math.max(...outputs);
  let sum = 0;
  for (const output of outputs) sum += Math.exp(output - largest);
  return largest + Math.log(sum);
}

/**
 * The net's mathematics in float64, written for readability: the reference with
 * which the tests compare every engine.
 *
 * Dimensions: B rows of a batch, D inputs, H1 and H2 hidden units, C classes. All arrays are flat and
 * row-major. For one row of a batch:
 *
 *     x0 (D)                                    the inputs
 *     x1 (H1) = activation(w0 x0 + b0)          w0 (H1, D),  b0 (H1)
 *     x2 (H2) = activation(w1 x1 + b1)          w1 (H2, H1), b1 (H2)
 *     x3 (C)  = head's output of w2 x2 + b2     w2 (C, H2),  b2 (C)
 *     p  (C)  = softmax(x3)
 *
 * where activation, head's output and loss are those of `ACTIVATIONS` and `HEADS`.
 */
import { ACTIVATIONS, USABLE_ACTIVATIONS } from "./activations.ts";
import {
  type Architecture,
  type Floats,
  type ModelArchitecture,
  type ParameterName,
  parameterRanges,
  type Sizes,
} from "./architecture.ts";
import { HEADS } from "./heads.ts";

/** Each layer's outputs for B rows. */
export interface Activations {
  /** Shape (B, H1). */
  x1: Float64Array;
  /** Shape (B, H2). */
  x2: Float64Array;
  /** Shape (B, C): the inputs of softmax; the largest is the predicted class. */
  x3: Float64Array;
  /** Shape (B, C): softmax(x3), the probability of each class. */
  p: Float64Array;
}

/**
 * Runs the net on a batch.
 *
 * @param architecture The net's sizes, activation and head
 * @param parameters Flat, in the layout of `parameterRanges`
 * @param inputs Shape (B, D); B follows from the length
 * @returns The outputs of every layer
 */
export function forward(
  architecture: ModelArchitecture,
  parameters: Floats,
  inputs: Floats,
): Activations {
  const { activation, head, isSecondLinear } = architecture;
  const activate = USABLE_ACTIVATIONS[activation].apply;
  const { w0, b0, w1, b1, w2, b2 } = parameterViews(architecture, parameters);
  const x1 = dense(inputs, w0, b0).map(activate);
  const sums = dense(x1, w1, b1);
  const x2 = isSecondLinear ? sums : sums.map(activate);
  const x3 = dense(x2, w2, b2).map(HEADS[head].output.apply);
  const p = new Float64Array(x3.length);
  for (let from = 0; from < p.length; from += architecture.classes) {
    const to = from + architecture.classes;
    softmax(x3.subarray(from, to), p.subarray(from, to));
  }
  return { x1, x2, x3, p };
}

/**
 * Computes the class probabilities of one row: exp(output) divided by the sum over all outputs.
 *
 * @param outputs Shape (C): the row's x3
 * @param p Shape (C); receives the probabilities
 */
export function softmax(outputs: Floats, p: Float64Array): void {
  let largest = outputs[0];
  for (let i = 1; i < outputs.length; i++) largest = Math.max(largest, outputs[i]);
  let sum = 0;
  for (let i = 0; i < outputs.length; i++) sum += p[i] = Math.exp(outputs[i] - largest);
  for (let i = 0; i < outputs.length; i++) p[i] /= sum;
}

/**
 * Returns the predicted class: the index of the largest output; of equal outputs, the first.
 *
 * @param outputs Shape (C): a row's x3
 * @returns 0 to C - 1
 */
export function predictedClass(outputs: Floats): number {
  let largest = 0;
  for (let i = 1; i < outputs.length; i++) if (outputs[i] > outputs[largest]) largest = i;
  return largest;
}

/**
 * Computes the gradient of the loss with respect to every parameter, averaged over a batch, by
 * backpropagation in closed form.
 *
 * @param architecture The net's sizes, activation and head
 * @param parameters Flat, in the layout of `parameterRanges`
 * @param inputs Shape (B, D)
 * @param labels Shape (B)
 * @returns Flat, in the layout of the parameters
 */
export function gradients(
  architecture: Architecture,
  parameters: Floats,
  inputs: Floats,
  labels: ArrayLike<number>,
): Float64Array {
  const rows = labels.length;
  const { activation, head, classes } = architecture;
  const { derivative } = ACTIVATIONS[activation];
  const { output, gradient: lossGradient } = HEADS[head];
  const { w1, w2 } = parameterViews(architecture, parameters);
  const { x1, x2, x3, p } = forward(architecture, parameters, inputs);

  // dN: the derivative of the batch's mean loss with respect to layer N's sums (before the activation).
  const d3 = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * classes, (row + 1) * classes];
    lossGradient(p.subarray(from, to), labels[row], d3.subarray(from, to));
  }
  d3.forEach((d, i) => d3[i] = d * output.derivative(x3[i]) / rows);
  const d2 = backwardDense(d3, w2, classes).map((d, i) => d * derivative(x2[i]));
  const d1 = backwardDense(d2, w1, architecture.hidden[1]).map((d, i) => d * derivative(x1[i]));

  const gradient = new Float64Array(parameters.length);
  const views = parameterViews(architecture, gradient);
  addOuterProducts(views.w0, views.b0, d1, inputs);
  addOuterProducts(views.w1, views.b1, d2, x1);
  addOuterProducts(views.w2, views.b2, d3, x2);
  return gradient;
}

/**
 * Returns the parameters by name, as views into the flat array.
 *
 * @param architecture The net's sizes
 * @param parameters Flat, in the layout of `parameterRanges`
 * @returns Views: writing to one writes to the flat array
 */
export function parameterViews<Array extends Floats>(
  architecture: Sizes,
  parameters: Array,
): Record<ParameterName, Array> {
  return Object.fromEntries(
    parameterRanges(architecture).map((
      { name, offset, length },
    ) => [name, parameters.subarray(offset, offset + length)]),
  ) as Record<ParameterName, Array>;
}

/** Computes sums (B, O) = inputs (B, I) weights^T (I, O) + bias (O), where weights is (O, I). */
function dense(inputs: Floats, weights: Floats, bias: Floats): Float64Array {
  const fanOut = bias.length;
  const fanIn = weights.length / fanOut;
  const sums = new Float64Array(inputs.length / fanIn * fanOut);
  for (let at = 0; at < sums.length; at++) {
    const o = at % fanOut;
    const row = (at - o) / fanOut;
    let sum = bias[o];
    for (let i = 0; i < fanIn; i++) sum += weights[o * fanIn + i] * inputs[row * fanIn + i];
    sums[at] = sum;
  }
  return sums;
}

/** The backward pass of `dense`: computes deltas (B, O) weights (O, I), with shape (B, I). */
function backwardDense(deltas: Floats, weights: Floats, fanOut: number): Float64Array {
  const fanIn = weights.length / fanOut;
  const gradient = new Float64Array(deltas.length / fanOut * fanIn);
  for (let at = 0; at < deltas.length; at++) {
    const o = at % fanOut;
    const row = (at - o) / fanOut;
    for (let i = 0; i < fanIn; i++) {
      gradient[row * fanIn + i] += deltas[at] * weights[o * fanIn + i];
    }
  }
  return gradient;
}

/** Adds deltas^T (O, B) inputs (B, I) to weights (O, I), and the rows' sum of deltas to bias (O). */
function addOuterProducts(weights: Floats, bias: Floats, deltas: Floats, inputs: Floats): void {
  const fanOut = bias.length;
  const fanIn = weights.length / fanOut;
  for (let at = 0; at < deltas.length; at++) {
    const o = at % fanOut;
    const row = (at - o) / fanOut;
    for (let i = 0; i < fanIn; i++) weights[o * fanIn + i] += deltas[at] * inputs[row * fanIn + i];
    bias[o] += deltas[at];
  }
}

/** Takes one optimizer step, with the formulas of optax. */
import type { Floats } from "./maths.ts";
import { MOMENT_ARRAYS, type Optimizer } from "./optimizer.ts";

/**
 * Takes one optimizer step, in place. With g the gradient and r the learning rate:
 * - sgd: w -= r g
 * - momentum: m = g + momentum m; w -= r m (as optax.sgd: a decaying sum, not an average)
 * - adam: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²;
 *   w -= r m^ / (sqrt(v^) + epsilon), where m^ = m / (1 - beta1^t), v^ = v / (1 - beta2^t) and t
 *   counts the steps from 1 (Kingma and Ba, 2015, algorithm 1)
 *
 * It works element by element, so the parameters may have any layout that all arrays share.
 *
 * @param optimizer Name and constants
 * @param parameters Changed in place
 * @param moments m, or m followed by v, each as long as the parameters; changed in place
 * @param gradient The gradient, averaged over the batch
 * @param learningRate The learning rate of this step
 * @param stepsTaken The number of steps before this one
 * @throws {Error} If the lengths do not match
 *
 * @example
 * ```ts
 * import { updateParameters } from "./update.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parameters = Float64Array.of(1, 1);
 * const moments = Float64Array.of(0, 1);
 * updateParameters(
 *   { name: "momentum", momentum: 0.5 }, parameters, moments, Float64Array.of(2, 0), 0.25, 0,
 * );
 * assertEquals([[...parameters], [...moments]], [[0.5, 0.875], [2, 0.5]]);
 * ```
 */
export function updateParameters(
  optimizer: Optimizer,
  parameters: Floats,
  moments: Floats,
  gradient: Floats,
  learningRate: number,
  stepsTaken: number,
): void {
  const count = parameters.length;
  if (gradient.length !== count || moments.length !== count * MOMENT_ARRAYS[optimizer.name]) {
    throw new Error(
      `Cannot update ${count} parameters as gradient and moments must have ${count} and ` +
        `${count * MOMENT_ARRAYS[optimizer.name]} elements with ${optimizer.name}: ` +
        `current values are ${gradient.length} and ${moments.length}`,
    );
  }
  switch (optimizer.name) {
    case "sgd":
      for (let i = 0; i < count; i++) parameters[i] -= learningRate * gradient[i];
      break;
    case "momentum": {
      const { momentum } = optimizer;
      for (let i = 0; i < count; i++) {
        const m = gradient[i] + momentum * moments[i];
        moments[i] = m;
        parameters[i] -= learningRate * m;
      }
      break;
    }
    case "adam": {
      const { beta1, beta2, epsilon } = optimizer;
      const correction1 = 1 - beta1 ** (stepsTaken + 1);
      const correction2 = 1 - beta2 ** (stepsTaken + 1);
      for (let i = 0; i < count; i++) {
        const g = gradient[i];
        const m = beta1 * moments[i] + (1 - beta1) * g;
        const v = beta2 * moments[count + i] + (1 - beta2) * g * g;
        moments[i] = m;
        moments[count + i] = v;
        parameters[i] -= learningRate * (m / correction1) /
          (Math.sqrt(v / correction2) + epsilon);
      }
    }
  }
}

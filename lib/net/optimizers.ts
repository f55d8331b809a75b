/** The optimizers. Constants and formulas are those of optax. */
import type { Floats } from "./architecture.ts";

/** An optimizer's name and constants. */
export type Optimizer =
  | { name: "sgd" }
  | { name: "momentum"; momentum: number }
  | { name: "adam"; beta1: number; beta2: number; epsilon: number };

/** An optimizer's constants, as the kernels know them: momentum is a `beta1`. */
export interface OptimizerConstants {
  /** The decay rate of the first moments m. */
  beta1: number;
  /** The decay rate of the second moments v. */
  beta2: number;
  /** Keeps the divisor of a step above 0. */
  epsilon: number;
}

/** What an optimizer does with each parameter w, its gradient g, and the learning rate r. */
interface OptimizerFunctions<Constants extends Optimizer> {
  /** Its number in shaders/functions/optimizer.wgsl and lib/engine/cpu/assembly/optimizer.ts. */
  code: number;
  /** Optax's default constants. */
  defaults: Constants;
  /** The number of arrays of moments, each as long as the parameters. */
  momentArrays: number;
  /** Its constants, 0 for those that it does not have. */
  constants(optimizer: Constants): OptimizerConstants;
  /** Whether the moments are divided by 1 - beta^t, where t counts the steps from 1. */
  hasBiasCorrection: boolean;
  /**
   * Whether steps are divided by the gradient's size, so that rounding errors of tiny gradients become
   * whole steps.
   */
  dividesByGradient: boolean;
  /** Updates parameter i of `parameters`, and its moments i, and `parameters.length` + i. */
  update(step: UpdateStep, i: number): void;
}

/** What an update of a parameter reads and changes. */
interface UpdateStep extends OptimizerConstants {
  parameters: Floats;
  moments: Floats;
  gradient: Floats;
  learningRate: number;
  /** 1 - beta1^t and 1 - beta2^t. */
  corrections: readonly [number, number];
}

/**
 * The optimizers by name. With g the gradient and r the learning rate:
 * - sgd: w -= r g
 * - momentum: m = g + momentum m; w -= r m (as optax.sgd: a decaying sum, not an average)
 * - adam: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²;
 *   w -= r m^ / (sqrt(v^) + epsilon), where m^ = m / (1 - beta1^t), v^ = v / (1 - beta2^t) and t
 *   counts the steps from 1 (Kingma and Ba, 2015, algorithm 1)
 */
export const OPTIMIZERS: {
  readonly [Name in Optimizer["name"]]: Readonly<
    OptimizerFunctions<Extract<Optimizer, { name: Name }>>
  >;
} = {
  sgd: {
    code: 0,
    defaults: { name: "sgd" },
    momentArrays: 0,
    constants: () => ({ beta1: 0, beta2: 0, epsilon: 0 }),
    hasBiasCorrection: false,
    dividesByGradient: false,
    update({ parameters, gradient, learningRate }, i) {
      parameters[i] -= learningRate * gradient[i];
    },
  },
  momentum: {
    code: 1,
    defaults: { name: "momentum", momentum: 0.9 },
    momentArrays: 1,
    constants: ({ momentum }) => ({ beta1: momentum, beta2: 0, epsilon: 0 }),
    hasBiasCorrection: false,
    dividesByGradient: false,
    update({ parameters, moments, gradient, learningRate, beta1 }, i) {
      const m = gradient[i] + beta1 * moments[i];
      moments[i] = m;
      parameters[i] -= learningRate * m;
    },
  },
  adam: {
    code: 2,
    defaults: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    momentArrays: 2,
    constants: ({ beta1, beta2, epsilon }) => ({ beta1, beta2, epsilon }),
    hasBiasCorrection: true,
    dividesByGradient: true,
    update({ parameters, moments, gradient, learningRate, corrections, beta1, beta2, epsilon }, i) {
      const second = parameters.length + i;
      const m = beta1 * moments[i] + (1 - beta1) * gradient[i];
      const v = beta2 * moments[second] + (1 - beta2) * gradient[i] * gradient[i];
      moments[i] = m;
      moments[second] = v;
      parameters[i] -= learningRate * (m / corrections[0]) /
        (Math.sqrt(v / corrections[1]) + epsilon);
    },
  },
};

/** Returns the functions of an optimizer. */
export function functionsOf(optimizer: Optimizer): OptimizerFunctions<Optimizer> {
  // The type of the entry is that of the optimizer with the same name, which TypeScript cannot tell.
  return OPTIMIZERS[optimizer.name] as OptimizerFunctions<Optimizer>;
}

/** Returns the bias corrections 1 - beta1^t and 1 - beta2^t of step t, or 1 and 1. */
export function biasCorrections(optimizer: Optimizer, step: number): [number, number] {
  const { hasBiasCorrection, constants } = functionsOf(optimizer);
  const { beta1, beta2 } = constants(optimizer);
  return hasBiasCorrection ? [1 - beta1 ** step, 1 - beta2 ** step] : [1, 1];
}

/**
 * Takes one optimizer step, in place. It works element by element, so the parameters may have any
 * layout that all arrays share.
 *
 * @param optimizer Name and constants
 * @param parameters Changed in place
 * @param moments m, or m followed by v, each as long as the parameters; changed in place
 * @param gradient The gradient, averaged over the batch
 * @param learningRate The learning rate of this step
 * @param stepsTaken The number of steps before this one
 * @throws {Error} If the lengths do not match
 */
export function updateParameters(
  optimizer: Optimizer,
  parameters: Floats,
  moments: Floats,
  gradient: Floats,
  learningRate: number,
  stepsTaken: number,
): void {
  const { constants, momentArrays, update } = functionsOf(optimizer);
  const count = parameters.length;
  if (gradient.length !== count || moments.length !== count * momentArrays) {
    throw new Error(
      `Cannot update ${count} parameters as gradient and moments must have ${count} and ` +
        `${count * momentArrays} elements with ${optimizer.name}: ` +
        `current values are ${gradient.length} and ${moments.length}`,
    );
  }
  const corrections = biasCorrections(optimizer, stepsTaken + 1);
  const step = {
    parameters,
    moments,
    gradient,
    learningRate,
    corrections,
    ...constants(optimizer),
  };
  for (let i = 0; i < count; i++) update(step, i);
}

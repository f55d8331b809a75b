/** Defines the optimizers and their constants. Defaults and formulas are those of optax. */

/** An optimizer's name and constants. */
export type Optimizer =
  | { name: "sgd" }
  | { name: "momentum"; momentum: number }
  | { name: "adam"; beta1: number; beta2: number; epsilon: number };

/** The optimizers by name, with optax's default constants. */
export const OPTIMIZERS: Readonly<Record<Optimizer["name"], Optimizer>> = {
  sgd: { name: "sgd" },
  momentum: { name: "momentum", momentum: 0.9 },
  adam: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

/** The number of state arrays of each optimizer, each as long as the parameters. */
export const MOMENT_ARRAYS: Readonly<Record<Optimizer["name"], number>> = {
  sgd: 0,
  momentum: 1,
  adam: 2,
};

/** How an averaged gradient changes the parameters. Defaults and formulas are those of optax. */

/** The optimizer's name and its constants. */
export type Optimizer =
  | { name: "sgd" }
  | { name: "momentum"; momentum: number }
  | { name: "adam"; beta1: number; beta2: number; epsilon: number };

/** The optimizers by the name that a flag gives, with optax's usual constants. */
export const OPTIMIZERS: Readonly<Record<Optimizer["name"], Optimizer>> = {
  sgd: { name: "sgd" },
  momentum: { name: "momentum", momentum: 0.9 },
  adam: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

/** How many parameter-sized arrays of state an optimizer keeps. */
export const MOMENT_ARRAYS: Readonly<Record<Optimizer["name"], number>> = {
  sgd: 0,
  momentum: 1,
  adam: 2,
};

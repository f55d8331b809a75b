/**
 * The activation function of the hidden layers, x = f(z), and its derivative f'(z), which is a
 * function of x:
 *
 *   tanh  x = tanh(z)     f'(z) = 1 - x^2
 *   relu  x = max(z, 0)   f'(z) = 1 if x > 0, else 0
 *
 * A v128 holds the numbers of four units.
 */
import { tanh } from "./arithmetic";
import { isTanh } from "./memory";

/** Returns f(z). */
// @ts-ignore: decorator
@inline
export function activate(z: v128): v128 {
  return isTanh ? tanh(z) : f32x4.max(z, f32x4.splat(0));
}

/** Returns d f'(z): the loss's derivatives with respect to z, from d, those with respect to x. */
// @ts-ignore: decorator
@inline
export function timesDerivative(d: v128, x: v128): v128 {
  return isTanh
    ? f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(x, x)))
    // The derivative at 0 is 0, as in JAX.
    : v128.and(d, f32x4.gt(x, f32x4.splat(0)));
}

/**
 * The activation functions of the layers, x = f(z), and their derivatives f'(z), which are functions
 * of x. lib/net/activations.ts has them in float64, and their numbers.
 *
 *   TANH      x = tanh(z)     f'(z) = 1 - x^2
 *   RELU      x = max(z, 0)   f'(z) = 1 if x > 0, else 0
 *   IDENTITY  x = z           (of outputs, whose derivative head.ts computes)
 *
 * A v128 holds the numbers of four units.
 */
import { tanh } from "./arithmetic";

const TANH: u32 = 0;
const RELU: u32 = 1;
const IDENTITY: u32 = 2;

/** Returns f(z). */
// @ts-ignore: decorator
@inline
export function activate(f: u32, z: v128): v128 {
  return f == TANH ? tanh(z) : f == RELU ? f32x4.max(z, f32x4.splat(0)) : z;
}

/** Returns d f'(z): the loss's derivatives with respect to z, from d, those with respect to x. */
// @ts-ignore: decorator
@inline
export function timesDerivative(f: u32, d: v128, x: v128): v128 {
  return f == TANH
    ? f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(x, x)))
    // The derivative at 0 is 0, as in JAX.
    : v128.and(d, f32x4.gt(x, f32x4.splat(0)));
}

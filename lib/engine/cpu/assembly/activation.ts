/** What a hidden layer applies to its sums. */
import { tanh } from "./arithmetic";
import { isTanh } from "./memory";

/** The outputs of four units from their sums. */
// @ts-ignore: decorator
@inline
export function activate(z: v128): v128 {
  return isTanh ? tanh(z) : f32x4.max(z, f32x4.splat(0));
}

/** d, the loss's derivatives by four units' outputs x, times the activation's slope there: derivatives by their sums. */
// @ts-ignore: decorator
@inline
export function timesSlope(d: v128, x: v128): v128 {
  return isTanh
    ? f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(x, x)))
    // At 0 the slope is 0, as in JAX.
    : v128.and(d, f32x4.gt(x, f32x4.splat(0)));
}

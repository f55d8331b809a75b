/** Functions of four numbers at a time, and of angles. */

/**
 * Returns a b + c: rounded once in the relaxed build if the processor has that instruction,
 * otherwise twice.
 */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * Returns tanh(x) by the rational function that XLA uses (Eigen's `generic_fast_tanh_float`,
 * https://gitlab.com/libeigen/eigen), as the shaders do. From |x| = 7.905... on it is exactly 1 or
 * -1: the predicted class depends on which saturated outputs are equal.
 */
export function tanh(x: v128): v128 {
  const q = f32x4.mul(x, x);
  let p = f32x4.splat(-2.76076847742355e-16);
  p = multiplyAdd(q, p, f32x4.splat(2.00018790482477e-13));
  p = multiplyAdd(q, p, f32x4.splat(-8.60467152213735e-11));
  p = multiplyAdd(q, p, f32x4.splat(5.12229709037114e-08));
  p = multiplyAdd(q, p, f32x4.splat(1.48572235717979e-05));
  p = multiplyAdd(q, p, f32x4.splat(6.37261928875436e-04));
  p = multiplyAdd(q, p, f32x4.splat(4.89352455891786e-03));
  let d = f32x4.splat(1.19825839466702e-06);
  d = multiplyAdd(q, d, f32x4.splat(1.18534705686654e-04));
  d = multiplyAdd(q, d, f32x4.splat(2.26843463243900e-03));
  d = multiplyAdd(q, d, f32x4.splat(4.89352518554385e-03));
  const quotient = f32x4.div(f32x4.mul(x, p), d);
  const magnitude = f32x4.abs(x);
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const one = v128.or(sign, f32x4.splat(1));
  const inner = v128.bitselect(x, quotient, f32x4.lt(magnitude, f32x4.splat(0.0004)));
  return v128.bitselect(one, inner, f32x4.ge(magnitude, f32x4.splat(7.90531110763549805)));
}

/**
 * Returns exp(x) for x <= 0, with an error of at most 2 units in the last place. It is 2^n exp(r)
 * with x = n ln 2 + r and |r| <= ln 2 / 2, where exp(r) is the polynomial of Cephes' expf
 * (https://www.netlib.org/cephes/). Below x = -87 the result is exp(-87) = 1.6e-38.
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  // f32x4.max() returns NaN for NaN, and so do all operations here.
  const clamped = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)));
  // ln 2 is the sum of two constants; n times the first is exact.
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = multiplyAdd(p, r, f32x4.splat(1.3981999507e-3));
  p = multiplyAdd(p, r, f32x4.splat(8.3334519073e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.1665795894e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.6666665459e-1));
  p = multiplyAdd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(multiplyAdd(f32x4.mul(r, r), p, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** Returns the sum of the four numbers. */
// @ts-ignore: decorator
@inline
export function sumOf(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Returns the largest of the four numbers; NaN if one of them is NaN. */
// @ts-ignore: decorator
@inline
export function largestOf(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

/** Returns sin(a) for |a| <= pi with an error of at most 3e-5: its Taylor polynomial. */
export function sineOf(a: f32): f32 {
  const q = a * a;
  let p: f32 = 1.0 / 6227020800.0;
  p = p * q - <f32> (1.0 / 39916800.0);
  p = p * q + <f32> (1.0 / 362880.0);
  p = p * q - <f32> (1.0 / 5040.0);
  p = p * q + <f32> (1.0 / 120.0);
  p = p * q - <f32> (1.0 / 6.0);
  return a + a * q * p;
}

/** Returns cos(a) for |a| <= pi with an error of at most 1e-5. */
export function cosineOf(a: f32): f32 {
  const q = a * a;
  let p: f32 = -1.0 / 87178291200.0;
  p = p * q + <f32> (1.0 / 479001600.0);
  p = p * q - <f32> (1.0 / 3628800.0);
  p = p * q + <f32> (1.0 / 40320.0);
  p = p * q - <f32> (1.0 / 720.0);
  p = p * q + <f32> (1.0 / 24.0);
  p = p * q - <f32> 0.5;
  return 1 + q * p;
}

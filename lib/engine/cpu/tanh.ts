/**
 * tanh in single precision, by the rational function that XLA uses (Eigen's
 * `generic_fast_tanh_float`, https://gitlab.com/libeigen/eigen) and that our shaders repeat.
 *
 * From |x| = 7.905... on, where tanh is closer to 1 than float32 can tell, it is exactly 1: which
 * outputs are equal, and so what the net answers, depends on that.
 *
 * @param x Any number
 * @returns A float32 within 3e-7 of tanh(x), relative to it
 *
 * @example
 * ```ts
 * import { tanh } from "./tanh.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertEquals([tanh(8), tanh(-1e30), tanh(1e-5)], [1, -1, Math.fround(1e-5)]);
 * assertAlmostEquals(tanh(0.5), Math.tanh(0.5), 2e-7);
 * ```
 */
export function tanh(x: number): number {
  if (x >= LARGEST) return 1;
  if (x <= -LARGEST) return -1;
  if (x < 0.0004 && x > -0.0004) return Math.fround(x);
  const q = x * x;
  const numerator = x * (4.89352455891786e-03 + q * (6.37261928875436e-04 +
        q * (1.48572235717979e-05 + q * (5.12229709037114e-08 + q * (-8.60467152213735e-11 +
                    q * (2.00018790482477e-13 + q * -2.76076847742355e-16))))));
  const denominator = 4.89352518554385e-03 + q * (2.26843463243900e-03 +
        q * (1.18534705686654e-04 + q * 1.19825839466702e-06));
  return Math.fround(numerator / denominator);
}

const LARGEST = 7.90531110763549805;

/**
 * The optimizers, with optax's formulas (lib/net/optimizers.ts has them in float64, and their numbers). With parameters w,
 * gradient g, learning rate r and step number t:
 *
 *   SGD       w = w - r g
 *   momentum  m = beta1 m + g;  w = w - r m
 *   Adam      m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
 *             w = w - r / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 *
 * The moments of a weight without a gradient, like that of a pixel which is nonzero in few images,
 * shrink from step to step, until they are subnormal (smaller than 2^-126). Rounding would keep them
 * there, and many processors take some hundred cycles for a product with such a number: after some
 * thousand steps, the update would take twice its time. So subnormal moments become 0, which changes
 * no weight.
 */
import { multiplyAdd } from "./arithmetic";
import { block } from "./block";
import {
  beta1,
  beta2,
  epsilon,
  gradientArray,
  oneMinusBeta1,
  oneMinusBeta2,
  optimizer,
  parameterBytes,
  VECTOR,
} from "./memory";

const SGD: u32 = 0;
const MOMENTUM: u32 = 1;
const ADAM: u32 = 2;

/** 2^-126, the smallest normal number of float32. */
const SMALLEST_MOMENT: f32 = 1.1754943508222875e-38;
/** 2^-58: Adam takes smaller gradients for 0, as (1 - beta2) g^2 would be subnormal. */
const SMALLEST_GRADIENT: f32 = 3.469446951953614e-18;

/**
 * Updates consecutive parameters with a block's gradient. If a step has several blocks, the
 * gradients are summed, and the last block updates the parameters with the sum.
 *
 * @param parameters Address of the first parameter
 * @param gradient Address of its gradient; may be overwritten
 * @param bytes The bytes of these parameters, a multiple of 16
 */
export function applyGradient(parameters: usize, gradient: usize, bytes: usize): void {
  const step = block();
  if (!(step.isFirst && step.isLast)) {
    const sum = parameters + gradientArray * parameterBytes;
    for (let at: usize = 0; at < bytes; at += VECTOR) {
      let g = v128.load(gradient + at);
      if (!step.isFirst) g = f32x4.add(g, v128.load(sum + at));
      v128.store(step.isLast ? gradient + at : sum + at, g);
    }
    if (!step.isLast) return;
  }
  if (optimizer == SGD) sgd(parameters, gradient, bytes, step.learningRate);
  else if (optimizer == MOMENTUM) momentum(parameters, gradient, bytes, step.learningRate);
  else adam(parameters, gradient, bytes, step.correctedRate, step.correction2);
}

// @ts-ignore: decorator
@inline
function sgd(w: usize, g: usize, bytes: usize, learningRate: f32): void {
  const minusRate = f32x4.splat(-learningRate);
  for (let at: usize = 0; at < bytes; at += VECTOR) {
    v128.store(w + at, multiplyAdd(minusRate, v128.load(g + at), v128.load(w + at)));
  }
}

// @ts-ignore: decorator
@inline
function momentum(w: usize, g: usize, bytes: usize, learningRate: f32): void {
  const minusRate = f32x4.splat(-learningRate);
  const beta = f32x4.splat(beta1);
  const smallest = f32x4.splat(SMALLEST_MOMENT);
  const toM = parameterBytes;
  for (let end = w + bytes; w < end; w += VECTOR) {
    const m = flush(multiplyAdd(beta, v128.load(w + toM), v128.load(g)), smallest);
    v128.store(w + toM, m);
    v128.store(w, multiplyAdd(minusRate, m, v128.load(w)));
    g += VECTOR;
  }
}

// @ts-ignore: decorator
@inline
function adam(w: usize, g: usize, bytes: usize, correctedRate: f32, correction2: f32): void {
  const minusRate = f32x4.splat(-correctedRate);
  const correction = f32x4.splat(correction2);
  const betaM = f32x4.splat(beta1);
  const oneMinusBetaM = f32x4.splat(oneMinusBeta1);
  const betaV = f32x4.splat(beta2);
  const oneMinusBetaV = f32x4.splat(oneMinusBeta2);
  const epsilons = f32x4.splat(epsilon);
  const smallest = f32x4.splat(SMALLEST_MOMENT);
  const smallestGradient = f32x4.splat(SMALLEST_GRADIENT);
  const toM = parameterBytes;
  const toV = 2 * toM;
  for (let end = w + bytes; w < end; w += VECTOR) {
    const gradient = flush(v128.load(g), smallestGradient);
    const squared = f32x4.mul(gradient, gradient);
    let m = multiplyAdd(betaM, v128.load(w + toM), f32x4.mul(oneMinusBetaM, gradient));
    let v = multiplyAdd(betaV, v128.load(w + toV), f32x4.mul(oneMinusBetaV, squared));
    m = flush(m, smallest);
    v = flush(v, smallest);
    v128.store(w + toM, m);
    v128.store(w + toV, v);
    const denominator = multiplyAdd(f32x4.sqrt(v), correction, epsilons);
    v128.store(w, multiplyAdd(minusRate, f32x4.div(m, denominator), v128.load(w)));
    g += VECTOR;
  }
}

/** Returns x with 0 in place of numbers that are closer to 0 than `smallest`; NaN stays. */
// @ts-ignore: decorator
@inline
function flush(x: v128, smallest: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), smallest));
}

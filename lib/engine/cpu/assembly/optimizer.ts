/**
 * The optimizers, with optax's formulas (lib/net/optimizers.ts has them in float64, and their numbers). With parameters w,
 * gradient g, learning rate r and step number t:
 *
 *   SGD       w = w - r g
 *   momentum  m = beta1 m + g;  w = w - r m
 *   Adam      m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
 *             w = w - r / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
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
  const toM = parameterBytes;
  for (let end = w + bytes; w < end; w += VECTOR) {
    const m = multiplyAdd(beta, v128.load(w + toM), v128.load(g));
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
  const toM = parameterBytes;
  const toV = 2 * toM;
  for (let end = w + bytes; w < end; w += VECTOR) {
    const gradient = v128.load(g);
    const m = multiplyAdd(betaM, v128.load(w + toM), f32x4.mul(oneMinusBetaM, gradient));
    const squared = f32x4.mul(gradient, gradient);
    const v = multiplyAdd(betaV, v128.load(w + toV), f32x4.mul(oneMinusBetaV, squared));
    v128.store(w + toM, m);
    v128.store(w + toV, v);
    const denominator = multiplyAdd(f32x4.sqrt(v), correction, epsilons);
    v128.store(w, multiplyAdd(minusRate, f32x4.div(m, denominator), v128.load(w)));
    g += VECTOR;
  }
}

/** How a gradient changes parameters; formulas and constants are optax's (lib/net/update.ts). */
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

/**
 * Applies a block's gradient to parameters that lie beside each other. Where a step has several blocks,
 * all but the last add theirs up.
 *
 * @param parameters Address of the first
 * @param gradient Address of the first one's
 * @param bytes Of the parameters: a multiple of 16
 */
export function applyGradient(parameters: usize, gradient: usize, bytes: usize): void {
  const step = block();
  if (!(step.isFirst && step.isLast)) {
    const kept = parameters + gradientArray * parameterBytes;
    for (let at: usize = 0; at < bytes; at += VECTOR) {
      let g = v128.load(gradient + at);
      if (!step.isFirst) g = f32x4.add(g, v128.load(kept + at));
      v128.store(step.isLast ? gradient + at : kept + at, g);
    }
    if (!step.isLast) return;
  }
  if (optimizer == 0) sgd(parameters, gradient, bytes, step.learningRate);
  else if (optimizer == 1) momentum(parameters, gradient, bytes, step.learningRate);
  else adam(parameters, gradient, bytes, step.correctedRate, step.correction2);
}

/** w -= rate g */
// @ts-ignore: decorator
@inline
function sgd(w: usize, g: usize, bytes: usize, learningRate: f32): void {
  const down = f32x4.splat(-learningRate);
  for (let at: usize = 0; at < bytes; at += VECTOR) {
    v128.store(w + at, multiplyAdd(down, v128.load(g + at), v128.load(w + at)));
  }
}

/** m = g + beta m; w -= rate m */
// @ts-ignore: decorator
@inline
function momentum(w: usize, g: usize, bytes: usize, learningRate: f32): void {
  const down = f32x4.splat(-learningRate);
  const beta = f32x4.splat(beta1);
  const toMoments = parameterBytes;
  for (let end = w + bytes; w < end; w += VECTOR) {
    const m = multiplyAdd(beta, v128.load(w + toMoments), v128.load(g));
    v128.store(w + toMoments, m);
    v128.store(w, multiplyAdd(down, m, v128.load(w)));
    g += VECTOR;
  }
}

/** m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w -= correctedRate m / (sqrt(v) correction2 + epsilon) */
// @ts-ignore: decorator
@inline
function adam(w: usize, g: usize, bytes: usize, correctedRate: f32, correction2: f32): void {
  // Out of the loop by hand: the compilers load a global anew at each use.
  const down = f32x4.splat(-correctedRate);
  const correction = f32x4.splat(correction2);
  const keptM = f32x4.splat(beta1);
  const addedM = f32x4.splat(oneMinusBeta1);
  const keptV = f32x4.splat(beta2);
  const addedV = f32x4.splat(oneMinusBeta2);
  const least = f32x4.splat(epsilon);
  const toM = parameterBytes;
  const toV = 2 * toM;
  for (let end = w + bytes; w < end; w += VECTOR) {
    const gradient = v128.load(g);
    const m = multiplyAdd(keptM, v128.load(w + toM), f32x4.mul(addedM, gradient));
    const squared = f32x4.mul(gradient, gradient);
    const v = multiplyAdd(keptV, v128.load(w + toV), f32x4.mul(addedV, squared));
    v128.store(w + toM, m);
    v128.store(w + toV, v);
    const deviation = multiplyAdd(f32x4.sqrt(v), correction, least);
    v128.store(w, multiplyAdd(down, f32x4.div(m, deviation), v128.load(w)));
    g += VECTOR;
  }
}

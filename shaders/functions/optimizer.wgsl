// The optimizers. With parameters w, gradient g, learning rate r and step number t (from 1), as in optax:
//   SGD:       w = w - r g
//   momentum:  m = BETA_1 m + g;  w = w - r m
//   Adam:      m = BETA_1 m + (1 - BETA_1) g;  v = BETA_2 v + (1 - BETA_2) g^2
//              w = w - r * (m / (1 - BETA_1^t)) / (sqrt(v / (1 - BETA_2^t)) + EPSILON)
//
// A kernel that includes this file also includes step.wgsl, and binds `parameters` (w), `first_moments` (m) and
// `second_moments` (v), and `gradient`, the sum so far if a batch takes several slots: four arrays of vec4f with the
// layout of functions/layers.wgsl.

/// One of these numbers, which lib/net/optimizers.ts has too.
const OPTIMIZER: u32 = 0;
const SGD: u32 = 0;
const MOMENTUM: u32 = 1;
const ADAM: u32 = 2;
/// Momentum has BETA_1 alone. The host computes 1 - beta in float64: in f32, 1 - 0.999 has a relative error of 1.3e-5.
const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const ONE_MINUS_BETA_1: f32 = 0.1;
const ONE_MINUS_BETA_2: f32 = 0.001;
const EPSILON: f32 = 1e-8;

/// Updates four parameters and their moments. Moments that the optimizer does not have are never accessed, so the
/// host binds a buffer of one vec4f in their place.
fn apply(index: u32, gradient: vec4f) {
    let before = parameters[index];
    if OPTIMIZER == SGD {
        parameters[index] = before - step.learning_rate * gradient;
    } else if OPTIMIZER == MOMENTUM {
        let m = BETA_1 * first_moments[index] + gradient;
        first_moments[index] = m;
        parameters[index] = before - step.learning_rate * m;
    } else if OPTIMIZER == ADAM {
        let m = BETA_1 * first_moments[index] + ONE_MINUS_BETA_1 * gradient;
        let v = BETA_2 * second_moments[index] + ONE_MINUS_BETA_2 * gradient * gradient;
        first_moments[index] = m;
        second_moments[index] = v;
        let change = m * step.first_correction / (sqrt(v * step.second_correction) + EPSILON);
        parameters[index] = before - step.learning_rate * change;
    }
}

/// Adds a slot's gradient of four parameters to that of the batch's earlier slots; the last slot updates them. A slot
/// without rows changes nothing.
fn add_gradient(index: u32, sum: vec4f) {
    if step.rows == 0u {
        return;
    }
    var total = sum;
    if step.accumulate == 1u {
        total += gradient[index];
    }
    if step.last == 1u {
        apply(index, total);
    } else {
        gradient[index] = total;
    }
}

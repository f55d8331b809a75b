// How an averaged gradient changes parameters; formulas as in optax. For kernels that bind `parameters`,
// `first_moments` and `second_moments`. Needs step.wgsl.

/// 0: SGD, 1: momentum, 2: Adam.
const OPTIMIZER: u32 = 0;
const MOMENTUM: f32 = 0.9;
/// Adam's. 1 - beta comes from the host: in f32, 1 - 0.999 would be 1.3e-5 off.
const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const ONE_MINUS_BETA_1: f32 = 0.1;
const ONE_MINUS_BETA_2: f32 = 0.001;
const EPSILON: f32 = 1e-8;

/// Changes four parameters and, where the optimizer has any, their moments; a moment that it has not is bound
/// to next to nothing and left alone.
fn apply(index: u32, gradient: vec4f) {
    let before = parameters[index];
    if OPTIMIZER == 0u {
        parameters[index] = before - step.learning_rate * gradient;
    } else if OPTIMIZER == 1u {
        let trace = MOMENTUM * first_moments[index] + gradient;
        first_moments[index] = trace;
        parameters[index] = before - step.learning_rate * trace;
    } else {
        let m = BETA_1 * first_moments[index] + ONE_MINUS_BETA_1 * gradient;
        let v = BETA_2 * second_moments[index] + ONE_MINUS_BETA_2 * gradient * gradient;
        first_moments[index] = m;
        second_moments[index] = v;
        let change = m * step.first_correction / (sqrt(v * step.second_correction) + EPSILON);
        parameters[index] = before - step.learning_rate * change;
    }
}

// How an averaged gradient changes parameters; formulas as in optax.

/// 0: SGD, 1: momentum, 2: Adam.
const OPTIMIZER: u32 = 0;
const MOMENTUM: f32 = 0.9;
const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// What a slot's work knows besides its rows; the same struct is written in lib/engine/webgpu/step_info.ts.
struct Step {
    learning_rate: f32,
    /// Adam's 1 / (1 - beta^t) for both betas, t counting from 1.
    first_correction: f32,
    second_correction: f32,
    /// Rows of the whole batch, over which gradients are averaged; and rows in this slot.
    batch_rows: u32,
    rows: u32,
    /// 1 where the rows are only to be evaluated.
    evaluate: u32,
    /// Where an evaluation adds its sums.
    result: u32,
    /// 1 where gradients are added to those of earlier slots of the same batch.
    accumulate: u32,
    /// Which slot of the packed batches holds the rows.
    slot: u32,
}

/// The slot's, copied from its binding when a kernel starts. The binding is storage: from a uniform buffer,
/// lavapipe compiles values that loops depend on into the kernel, anew whenever they change.
var<private> step: Step;

/// Four parameters and their moments (the first is momentum's trace; what an optimiser does not keep stays as it was).
struct Updated {
    parameters: vec4f,
    first: vec4f,
    second: vec4f,
}

fn update_parameters(parameters: vec4f, first: vec4f, second: vec4f, gradient: vec4f) -> Updated {
    if OPTIMIZER == 1u {
        let trace = MOMENTUM * first + gradient;
        return Updated(parameters - step.learning_rate * trace, trace, second);
    }
    if OPTIMIZER == 2u {
        let m = BETA_1 * first + (1.0 - BETA_1) * gradient;
        let v = BETA_2 * second + (1.0 - BETA_2) * gradient * gradient;
        let change = m * step.first_correction / (sqrt(v * step.second_correction) + EPSILON);
        return Updated(parameters - step.learning_rate * change, m, v);
    }
    return Updated(parameters - step.learning_rate * gradient, first, second);
}

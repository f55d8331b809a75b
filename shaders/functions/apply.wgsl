// The optimiser's step on the parameters in place, for kernels that bind `parameters`, `first_moments` and
// `second_moments`. Needs optimizer.wgsl.

/// Changes four parameters, given as they were, and, where the optimiser has any, their moments; a moment that
/// it has not is bound to next to nothing and left alone.
fn apply(index: u32, before: vec4f, gradient: vec4f) {
    let updated = update_parameters(before, first_moments[index], second_moments[index], gradient);
    parameters[index] = updated.parameters;
    if OPTIMIZER != 0u {
        first_moments[index] = updated.first;
    }
    if OPTIMIZER == 2u {
        second_moments[index] = updated.second;
    }
}

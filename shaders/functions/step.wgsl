// What the kernels know of a step besides its rows; lib/engine/webgpu/step_info.ts writes the struct.

struct Step {
    learning_rate: f32,
    /// Adam's 1 / (1 - beta^t) for both betas, t counting the steps from 1.
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
    /// 1 where the batch's gradient is complete with this slot, so that the parameters change.
    last: u32,
    /// Which slot of the packed batches holds the rows.
    slot: u32,
}

/// The dispatch's, copied from its binding when a kernel starts. The binding is a storage buffer: lavapipe
/// compiles the values of a uniform buffer into the kernel, anew whenever they change.
var<private> step: Step;

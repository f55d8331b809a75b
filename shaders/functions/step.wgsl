// The constants of a step, or of an evaluation, one struct per slot and net. lib/engine/webgpu/network.ts writes it.
//
// Several nets of one architecture may train together: z of a workgroup is its net. Each has its own step, its own
// slots and its own parameters, and no net reads what belongs to another, so each gets the same bits as if it were alone.

struct Step {
    learning_rate: f32,
    /// Adam's bias corrections 1 / (1 - BETA_1^t) and 1 / (1 - BETA_2^t), where t counts the steps from 1.
    first_correction: f32,
    second_correction: f32,
    /// B, the number of rows of the whole batch, over which the gradient is averaged.
    batch_rows: u32,
    /// The number of rows in this slot. It is less than B if a large batch is divided among several slots, and 0 if
    /// other nets take a step and this one does not.
    rows: u32,
    /// The index in `results` of the evaluation to which this one adds its rows, and the number of rows before them.
    result: u32,
    first_row: u32,
    /// 1 if the batch has had earlier slots, whose sum is in `gradient`.
    accumulate: u32,
    /// 1 if this is the batch's last slot: its gradient is then complete, and the parameters are updated.
    last: u32,
    /// The number of this slot.
    slot: u32,
}

/// A copy of the net's element of `steps`, for the functions that use it. `steps` is a storage buffer and not a uniform
/// buffer, because lavapipe compiles the values of a uniform buffer into the kernel, again whenever they change.
var<private> step: Step;

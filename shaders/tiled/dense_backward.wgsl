// The backward pass through one layer for a slot of rows: d_i = (w_i^T d_(i+1)) * f'(z_i) with i = LAYER. For nets
// and batches of any size. See functions/layers.wgsl for letters, names and layouts.
//
// Arrays, in words of four numbers:
//   parameters: the blocks of all layers, read
//   traces (slots, SLOT_ROWS, TRACE_WORDS): x_i and d_(i+1) are read, d_i is written
//
// Invocation (x, y) computes word x of the deltas d_i of ROWS rows, from row y * ROWS on. It loads each block of
// weights once and uses it for all ROWS rows. Invocations share nothing, so there is no barrier; the next layer is
// the next dispatch.

/// Layer i, 1 or 2.
const LAYER: u32 = 2;
/// f, the activation that gave x_i.
const ACTIVATION: u32 = 0;

const ROWS: u32 = 1;
const LANES_X: u32 = 8;
const LANES_Y: u32 = 8;

@group(0) @binding(0) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(1) var<storage, read> step_info: Step;
@group(0) @binding(2) var<storage, read_write> traces: array<vec4f>;

@compute @workgroup_size(LANES_X, LANES_Y)
fn dense_backward(@builtin(global_invocation_id) id: vec3u) {
    let layer = layer_of(LAYER);
    let word = id.x;
    let first_row = id.y * ROWS;
    // Nothing to compute: beyond the layer's last word, where a store would overwrite another layer's deltas, or
    // beyond the slot's last row.
    if word >= layer.input_words || first_row >= SLOT_ROWS {
        return;
    }
    // Where each row's trace begins. Beyond the last row, the last one is computed again and not stored.
    var row_traces: array<u32, ROWS>;
    for (var r = 0u; r < ROWS; r++) {
        row_traces[r] = (step_info.slot * SLOT_ROWS + min(first_row + r, SLOT_ROWS - 1u)) * TRACE_WORDS;
    }
    var sums = array<vec4f, ROWS>();
    for (var unit_word = 0u; unit_word < layer.output_words; unit_word++) {
        let block = parameters[block_of(layer, word, unit_word)];
        for (var r = 0u; r < ROWS; r++) {
            sums[r] += block * traces[row_traces[r] + DELTAS + layer.outputs + unit_word];
        }
    }
    for (var r = 0u; r < ROWS; r++) {
        // Rows beyond this slot's belong to the next slot.
        if first_row + r < SLOT_ROWS {
            let at = row_traces[r] + layer.inputs + word;
            traces[at + DELTAS] = sums[r] * activation_derivative(ACTIVATION, traces[at]);
        }
    }
}

// A layer's deltas brought back to its inputs: d_i = (w_i' d_(i+1)) times the slope of x_i, for a slot of rows.
// See functions/layers.wgsl for names and layouts.
//
// A lane takes a word of inputs and ROWS rows, so that each block of weights serves ROWS rows; lanes along x take
// further words, lanes along y further rows.

/// Which layer, 1 or 2.
const LAYER: u32 = 2;
/// Of the layer's inputs.
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
    // Lanes beyond the layer's words would store into other layers' deltas. Lanes beyond the slot's rows would
    // compute what is not stored below.
    if word >= layer.input_words || first_row >= SLOT_ROWS {
        return;
    }
    // Beyond the last row, the last one is computed again and not stored.
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
        // What lies beyond is the next slot's, which computes it itself: the guard keeps the slots apart.
        if first_row + r < SLOT_ROWS {
            let at = row_traces[r] + layer.inputs + word;
            traces[at + DELTAS] = sums[r] * activation_slope(ACTIVATION, traces[at]);
        }
    }
}

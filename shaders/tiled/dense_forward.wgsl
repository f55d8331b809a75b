// One layer's outputs for a slot of rows: activation(w x + b). For nets and batches of any size.
// See functions/layers.wgsl for names and layouts.
//
// A lane takes a word of units and ROWS rows, so that each block of weights serves ROWS rows. Neighboring lanes
// (x) own neighboring words of units and read neighboring blocks; lanes along y take further rows.

/// Which layer, 0 to 2.
const LAYER: u32 = 0;
const ACTIVATION: u32 = 0;

const ROWS: u32 = 1;
const LANES_X: u32 = 8;
const LANES_Y: u32 = 8;

@group(0) @binding(0) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(1) var<storage, read> step_info: Step;
@group(0) @binding(2) var<storage, read_write> traces: array<vec4f>;

@compute @workgroup_size(LANES_X, LANES_Y)
fn dense_forward(@builtin(global_invocation_id) id: vec3u) {
    let layer = layer_of(LAYER);
    let unit_word = id.x;
    let first_row = id.y * ROWS;
    // Lanes beyond the slot's rows would compute what is not stored below. What lanes beyond the layer's words
    // stored would be overwritten before it is read, as it lies where later layers' outputs or deltas go.
    if unit_word >= layer.output_words || first_row >= SLOT_ROWS {
        return;
    }
    // Beyond the last row, the last one is computed again and not stored.
    var row_traces: array<u32, ROWS>;
    for (var r = 0u; r < ROWS; r++) {
        row_traces[r] = (step_info.slot * SLOT_ROWS + min(first_row + r, SLOT_ROWS - 1u)) * TRACE_WORDS;
    }
    var sums = array<vec4f, ROWS>();
    for (var word = 0u; word < layer.input_words; word++) {
        let block = parameters[block_of(layer, word, unit_word)];
        for (var r = 0u; r < ROWS; r++) {
            sums[r] += traces[row_traces[r] + layer.inputs + word] * block;
        }
    }
    let biases = vec4f(1.0, 0.0, 0.0, 0.0) * parameters[block_of(layer, layer.input_words, unit_word)];
    for (var r = 0u; r < ROWS; r++) {
        // What lies beyond is the next slot's, which computes it itself: the guard keeps the slots apart.
        if first_row + r < SLOT_ROWS {
            traces[row_traces[r] + layer.outputs + unit_word] = activate(ACTIVATION, sums[r] + biases);
        }
    }
}

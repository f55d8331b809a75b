// Forward pass, loss and the deltas of every layer, for nets that are small enough for a workgroup to take a
// whole row through all of it. See functions/layers.wgsl for names and layouts.
//
// Lanes are numbered (word, part): the four sums of a word of units (or of inputs, on the way back) are shared out
// among PARTS lanes, which shortens the longest chain of dependent loads; the parts' sums meet in workgroup memory.
//
// A vector in workgroup memory is always stored whole, by one lane: WGSL lets a store to one component read and
// write back all four, so that a store to another component by another lane would be lost.

const WORD_LANES: u32 = 16;
const PARTS: u32 = 16;
const LANES: u32 = WORD_LANES * PARTS;

const CLASSES: u32 = 10;
const HIDDEN_ACTIVATION: u32 = 0;
const OUTPUT_ACTIVATION: u32 = 0;

/// Shape (slots, SLOT_ROWS). A row that is not there has label ABSENT and inputs 0.
@group(0) @binding(0) var<storage, read> labels: array<u32>;
@group(0) @binding(1) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(2) var<storage, read> step_info: Step;
/// x0 is there; the rest is written for the update.
@group(0) @binding(3) var<storage, read_write> traces: array<vec4f>;
/// Shape (slots, SLOT_ROWS): see `result_of`.
@group(0) @binding(4) var<storage, read_write> row_results: array<vec4f>;

/// The row's trace.
var<workgroup> trace: array<vec4f, TRACE_WORDS>;
/// What the lanes have found of the sums.
var<workgroup> sums: array<vec4f, LANES>;
var<workgroup> head: RowHead;

fn x3(c: u32) -> f32 {
    return trace[X3 + c / 4u][c % 4u];
}

/// The sum of what the PARTS lanes of a word have found.
fn sum_of_parts(word_lane: u32) -> vec4f {
    var sum = vec4f(0.0);
    for (var part = 0u; part < PARTS; part++) {
        sum += sums[part * WORD_LANES + word_lane];
    }
    return sum;
}

/// x_(i+1) = activation(w_i x_i + b_i), WORD_LANES words at a time. All lanes call it together.
fn forward(layer: Layer, activation: u32, lane: u32) {
    let part = lane / WORD_LANES;
    for (var first = 0u; first < layer.output_words; first += WORD_LANES) {
        let word = first + lane % WORD_LANES;
        var sum = vec4f(0.0);
        // Nobody reads the sums of lanes beyond the layer's words; without this they would cost loads.
        if word < layer.output_words {
            for (var i = part; i < layer.input_words; i += PARTS) {
                sum += trace[layer.inputs + i] * parameters[block_of(layer, i, word)];
            }
        }
        sums[lane] = sum;
        workgroupBarrier();
        // Beyond the layer's words, a store would lie where other values are stored later: harmless where they
        // are, but beyond the trace's end it would not be.
        if part == 0u && word < layer.output_words {
            let biases = vec4f(1.0, 0.0, 0.0, 0.0) * parameters[block_of(layer, layer.input_words, word)];
            trace[layer.outputs + word] = activate(activation, sum_of_parts(lane) + biases);
        }
        workgroupBarrier();
    }
}

/// d_i = (w_i' d_(i+1)) times the slope of x_i, WORD_LANES words at a time. All lanes call it together.
fn backward(layer: Layer, lane: u32) {
    let part = lane / WORD_LANES;
    for (var first = 0u; first < layer.input_words; first += WORD_LANES) {
        let word = first + lane % WORD_LANES;
        var sum = vec4f(0.0);
        // As in `forward`.
        if word < layer.input_words {
            for (var i = part; i < layer.output_words; i += PARTS) {
                sum += parameters[block_of(layer, word, i)] * trace[DELTAS + layer.outputs + i];
            }
        }
        sums[lane] = sum;
        workgroupBarrier();
        if part == 0u && word < layer.input_words {
            let slope = activation_slope(HIDDEN_ACTIVATION, trace[layer.inputs + word]);
            trace[DELTAS + layer.inputs + word] = sum_of_parts(lane) * slope;
        }
        workgroupBarrier();
    }
}

@compute @workgroup_size(LANES)
fn forward_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let row = (step_info.slot + group.y) * SLOT_ROWS + group.x;
    let label = labels[row];

    for (var word = lane; word < WORDS_0; word += LANES) {
        trace[X0 + word] = traces[row * TRACE_WORDS + X0 + word];
    }
    workgroupBarrier();
    forward(layer_of(0u), HIDDEN_ACTIVATION, lane);
    forward(layer_of(1u), HIDDEN_ACTIVATION, lane);
    forward(layer_of(2u), OUTPUT_ACTIVATION, lane);

    // A few dozen operations, by one lane.
    if lane == 0u {
        head = head_of_row(label);
        row_results[row] = result_of(head);
    }
    workgroupBarrier();
    if step_info.evaluate == 1u {
        return;
    }

    for (var word = lane; word < WORDS_3; word += LANES) {
        trace[DELTAS + X3 + word] = output_deltas(word, label, head, step_info.batch_rows);
    }
    workgroupBarrier();
    backward(layer_of(2u), lane);
    backward(layer_of(1u), lane);
    for (var word = X1 + lane; word < TRACE_WORDS; word += LANES) {
        traces[row * TRACE_WORDS + word] = trace[word];
    }
}

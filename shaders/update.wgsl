// Gradients averaged over the batch and the optimizer's step, in place, for all parameters of all layers.
// See functions/layers.wgsl for names and layouts.
//
// Lanes are numbered (word, part). A lane sums the gradients of the blocks that take WORDS words of inputs to its
// word of units, and the rows are shared out among the PARTS lanes of a word, whose sums meet in workgroup memory.
//
// Workgroups: x along a layer's words of units; y along the words of inputs of one layer after the other.

const WORDS: u32 = 1;
const WORD_LANES: u32 = 16;
const PARTS: u32 = 8;
const LANES: u32 = WORD_LANES * PARTS;

@group(0) @binding(0) var<storage, read> traces: array<vec4f>;
@group(0) @binding(1) var<storage, read> step_info: Step;
/// Blocks by their columns; so are the moments and the gradient.
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> second_moments: array<vec4f>;
/// The sum so far where a batch takes several slots, else bound to next to nothing.
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;

/// Workgroups along the input words of the first two layers, with one word more for the biases.
const ROWS_0: u32 = (WORDS_0 + WORDS) / WORDS;
const ROWS_1: u32 = (WORDS_1 + WORDS) / WORDS;

var<workgroup> sums: array<mat4x4f, LANES>;

fn outer(x: vec4f, d: vec4f) -> mat4x4f {
    return mat4x4f(x * d.x, x * d.y, x * d.z, x * d.w);
}

/// A word of a row's inputs; behind the last of them the one for the biases. What is loaded for that one, or for
/// words further on, is not used; `min` keeps the load inside the row's trace.
fn load_inputs(layer: Layer, row: u32, word: u32) -> vec4f {
    let inputs = traces[row * TRACE_WORDS + layer.inputs + min(word, layer.input_words - 1u)];
    return select(inputs, vec4f(1.0, 0.0, 0.0, 0.0), word == layer.input_words);
}

/// Takes in what a slot's rows give of four parameters' gradient.
fn add(index: u32, sum: vec4f) {
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

@compute @workgroup_size(LANES)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = step_info;
    var layer = layer_of(0u);
    var first_word = group.y * WORDS;
    if group.y >= ROWS_0 + ROWS_1 {
        layer = layer_of(2u);
        first_word -= (ROWS_0 + ROWS_1) * WORDS;
    } else if group.y >= ROWS_0 {
        layer = layer_of(1u);
        first_word -= ROWS_0 * WORDS;
    }
    let part = lane / WORD_LANES;
    let unit_word = group.x * WORD_LANES + lane % WORD_LANES;
    let end = step.slot * SLOT_ROWS + step.rows;
    // Beyond the last word of units, the last one is summed again and not stored.
    let deltas = DELTAS + layer.outputs + min(unit_word, layer.output_words - 1u);

    var blocks = array<mat4x4f, WORDS>();
    for (var row = step.slot * SLOT_ROWS + part; row < end; row += PARTS) {
        let d = traces[row * TRACE_WORDS + deltas];
        for (var i = 0u; i < WORDS; i++) {
            blocks[i] += outer(load_inputs(layer, row, first_word + i), d);
        }
    }
    for (var i = 0u; i < WORDS; i++) {
        var sum = blocks[i];
        // With one part there is nothing to add, and a software adapter is faster without the barriers.
        if PARTS > 1u {
            sums[lane] = sum;
            workgroupBarrier();
            for (var p = 1u; p < PARTS && part == 0u; p++) {
                sum += sums[p * WORD_LANES + lane];
            }
            workgroupBarrier();
        }
        let word = first_word + i;
        if part == 0u && word <= layer.input_words && unit_word < layer.output_words {
            for (var column = 0u; column < 4u; column++) {
                add(block_of(layer, word, unit_word) * 4u + column, sum[column]);
            }
        }
    }
}

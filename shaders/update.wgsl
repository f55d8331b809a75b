// The gradient of all parameters, and the optimizer's step in place. See functions/layers.wgsl for letters, names
// and layouts.
//   dw_i = sum over the rows of d_(i+1) x_i^T;  db_i = sum over the rows of d_(i+1)
// The deltas d are derivatives of the batch's mean loss, so this sum is the averaged gradient. A bias is the weight of
// a constant input 1, so it needs no code of its own.
//
// Arrays, in words of four numbers:
//   traces (slots, SLOT_ROWS, TRACE_WORDS): x0, x1, x2 and d1, d2, d3 are read
//   parameters, first_moments, second_moments (blocks, 4): a block's four columns; read and written
//   gradient (blocks, 4): the sum so far, if a batch takes several slots
// and in workgroup memory:
//   sums (PARTS, WORD_LANES): one block per lane
//
// A lane sums WORDS blocks: those that connect its word of units with WORDS words of inputs, so that it loads a word
// of deltas once for WORDS words of inputs. The slot's rows are divided among PARTS lanes, and the lane of part 0
// adds up their sums. Workgroup x takes WORD_LANES words of units; workgroup y takes WORDS words of inputs, numbered
// through all three layers. One lane alone updates a parameter, so updating in place is safe.
//
// Barriers: one after the lanes' sums are stored, because the lane of part 0 reads those of other lanes; one after it
// has read them, because the lanes then overwrite them with the sums of the next block.

const WORDS: u32 = 1;
const WORD_LANES: u32 = 16;
const PARTS: u32 = 8;
const LANES: u32 = WORD_LANES * PARTS;

@group(0) @binding(0) var<storage, read> traces: array<vec4f>;
@group(0) @binding(1) var<storage, read> step_info: Step;
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> second_moments: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;

/// The workgroups in y of the first two layers. Each layer has one more word of inputs, for the biases.
const ROWS_0: u32 = (WORDS_0 + WORDS) / WORDS;
const ROWS_1: u32 = (WORDS_1 + WORDS) / WORDS;

var<workgroup> sums: array<mat4x4f, LANES>;

/// The outer product d x^T: column u is x * d_u.
fn outer(x: vec4f, d: vec4f) -> mat4x4f {
    return mat4x4f(x * d.x, x * d.y, x * d.z, x * d.w);
}

/// A word of a row's inputs. The word after the last is the constant (1, 0, 0, 0), for the biases. Words after that
/// are never stored; `min` only keeps their loads within the row's trace.
fn load_inputs(layer: Layer, row: u32, word: u32) -> vec4f {
    let inputs = traces[row * TRACE_WORDS + layer.inputs + min(word, layer.input_words - 1u)];
    return select(inputs, vec4f(1.0, 0.0, 0.0, 0.0), word == layer.input_words);
}

/// Adds the gradients of a batch's slots for four parameters, and updates these with the last slot.
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
    // Lanes beyond the last word of units sum the last one again and do not store it.
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
        // With one part there is nothing to add up; a software adapter is faster without the barriers.
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

// The gradient of a layer's weights and biases, summed over a slot of rows (the deltas are divided by the
// rows of the batch already). Letters as in dense_forward.wgsl.
//
// An invocation takes 4 words of inputs x UNITS units: 16 x 8 sums, over all rows, a quad at a time:
// deltas (a component a row) times a 4 x 4 matrix of inputs (a column an input) are four sums.

/// 0: packed pixels, to be scaled; 1: activations.
const INPUT: u32 = 0;
const BATCH_QUADS: u32 = 256;
const LANES_X: u32 = 8;
const LANES_Y: u32 = 1;

/// Written out below.
const WORDS: u32 = 4;
const UNITS: u32 = 8;

@group(0) @binding(0) var<storage, read> inputs: array<vec4u>;
@group(0) @binding(1) var<storage, read> scales: array<vec4f>;
@group(0) @binding(2) var<storage, read> layer_info: Layer;
@group(0) @binding(3) var<storage, read> step_info: Step;
/// Shape (N, Q).
@group(0) @binding(4) var<storage, read> deltas: array<vec4f>;
/// Laid out as the parameters are.
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;

/// Four inputs (columns) of four rows.
fn load_inputs(word: u32, quad: u32) -> mat4x4f {
    if INPUT == 0u {
        let x = unpack_words(inputs[(step.slot * BATCH_QUADS + quad) * layer.words + word]);
        let scale = scales[step.slot * BATCH_QUADS + quad];
        return mat4x4f(x[0] * scale, x[1] * scale, x[2] * scale, x[3] * scale);
    }
    let i = word * 4u * BATCH_QUADS + quad;
    return mat4x4f(
        bitcast<vec4f>(inputs[i]),
        bitcast<vec4f>(inputs[i + BATCH_QUADS]),
        bitcast<vec4f>(inputs[i + 2u * BATCH_QUADS]),
        bitcast<vec4f>(inputs[i + 3u * BATCH_QUADS]),
    );
}

fn add(index: u32, sum: vec4f) {
    if step.accumulate == 1u {
        gradient[index] += sum;
    } else {
        gradient[index] = sum;
    }
}

fn store(word: u32, unit: u32, sum: vec4f) {
    if word < layer.words && unit < layer.stride {
        add(layer.weights + word * layer.stride + unit, sum);
    }
}

@compute @workgroup_size(LANES_X, LANES_Y)
fn dense_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) lane: vec3u) {
    step = step_info;
    layer = layer_info;
    let first_word = id.x / LANES_X * LANES_X * WORDS + lane.x;
    let first_unit = id.y * UNITS;
    if first_unit >= layer.stride {
        return;
    }
    let last_word = layer.words - 1u;
    let quads = (step.rows + 3u) / 4u;
    var sums_0 = array<vec4f, UNITS>();
    var sums_1 = array<vec4f, UNITS>();
    var sums_2 = array<vec4f, UNITS>();
    var sums_3 = array<vec4f, UNITS>();
    var bias_sums_0 = vec4f(0.0);
    var bias_sums_1 = vec4f(0.0);
    for (var q = 0u; q < quads; q++) {
        let x_0 = load_inputs(min(first_word, last_word), q);
        let x_1 = load_inputs(min(first_word + LANES_X, last_word), q);
        let x_2 = load_inputs(min(first_word + 2u * LANES_X, last_word), q);
        let x_3 = load_inputs(min(first_word + 3u * LANES_X, last_word), q);
        var d = array<vec4f, UNITS>();
        for (var u = 0u; u < UNITS; u++) {
            d[u] = deltas[min(first_unit + u, layer.stride - 1u) * BATCH_QUADS + q];
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_0[u] += d[u] * x_0;
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_1[u] += d[u] * x_1;
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_2[u] += d[u] * x_2;
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_3[u] += d[u] * x_3;
        }
        bias_sums_0 += vec4f(1.0) * mat4x4f(d[0], d[1], d[2], d[3]);
        bias_sums_1 += vec4f(1.0) * mat4x4f(d[4], d[5], d[6], d[7]);
    }
    for (var u = 0u; u < UNITS; u++) {
        store(first_word, first_unit + u, sums_0[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        store(first_word + LANES_X, first_unit + u, sums_1[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        store(first_word + 2u * LANES_X, first_unit + u, sums_2[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        store(first_word + 3u * LANES_X, first_unit + u, sums_3[u]);
    }
    if first_word == 0u {
        add(layer.biases + first_unit / 4u, bias_sums_0);
        add(layer.biases + first_unit / 4u + 1u, bias_sums_1);
    }
}

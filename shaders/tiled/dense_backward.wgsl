// A layer's deltas brought back to its inputs: (w' d) times the slope of what made the inputs.
// Letters as in dense_forward.wgsl.
//
// An invocation takes 2 words of inputs x 4 quads: 8 x 16 sums, as 4 x 4 matrices (a column an input, a
// component a row), to which each unit adds its deltas times its four weights.

const BATCH_QUADS: u32 = 256;
const LANES_X: u32 = 8;
const LANES_Y: u32 = 1;

/// Written out below.
const WORDS: u32 = 2;
const QUADS: u32 = 4;

@group(0) @binding(0) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read> layer_info: Layer;
/// Shape (N, Q): deltas of the layer's sums.
@group(0) @binding(2) var<storage, read> deltas: array<vec4f>;
/// Shape (K * 4, Q): the layer's inputs.
@group(0) @binding(3) var<storage, read> inputs: array<vec4f>;
/// Shape (K * 4, Q): deltas of the sums behind the inputs.
@group(0) @binding(4) var<storage, read_write> input_deltas: array<vec4f>;

fn outer(d: vec4f, weights: vec4f) -> mat4x4f {
    return mat4x4f(d * weights.x, d * weights.y, d * weights.z, d * weights.w);
}

fn store(word: u32, quad: u32, sums: mat4x4f) {
    if word < layer.words && quad < BATCH_QUADS {
        for (var i = 0u; i < 4u; i++) {
            let at = (word * 4u + i) * BATCH_QUADS + quad;
            input_deltas[at] = sums[i] * activation_slope(inputs[at]);
        }
    }
}

@compute @workgroup_size(LANES_X, LANES_Y)
fn dense_backward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) lane: vec3u) {
    layer = layer_info;
    let first_word = id.x / LANES_X * LANES_X * WORDS + lane.x;
    let first_quad = id.y * QUADS;
    if first_quad >= BATCH_QUADS {
        return;
    }
    let word_0 = min(first_word, layer.words - 1u);
    let word_1 = min(first_word + LANES_X, layer.words - 1u);
    let quad_1 = min(first_quad + 1u, BATCH_QUADS - 1u);
    let quad_2 = min(first_quad + 2u, BATCH_QUADS - 1u);
    let quad_3 = min(first_quad + 3u, BATCH_QUADS - 1u);
    var sums_00 = mat4x4f();
    var sums_01 = mat4x4f();
    var sums_02 = mat4x4f();
    var sums_03 = mat4x4f();
    var sums_10 = mat4x4f();
    var sums_11 = mat4x4f();
    var sums_12 = mat4x4f();
    var sums_13 = mat4x4f();
    for (var unit = 0u; unit < layer.stride; unit++) {
        let weights_0 = parameters[layer.weights + word_0 * layer.stride + unit];
        let weights_1 = parameters[layer.weights + word_1 * layer.stride + unit];
        let d_0 = deltas[unit * BATCH_QUADS + first_quad];
        let d_1 = deltas[unit * BATCH_QUADS + quad_1];
        let d_2 = deltas[unit * BATCH_QUADS + quad_2];
        let d_3 = deltas[unit * BATCH_QUADS + quad_3];
        sums_00 += outer(d_0, weights_0);
        sums_01 += outer(d_1, weights_0);
        sums_02 += outer(d_2, weights_0);
        sums_03 += outer(d_3, weights_0);
        sums_10 += outer(d_0, weights_1);
        sums_11 += outer(d_1, weights_1);
        sums_12 += outer(d_2, weights_1);
        sums_13 += outer(d_3, weights_1);
    }
    store(first_word, first_quad, sums_00);
    store(first_word, first_quad + 1u, sums_01);
    store(first_word, first_quad + 2u, sums_02);
    store(first_word, first_quad + 3u, sums_03);
    store(first_word + LANES_X, first_quad, sums_10);
    store(first_word + LANES_X, first_quad + 1u, sums_11);
    store(first_word + LANES_X, first_quad + 2u, sums_12);
    store(first_word + LANES_X, first_quad + 3u, sums_13);
}

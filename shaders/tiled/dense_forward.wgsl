// One dense layer's outputs for a slot of rows: activate(w x + b). For nets and batches of any size.
//
// Letters: Q quads of rows in a slot, K words of four inputs, N output units.
//
// An invocation takes UNITS units x 4 quads: 8 x 16 sums. A load from storage costs what 40 to 60
// multiply-adds cost (lavapipe) or more, so each weight vec4 serves 16 rows, and each 4 x 4 block of
// inputs serves 8 units. Neighbouring lanes (x) own neighbouring units and read neighbouring weights;
// lanes along y take further rows. The four quads are written out, and loops over units are not nested,
// because the driver unrolls only such loops and keeps only unrolled tiles in registers.

/// 0: packed pixels, to be scaled; 1: activations.
const INPUT: u32 = 0;
/// 1 for the last layer, whose activation belongs to the head.
const LAST: u32 = 0;
/// Quads of rows in a slot.
const BATCH_QUADS: u32 = 256;
/// Lanes along the units and along the rows.
const LANES_X: u32 = 8;
const LANES_Y: u32 = 1;

const UNITS: u32 = 8;
const QUADS: u32 = 4;

/// Shape (slots, Q, K) of packed pixels, or (K * 4, Q) of vec4f.
@group(0) @binding(0) var<storage, read> inputs: array<vec4u>;
/// Shape (slots, Q).
@group(0) @binding(1) var<storage, read> scales: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> layer_info: Layer;
@group(0) @binding(4) var<storage, read> step_info: Step;
/// Shape (N, Q).
@group(0) @binding(5) var<storage, read_write> outputs: array<vec4f>;

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

fn store(unit: u32, quad: u32, sum: vec4f) {
    if unit < layer.stride && quad < BATCH_QUADS {
        outputs[unit * BATCH_QUADS + quad] = sum;
    }
}

@compute @workgroup_size(LANES_X, LANES_Y)
fn dense_forward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) lane: vec3u) {
    step = step_info;
    layer = layer_info;
    let first_unit = id.x / LANES_X * LANES_X * UNITS + lane.x;
    let first_quad = id.y * QUADS;
    if first_quad >= BATCH_QUADS {
        return;
    }
    // Beyond the last row and unit, the last ones are computed again and not stored.
    let quad_1 = min(first_quad + 1u, BATCH_QUADS - 1u);
    let quad_2 = min(first_quad + 2u, BATCH_QUADS - 1u);
    let quad_3 = min(first_quad + 3u, BATCH_QUADS - 1u);
    var sums_0 = array<vec4f, UNITS>();
    var sums_1 = array<vec4f, UNITS>();
    var sums_2 = array<vec4f, UNITS>();
    var sums_3 = array<vec4f, UNITS>();
    for (var word = 0u; word < layer.words; word++) {
        let x_0 = load_inputs(word, first_quad);
        let x_1 = load_inputs(word, quad_1);
        let x_2 = load_inputs(word, quad_2);
        let x_3 = load_inputs(word, quad_3);
        let row = layer.weights + word * layer.stride;
        var weights = array<vec4f, UNITS>();
        for (var u = 0u; u < UNITS; u++) {
            weights[u] = parameters[row + min(first_unit + u * LANES_X, layer.stride - 1u)];
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_0[u] += x_0 * weights[u];
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_1[u] += x_1 * weights[u];
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_2[u] += x_2 * weights[u];
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_3[u] += x_3 * weights[u];
        }
    }
    for (var u = 0u; u < UNITS; u++) {
        store(first_unit + u * LANES_X, first_quad, sums_0[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        store(first_unit + u * LANES_X, first_quad + 1u, sums_1[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        store(first_unit + u * LANES_X, first_quad + 2u, sums_2[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        store(first_unit + u * LANES_X, first_quad + 3u, sums_3[u]);
    }
    // Biases and activations in a loop of their own, over what this invocation has just stored: within
    // the loops above they would be too long to be unrolled.
    for (var u = 0u; u < UNITS; u++) {
        let unit = first_unit + u * LANES_X;
        if unit < layer.stride {
            let bias = parameters[layer.biases + unit / 4u][unit % 4u];
            for (var quad = first_quad; quad < min(first_quad + QUADS, BATCH_QUADS); quad++) {
                let sum = outputs[unit * BATCH_QUADS + quad] + bias;
                if LAST == 1u {
                    outputs[unit * BATCH_QUADS + quad] = output_activation(sum);
                } else {
                    outputs[unit * BATCH_QUADS + quad] = activate(sum);
                }
            }
        }
    }
}

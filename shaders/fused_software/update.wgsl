// Gradients averaged over the batch and the optimiser's step, in place, for processors that stand in for
// a GPU (lavapipe). Letters as in forward_backward.wgsl.
//
// A workgroup is one SIMD vector of 8 lanes. The first TILES_1 workgroups share out the first layer's
// weights: a lane takes five words of pixels and UNITS units, a register tile of 5 x UNITS x 4 sums,
// over all rows of the batch, a quad at a time. Deltas come as uniform buffers, which cost half as much
// as storage; a quad's four inputs are one mat4x4f (columns: inputs; components: rows), so that deltas
// times matrix is 16 multiply-adds. The words are written out because the driver unrolls only loops
// that are not nested. The workgroups behind them do the same for layers 2 and 3, whose inputs are
// activations, two words a lane; the last one takes the biases.

const INPUT_WORDS: u32 = 196;
const UNITS_1: u32 = 7;
const UNITS_2: u32 = 13;
const UNITS_3: u32 = 2;
const BATCH_QUADS: u32 = 27;
/// Units in a register tile.
const UNITS: u32 = 10;

const LANES: u32 = 8;
const STRIDE_1: u32 = UNITS_1 * LANES;
const STRIDE_2: u32 = UNITS_2 * LANES;
const STRIDE_3: u32 = UNITS_3 * LANES;
const WORDS_2: u32 = STRIDE_1 / 4;
const WORDS_3: u32 = STRIDE_2 / 4;

@group(0) @binding(0) var<storage, read> pixels: array<vec4u>;
@group(0) @binding(1) var<uniform> d1_scaled: array<vec4f, STRIDE_1 * BATCH_QUADS>;
@group(0) @binding(2) var<uniform> x1: array<vec4f, STRIDE_1 * BATCH_QUADS>;
@group(0) @binding(3) var<uniform> x2: array<vec4f, STRIDE_2 * BATCH_QUADS>;
@group(0) @binding(4) var<uniform> d1: array<vec4f, STRIDE_1 * BATCH_QUADS>;
@group(0) @binding(5) var<uniform> d2: array<vec4f, STRIDE_2 * BATCH_QUADS>;
@group(0) @binding(6) var<uniform> d3: array<vec4f, STRIDE_3 * BATCH_QUADS>;
@group(0) @binding(7) var<uniform> step: Step;
/// Weights of the layers as (input words, output units) of vec4, then the biases; blocks start where they
/// may be bound as uniforms.
@group(0) @binding(8) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> second_moments: array<vec4f>;

/// Where the layers' weights and the biases begin in `parameters`.
const OFFSET_2: u32 = 10976;
const OFFSET_3: u32 = 12432;
const OFFSET_BIASES: u32 = 12848;

/// Words that a lane takes, written out below; and the workgroups of each layer.
const WORDS_1: u32 = 5;
const WORDS_HIDDEN: u32 = 2;
const COLUMNS_1: u32 = (INPUT_WORDS + LANES * WORDS_1 - 1) / (LANES * WORDS_1);
const COLUMNS_2: u32 = (WORDS_2 + LANES * WORDS_HIDDEN - 1) / (LANES * WORDS_HIDDEN);
const COLUMNS_3: u32 = (WORDS_3 + LANES * WORDS_HIDDEN - 1) / (LANES * WORDS_HIDDEN);
const TILES_1: u32 = COLUMNS_1 * ((STRIDE_1 + UNITS - 1) / UNITS);
const TILES_2: u32 = COLUMNS_2 * ((STRIDE_2 + UNITS - 1) / UNITS);
const TILES_3: u32 = COLUMNS_3 * ((STRIDE_3 + UNITS - 1) / UNITS);

fn apply(index: u32, gradient: vec4f) {
    if OPTIMIZER == 0u {
        parameters[index] -= step.learning_rate * gradient;
        return;
    }
    let updated = update_parameters(parameters[index], first_moments[index], second_moments[index], gradient, step);
    parameters[index] = updated.parameters;
    first_moments[index] = updated.first;
    if OPTIMIZER == 2u {
        second_moments[index] = updated.second;
    }
}

/// Word `word` of a quad of rows as four pixels (columns) of four rows.
fn load_pixels(word: u32, quad: u32) -> mat4x4f {
    return unpack_words(pixels[(step.slot * INPUT_WORDS + min(word, INPUT_WORDS - 1u)) * BATCH_QUADS + quad]);
}

fn apply_1(word: u32, unit: u32, gradient: vec4f) {
    if word < INPUT_WORDS && unit < STRIDE_1 {
        apply(word * STRIDE_1 + unit, gradient);
    }
}

fn update_layer_1(tile: u32, lane: u32) {
    let first_word = (tile % COLUMNS_1) * LANES * WORDS_1 + lane;
    let first_unit = (tile / COLUMNS_1) * UNITS;
    var sums_0 = array<vec4f, UNITS>();
    var sums_1 = array<vec4f, UNITS>();
    var sums_2 = array<vec4f, UNITS>();
    var sums_3 = array<vec4f, UNITS>();
    var sums_4 = array<vec4f, UNITS>();
    let quads = (step.rows + 3u) / 4u;
    for (var q = 0u; q < quads; q++) {
        let x_0 = load_pixels(first_word, q);
        let x_1 = load_pixels(first_word + LANES, q);
        let x_2 = load_pixels(first_word + 2u * LANES, q);
        let x_3 = load_pixels(first_word + 3u * LANES, q);
        let x_4 = load_pixels(first_word + 4u * LANES, q);
        var d = array<vec4f, UNITS>();
        for (var u = 0u; u < UNITS; u++) {
            d[u] = d1_scaled[min(first_unit + u, STRIDE_1 - 1u) * BATCH_QUADS + q];
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
        for (var u = 0u; u < UNITS; u++) {
            sums_4[u] += d[u] * x_4;
        }
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_1(first_word, first_unit + u, sums_0[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_1(first_word + LANES, first_unit + u, sums_1[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_1(first_word + 2u * LANES, first_unit + u, sums_2[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_1(first_word + 3u * LANES, first_unit + u, sums_3[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_1(first_word + 4u * LANES, first_unit + u, sums_4[u]);
    }
}

fn load_x1(index: u32) -> mat4x4f {
    return mat4x4f(x1[index], x1[index + BATCH_QUADS], x1[index + 2u * BATCH_QUADS], x1[index + 3u * BATCH_QUADS]);
}

fn apply_2(word: u32, unit: u32, gradient: vec4f) {
    if word < WORDS_2 && unit < STRIDE_2 {
        apply(OFFSET_2 + word * STRIDE_2 + unit, gradient);
    }
}

fn update_layer_2(tile: u32, lane: u32) {
    let first_word = (tile % COLUMNS_2) * LANES * WORDS_HIDDEN + lane;
    let first_unit = (tile / COLUMNS_2) * UNITS;
    var sums_0 = array<vec4f, UNITS>();
    var sums_1 = array<vec4f, UNITS>();
    let quads = (step.rows + 3u) / 4u;
    for (var q = 0u; q < quads; q++) {
        let x_0 = load_x1(min(first_word, WORDS_2 - 1u) * 4u * BATCH_QUADS + q);
        let x_1 = load_x1(min(first_word + LANES, WORDS_2 - 1u) * 4u * BATCH_QUADS + q);
        var d = array<vec4f, UNITS>();
        for (var u = 0u; u < UNITS; u++) {
            d[u] = d2[min(first_unit + u, STRIDE_2 - 1u) * BATCH_QUADS + q];
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_0[u] += d[u] * x_0;
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_1[u] += d[u] * x_1;
        }
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_2(first_word, first_unit + u, sums_0[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_2(first_word + LANES, first_unit + u, sums_1[u]);
    }
}

fn load_x2(index: u32) -> mat4x4f {
    return mat4x4f(x2[index], x2[index + BATCH_QUADS], x2[index + 2u * BATCH_QUADS], x2[index + 3u * BATCH_QUADS]);
}

fn apply_3(word: u32, unit: u32, gradient: vec4f) {
    if word < WORDS_3 && unit < STRIDE_3 {
        apply(OFFSET_3 + word * STRIDE_3 + unit, gradient);
    }
}

fn update_layer_3(tile: u32, lane: u32) {
    let first_word = (tile % COLUMNS_3) * LANES * WORDS_HIDDEN + lane;
    let first_unit = (tile / COLUMNS_3) * UNITS;
    var sums_0 = array<vec4f, UNITS>();
    var sums_1 = array<vec4f, UNITS>();
    let quads = (step.rows + 3u) / 4u;
    for (var q = 0u; q < quads; q++) {
        let x_0 = load_x2(min(first_word, WORDS_3 - 1u) * 4u * BATCH_QUADS + q);
        let x_1 = load_x2(min(first_word + LANES, WORDS_3 - 1u) * 4u * BATCH_QUADS + q);
        var d = array<vec4f, UNITS>();
        for (var u = 0u; u < UNITS; u++) {
            d[u] = d3[min(first_unit + u, STRIDE_3 - 1u) * BATCH_QUADS + q];
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_0[u] += d[u] * x_0;
        }
        for (var u = 0u; u < UNITS; u++) {
            sums_1[u] += d[u] * x_1;
        }
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_3(first_word, first_unit + u, sums_0[u]);
    }
    for (var u = 0u; u < UNITS; u++) {
        apply_3(first_word + LANES, first_unit + u, sums_1[u]);
    }
}

/// Four biases, the first of them number `first` of all: their gradients are their deltas' sums.
fn update_biases(first: u32) {
    var sums = mat4x4f();
    let quads = (step.rows + 3u) / 4u;
    for (var q = 0u; q < quads; q++) {
        if first < STRIDE_1 {
            let i = first * BATCH_QUADS + q;
            sums += mat4x4f(d1[i], d1[i + BATCH_QUADS], d1[i + 2u * BATCH_QUADS], d1[i + 3u * BATCH_QUADS]);
        } else if first < STRIDE_1 + STRIDE_2 {
            let i = (first - STRIDE_1) * BATCH_QUADS + q;
            sums += mat4x4f(d2[i], d2[i + BATCH_QUADS], d2[i + 2u * BATCH_QUADS], d2[i + 3u * BATCH_QUADS]);
        } else {
            let i = (first - STRIDE_1 - STRIDE_2) * BATCH_QUADS + q;
            sums += mat4x4f(d3[i], d3[i + BATCH_QUADS], d3[i + 2u * BATCH_QUADS], d3[i + 3u * BATCH_QUADS]);
        }
    }
    apply(OFFSET_BIASES + first / 4u, vec4f(1.0) * sums);
}

@compute @workgroup_size(LANES)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    // Loops, not branches: lavapipe runs both sides of a branch.
    for (var tile = group.x; tile < TILES_1; tile += TILES_1) {
        update_layer_1(tile, lane);
    }
    for (var tile = group.x - TILES_1; tile < TILES_2; tile += TILES_2) {
        update_layer_2(tile, lane);
    }
    for (var tile = group.x - TILES_1 - TILES_2; tile < TILES_3; tile += TILES_3) {
        update_layer_3(tile, lane);
    }
    for (var tile = group.x - TILES_1 - TILES_2 - TILES_3; tile < 1u; tile++) {
        for (var first = lane * 4u; first < STRIDE_1 + STRIDE_2 + STRIDE_3; first += LANES * 4u) {
            update_biases(first);
        }
    }
}

// Gradients averaged over the batch and the optimiser's step, in place, for processors that stand in for
// a GPU (lavapipe). Letters as in forward_backward.wgsl.
//
// A workgroup is one SIMD vector of 8 lanes and takes a column of four words of one layer's inputs and up
// to 8 units a lane of the layer's: a register tile of U x 4 words x 4 sums, over all rows of the batch, a
// quad at a time. What is read more than once comes as uniform buffers, which cost half as much as storage.
// A quad's four inputs are one mat4x4f (columns: inputs; components: rows), so that deltas times matrix is
// 16 multiply-adds. Quads without ink in a column (a quarter of MNIST's) are passed over, by going through
// the bits of a mask. The four words are written out, and loops over units short and not
// nested, because the driver unrolls only such loops and keeps only unrolled tiles in registers.

const INPUT_WORDS: u32 = 196;
const UNITS_1: u32 = 7;
const UNITS_2: u32 = 13;
const UNITS_3: u32 = 2;
const BATCH_QUADS: u32 = 36;
/// Words of pixels in a uniform block, a multiple of 4.
const BLOCK_WORDS: u32 = 72;
/// Units of a lane that a workgroup takes, of each layer.
const TILE_1: u32 = 7;
const TILE_2: u32 = 7;
const TILE_3: u32 = 2;

const LARGEST_TILE: u32 = 8;
const LANES: u32 = 8;
const STRIDE_1: u32 = UNITS_1 * LANES;
const STRIDE_2: u32 = UNITS_2 * LANES;
const STRIDE_3: u32 = UNITS_3 * LANES;
const WORDS_2: u32 = STRIDE_1 / 4;
const WORDS_3: u32 = STRIDE_2 / 4;

/// The slot's pixels, shape (W, B / 4), cut into three blocks of BLOCK_WORDS words.
@group(0) @binding(0) var<uniform> pixels_a: array<vec4u, BLOCK_WORDS * BATCH_QUADS>;
@group(0) @binding(1) var<uniform> pixels_b: array<vec4u, BLOCK_WORDS * BATCH_QUADS>;
@group(0) @binding(2) var<uniform> pixels_c: array<vec4u, BLOCK_WORDS * BATCH_QUADS>;
/// Shape (slots, W / 4, B / 4): which of four words have ink; see gather.wgsl.
@group(0) @binding(3) var<storage, read> present: array<u32>;
@group(0) @binding(4) var<uniform> d1_scaled: array<vec4f, STRIDE_1 * BATCH_QUADS>;
@group(0) @binding(5) var<uniform> x1: array<vec4f, STRIDE_1 * BATCH_QUADS>;
@group(0) @binding(6) var<uniform> x2: array<vec4f, STRIDE_2 * BATCH_QUADS>;
@group(0) @binding(7) var<uniform> d1: array<vec4f, STRIDE_1 * BATCH_QUADS>;
@group(0) @binding(8) var<uniform> d2: array<vec4f, STRIDE_2 * BATCH_QUADS>;
@group(0) @binding(9) var<uniform> d3: array<vec4f, STRIDE_3 * BATCH_QUADS>;
@group(0) @binding(10) var<storage, read> step_info: Step;
/// Weights of the layers as (input words, output units) of vec4, then the biases; blocks start where they
/// may be bound as uniforms.
@group(0) @binding(11) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(12) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(13) var<storage, read_write> second_moments: array<vec4f>;

/// Where the layers' weights and the biases begin in `parameters`.
const OFFSET_2: u32 = 10976;
const OFFSET_3: u32 = 12432;
const OFFSET_BIASES: u32 = 12848;

/// Columns of four words, and the layers' workgroups.
const COLUMNS_1: u32 = INPUT_WORDS / 4;
const COLUMNS_2: u32 = (WORDS_2 + 3) / 4;
const COLUMNS_3: u32 = (WORDS_3 + 3) / 4;
const GROUPS_1: u32 = COLUMNS_1 * ((UNITS_1 + TILE_1 - 1) / TILE_1);
const GROUPS_2: u32 = COLUMNS_2 * ((UNITS_2 + TILE_2 - 1) / TILE_2);
const GROUPS_3: u32 = COLUMNS_3 * ((UNITS_3 + TILE_3 - 1) / TILE_3);
/// All workgroups; the last is for the biases.
const GROUPS: u32 = GROUPS_1 + GROUPS_2 + GROUPS_3 + 1;
/// Masks of 32 quads.
const MASKS: u32 = (BATCH_QUADS + 31) / 32;

/// The sums of a workgroup's lanes, shape (4 words, units). They leave their registers through it, because
/// an unrolled update of so many parameters would be 60 KiB of code, each run once.
var<workgroup> gradients: array<vec4f, 4 * LARGEST_TILE * LANES>;
/// A bit for each quad: whether its rows have ink in the workgroup's column.
var<workgroup> present_quads: array<atomic<u32>, MASKS>;

/// The first layer's register tile, by words.
var<private> sums_0: array<vec4f, TILE_1>;
var<private> sums_1: array<vec4f, TILE_1>;
var<private> sums_2: array<vec4f, TILE_1>;
var<private> sums_3: array<vec4f, TILE_1>;

fn apply(index: u32, gradient: vec4f) {
    let updated = update_parameters(parameters[index], first_moments[index], second_moments[index], gradient);
    parameters[index] = updated.parameters;
    if OPTIMIZER != 0u {
        first_moments[index] = updated.first;
    }
    if OPTIMIZER == 2u {
        second_moments[index] = updated.second;
    }
}

/// Notes in `present_quads` which quads have ink in a column.
fn find_present(column: u32, lane: u32) {
    for (var i = lane; i < MASKS; i += LANES) {
        atomicStore(&present_quads[i], 0u);
    }
    workgroupBarrier();
    for (var q = lane; q < (step.rows + 3u) / 4u; q += LANES) {
        let ink = present[(step.slot * COLUMNS_1 + column) * BATCH_QUADS + q];
        atomicOr(&present_quads[q / 32u], select(0u, 1u << (q % 32u), ink != 0u));
    }
    workgroupBarrier();
}

/// A quad of rows' share of the first layer's sums.
fn add_quad(first_unit: u32, q: u32, words_0: vec4u, words_1: vec4u, words_2: vec4u, words_3: vec4u) {
    let x_0 = unpack_words(words_0);
    let x_1 = unpack_words(words_1);
    let x_2 = unpack_words(words_2);
    let x_3 = unpack_words(words_3);
    var d = array<vec4f, TILE_1>();
    for (var u = 0u; u < TILE_1; u++) {
        d[u] = d1_scaled[min(first_unit + u * LANES, STRIDE_1 - 1u) * BATCH_QUADS + q];
    }
    for (var u = 0u; u < TILE_1; u++) {
        sums_0[u] += d[u] * x_0;
    }
    for (var u = 0u; u < TILE_1; u++) {
        sums_1[u] += d[u] * x_1;
    }
    for (var u = 0u; u < TILE_1; u++) {
        sums_2[u] += d[u] * x_2;
    }
    for (var u = 0u; u < TILE_1; u++) {
        sums_3[u] += d[u] * x_3;
    }
}

fn update_layer_1(column: u32, first: u32, lane: u32) {
    let word = column * 4u;
    let first_unit = first + lane;
    sums_0 = array<vec4f, TILE_1>();
    sums_1 = array<vec4f, TILE_1>();
    sums_2 = array<vec4f, TILE_1>();
    sums_3 = array<vec4f, TILE_1>();
    // One of the three blocks holds the column; the loops over the others are empty.
    let block = word / BLOCK_WORDS;
    let first_pixel = word % BLOCK_WORDS * BATCH_QUADS;
    for (var mask = 0u; mask < MASKS; mask++) {
        let quads = atomicLoad(&present_quads[mask]);
        for (var bits = select(0u, quads, block == 0u); bits != 0u; bits &= bits - 1u) {
            let q = mask * 32u + firstTrailingBit(bits);
            let i = first_pixel + q;
            add_quad(first_unit, q, pixels_a[i], pixels_a[i + BATCH_QUADS], pixels_a[i + 2u * BATCH_QUADS], pixels_a[i + 3u * BATCH_QUADS]);
        }
        for (var bits = select(0u, quads, block == 1u); bits != 0u; bits &= bits - 1u) {
            let q = mask * 32u + firstTrailingBit(bits);
            let i = first_pixel + q;
            add_quad(first_unit, q, pixels_b[i], pixels_b[i + BATCH_QUADS], pixels_b[i + 2u * BATCH_QUADS], pixels_b[i + 3u * BATCH_QUADS]);
        }
        for (var bits = select(0u, quads, block == 2u); bits != 0u; bits &= bits - 1u) {
            let q = mask * 32u + firstTrailingBit(bits);
            let i = first_pixel + q;
            add_quad(first_unit, q, pixels_c[i], pixels_c[i + BATCH_QUADS], pixels_c[i + 2u * BATCH_QUADS], pixels_c[i + 3u * BATCH_QUADS]);
        }
    }
    for (var u = 0u; u < TILE_1; u++) {
        gradients[u * LANES + lane] = sums_0[u];
    }
    for (var u = 0u; u < TILE_1; u++) {
        gradients[(1u * TILE_1 + u) * LANES + lane] = sums_1[u];
    }
    for (var u = 0u; u < TILE_1; u++) {
        gradients[(2u * TILE_1 + u) * LANES + lane] = sums_2[u];
    }
    for (var u = 0u; u < TILE_1; u++) {
        gradients[(3u * TILE_1 + u) * LANES + lane] = sums_3[u];
    }
    for (var i = 0u; i < 4u * TILE_1; i++) {
        let unit = first_unit + i % TILE_1 * LANES;
        if unit < STRIDE_1 && word + i / TILE_1 < INPUT_WORDS {
            apply((word + i / TILE_1) * STRIDE_1 + unit, gradients[i * LANES + lane]);
        }
    }
}

fn load_x1(word: u32, quad: u32) -> mat4x4f {
    // Behind the last word, the last one: what comes of it is not stored.
    let i = min(word, WORDS_2 - 1u) * 4u * BATCH_QUADS + quad;
    return mat4x4f(x1[i], x1[i + BATCH_QUADS], x1[i + 2u * BATCH_QUADS], x1[i + 3u * BATCH_QUADS]);
}

fn update_layer_2(column: u32, first: u32, lane: u32) {
    let word = column * 4u;
    let first_unit = first + lane;
    var sums_0 = array<vec4f, TILE_2>();
    var sums_1 = array<vec4f, TILE_2>();
    var sums_2 = array<vec4f, TILE_2>();
    var sums_3 = array<vec4f, TILE_2>();
    for (var q = 0u; q < (step.rows + 3u) / 4u; q++) {
        let x_0 = load_x1(word, q);
        let x_1 = load_x1(word + 1u, q);
        let x_2 = load_x1(word + 2u, q);
        let x_3 = load_x1(word + 3u, q);
        var d = array<vec4f, TILE_2>();
        for (var u = 0u; u < TILE_2; u++) {
            d[u] = d2[min(first_unit + u * LANES, STRIDE_2 - 1u) * BATCH_QUADS + q];
        }
        for (var u = 0u; u < TILE_2; u++) {
            sums_0[u] += d[u] * x_0;
        }
        for (var u = 0u; u < TILE_2; u++) {
            sums_1[u] += d[u] * x_1;
        }
        for (var u = 0u; u < TILE_2; u++) {
            sums_2[u] += d[u] * x_2;
        }
        for (var u = 0u; u < TILE_2; u++) {
            sums_3[u] += d[u] * x_3;
        }
    }
    for (var u = 0u; u < TILE_2; u++) {
        gradients[u * LANES + lane] = sums_0[u];
    }
    for (var u = 0u; u < TILE_2; u++) {
        gradients[(1u * TILE_2 + u) * LANES + lane] = sums_1[u];
    }
    for (var u = 0u; u < TILE_2; u++) {
        gradients[(2u * TILE_2 + u) * LANES + lane] = sums_2[u];
    }
    for (var u = 0u; u < TILE_2; u++) {
        gradients[(3u * TILE_2 + u) * LANES + lane] = sums_3[u];
    }
    for (var i = 0u; i < 4u * TILE_2; i++) {
        let unit = first_unit + i % TILE_2 * LANES;
        if unit < STRIDE_2 && word + i / TILE_2 < WORDS_2 {
            apply(OFFSET_2 + (word + i / TILE_2) * STRIDE_2 + unit, gradients[i * LANES + lane]);
        }
    }
}

fn load_x2(word: u32, quad: u32) -> mat4x4f {
    // Behind the last word, the last one: what comes of it is not stored.
    let i = min(word, WORDS_3 - 1u) * 4u * BATCH_QUADS + quad;
    return mat4x4f(x2[i], x2[i + BATCH_QUADS], x2[i + 2u * BATCH_QUADS], x2[i + 3u * BATCH_QUADS]);
}

fn update_layer_3(column: u32, first: u32, lane: u32) {
    let word = column * 4u;
    let first_unit = first + lane;
    var sums_0 = array<vec4f, TILE_3>();
    var sums_1 = array<vec4f, TILE_3>();
    var sums_2 = array<vec4f, TILE_3>();
    var sums_3 = array<vec4f, TILE_3>();
    for (var q = 0u; q < (step.rows + 3u) / 4u; q++) {
        let x_0 = load_x2(word, q);
        let x_1 = load_x2(word + 1u, q);
        let x_2 = load_x2(word + 2u, q);
        let x_3 = load_x2(word + 3u, q);
        var d = array<vec4f, TILE_3>();
        for (var u = 0u; u < TILE_3; u++) {
            d[u] = d3[min(first_unit + u * LANES, STRIDE_3 - 1u) * BATCH_QUADS + q];
        }
        for (var u = 0u; u < TILE_3; u++) {
            sums_0[u] += d[u] * x_0;
        }
        for (var u = 0u; u < TILE_3; u++) {
            sums_1[u] += d[u] * x_1;
        }
        for (var u = 0u; u < TILE_3; u++) {
            sums_2[u] += d[u] * x_2;
        }
        for (var u = 0u; u < TILE_3; u++) {
            sums_3[u] += d[u] * x_3;
        }
    }
    for (var u = 0u; u < TILE_3; u++) {
        gradients[u * LANES + lane] = sums_0[u];
    }
    for (var u = 0u; u < TILE_3; u++) {
        gradients[(1u * TILE_3 + u) * LANES + lane] = sums_1[u];
    }
    for (var u = 0u; u < TILE_3; u++) {
        gradients[(2u * TILE_3 + u) * LANES + lane] = sums_2[u];
    }
    for (var u = 0u; u < TILE_3; u++) {
        gradients[(3u * TILE_3 + u) * LANES + lane] = sums_3[u];
    }
    for (var i = 0u; i < 4u * TILE_3; i++) {
        let unit = first_unit + i % TILE_3 * LANES;
        if unit < STRIDE_3 && word + i / TILE_3 < WORDS_3 {
            apply(OFFSET_3 + (word + i / TILE_3) * STRIDE_3 + unit, gradients[i * LANES + lane]);
        }
    }
}

/// Four units' gradients of their biases are the sums of their deltas.
fn update_biases(lane: u32) {
    let quads = (step.rows + 3u) / 4u;
    for (var unit = lane * 4u; unit < STRIDE_1; unit += LANES * 4u) {
        var sums = mat4x4f();
        for (var i = unit * BATCH_QUADS; i < unit * BATCH_QUADS + quads; i++) {
            sums += mat4x4f(d1[i], d1[i + BATCH_QUADS], d1[i + 2u * BATCH_QUADS], d1[i + 3u * BATCH_QUADS]);
        }
        apply(OFFSET_BIASES + unit / 4u, vec4f(1.0) * sums);
    }
    for (var unit = lane * 4u; unit < STRIDE_2; unit += LANES * 4u) {
        var sums = mat4x4f();
        for (var i = unit * BATCH_QUADS; i < unit * BATCH_QUADS + quads; i++) {
            sums += mat4x4f(d2[i], d2[i + BATCH_QUADS], d2[i + 2u * BATCH_QUADS], d2[i + 3u * BATCH_QUADS]);
        }
        apply(OFFSET_BIASES + (STRIDE_1 + unit) / 4u, vec4f(1.0) * sums);
    }
    for (var unit = lane * 4u; unit < STRIDE_3; unit += LANES * 4u) {
        var sums = mat4x4f();
        for (var i = unit * BATCH_QUADS; i < unit * BATCH_QUADS + quads; i++) {
            sums += mat4x4f(d3[i], d3[i + BATCH_QUADS], d3[i + 2u * BATCH_QUADS], d3[i + 3u * BATCH_QUADS]);
        }
        apply(OFFSET_BIASES + (STRIDE_1 + STRIDE_2 + unit) / 4u, vec4f(1.0) * sums);
    }
}

@compute @workgroup_size(LANES)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = step_info;
    // lavapipe gives one core the first half of the workgroups and the other the rest. Work of a kind lies
    // side by side, so every other piece of it goes to each half.
    let half = (GROUPS + 1u) / 2u;
    let work = select(2u * (group.x - half) + 1u, 2u * group.x, group.x < half);
    // Loops, not branches: lavapipe runs both sides of a branch.
    for (var i = work; i < GROUPS_1; i += GROUPS_1) {
        find_present(i % COLUMNS_1, lane);
        update_layer_1(i % COLUMNS_1, i / COLUMNS_1 * TILE_1 * LANES, lane);
    }
    for (var i = work - GROUPS_1; i < GROUPS_2; i += GROUPS_2) {
        update_layer_2(i % COLUMNS_2, i / COLUMNS_2 * TILE_2 * LANES, lane);
    }
    for (var i = work - GROUPS_1 - GROUPS_2; i < GROUPS_3; i += GROUPS_3) {
        update_layer_3(i % COLUMNS_3, i / COLUMNS_3 * TILE_3 * LANES, lane);
    }
    for (var i = work - GROUPS_1 - GROUPS_2 - GROUPS_3; i < 1u; i++) {
        update_biases(lane);
    }
}

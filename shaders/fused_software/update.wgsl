// Gradients averaged over the batch and the optimiser's step, in place, for processors that stand in for
// a GPU (lavapipe). Letters and costs as in forward_backward.wgsl.
//
// A workgroup is one SIMD vector of 8 lanes. It takes tile by tile of every layer, as many as are its share,
// and sums a tile's gradients over all rows of the batch, a quad at a time. A lane's part of a tile, in its
// registers, is four words of inputs times up to 8 units of the first two layers, and of the last, which has
// few units, two words times up to 16 classes. Larger tiles save loads, but take longer to compile. There are
// few workgroups, one to a core, because what is there for one layer runs, masked, also where it has no work.
//
// Pixels are texels, and so are the parameters as they were, which two cores can read without taking them from
// each other; what forward_backward leaves is uniform buffers. A quad's four inputs are one
// mat4x4f (columns: inputs; components: rows), so that deltas times matrix is 16 multiply-adds. Quads without
// ink in the first layer's four words (42% of MNIST's, as the words are a block of 4 x 4 pixels) are passed
// over, by going through the bits of a mask.
//
// The sums leave their registers for a private array, and a loop applies them, because an unrolled update of
// so many parameters would be 60 KiB of code, each run once.

const INPUT_WORDS: u32 = 196;
const UNITS_1: u32 = 7;
const UNITS_2: u32 = 13;
const UNITS_3: u32 = 2;
const CLASSES: u32 = 10;
const BATCH_QUADS: u32 = 28;
/// Units of a lane that a workgroup takes, of the first two layers, and classes of the last.
const TILE_1: u32 = 7;
const TILE_2: u32 = 7;
const TILE_3: u32 = 10;

const LANES: u32 = 8;
const STRIDE_1: u32 = UNITS_1 * LANES;
const STRIDE_2: u32 = UNITS_2 * LANES;
const STRIDE_3: u32 = UNITS_3 * LANES;
const WORDS_2: u32 = STRIDE_1 / 4;
const WORDS_3: u32 = STRIDE_2 / 4;

/// Shape (slots, B / 4, W), four rows' words a texel.
@group(0) @binding(0) var pixels: texture_storage_2d<rgba32uint, read>;
/// What forward_backward left, shape (units, B / 4) each.
@group(0) @binding(1) var<uniform> d1_scaled: array<vec4f, STRIDE_1 * BATCH_QUADS>;
@group(0) @binding(2) var<uniform> x1: array<vec4f, STRIDE_1 * BATCH_QUADS>;
@group(0) @binding(3) var<uniform> x2: array<vec4f, STRIDE_2 * BATCH_QUADS>;
@group(0) @binding(4) var<uniform> d2: array<vec4f, STRIDE_2 * BATCH_QUADS>;
@group(0) @binding(5) var<uniform> d3: array<vec4f, STRIDE_3 * BATCH_QUADS>;
/// Shape (slots, B / 4): the rows' scales.
@group(0) @binding(6) var<storage, read> scales: array<vec4f>;
/// Shape (slots, W / 4, B / 4), in vec4s: which of four words have ink; see gather.wgsl. Storage, since
/// loops depend on it: see `step` in functions/optimizer.wgsl.
@group(0) @binding(7) var<storage, read> present: array<vec4u>;
@group(0) @binding(8) var<storage, read> step_info: Step;
/// Weights of the layers as (input words, output units) of vec4, then the biases.
@group(0) @binding(9) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(11) var<storage, read_write> second_moments: array<vec4f>;
/// The parameters as they were before the step.
@group(0) @binding(12) var weights: texture_storage_2d<rgba32float, read>;

/// Where the layers' weights and the biases begin in `parameters`.
const OFFSET_2: u32 = 10976;
const OFFSET_3: u32 = 12432;
const OFFSET_BIASES: u32 = 12848;

/// Tiles of the layers: columns of words, times tiles of units.
const COLUMNS_1: u32 = INPUT_WORDS / 4;
const COLUMNS_2: u32 = (WORDS_2 + 3) / 4;
const COLUMNS_3: u32 = (WORDS_3 + 2 * LANES - 1) / (2 * LANES);
const TILES_1: u32 = COLUMNS_1 * ((UNITS_1 + TILE_1 - 1) / TILE_1);
const TILES_2: u32 = COLUMNS_2 * ((UNITS_2 + TILE_2 - 1) / TILE_2);
const TILES_3: u32 = COLUMNS_3 * ((CLASSES + TILE_3 - 1) / TILE_3);
/// Biases by fours.
const BIASES_1: u32 = STRIDE_1 / 4;
const BIASES_2: u32 = STRIDE_2 / 4;
const BIASES: u32 = BIASES_1 + BIASES_2 + STRIDE_3 / 4;
/// Masks of 32 quads.
const MASKS: u32 = (BATCH_QUADS + 31) / 32;

/// The lane's gradients of a tile.
var<private> gradients: array<vec4f, max(4 * max(TILE_1, TILE_2), 2 * TILE_3)>;
/// Which quads have ink in a column, and which of its four words have: a bit each.
struct Present {
    quads: array<u32, MASKS>,
    words: u32,
}

fn find_present(column: u32) -> Present {
    var found = Present();
    for (var i = 0u; i < BATCH_QUADS / 4u; i++) {
        let ink = present[(step.slot * COLUMNS_1 + column) * (BATCH_QUADS / 4u) + i];
        let bits = select(vec4u(0u), vec4u(1u, 2u, 4u, 8u), ink != vec4u(0u));
        found.quads[i / 8u] |= (bits.x | bits.y | bits.z | bits.w) << (i % 8u * 4u);
        found.words |= ink.x | ink.y | ink.z | ink.w;
    }
    return found;
}

/// The first layer's register tile, by words.
var<private> sums_0: array<vec4f, TILE_1>;
var<private> sums_1: array<vec4f, TILE_1>;
var<private> sums_2: array<vec4f, TILE_1>;
var<private> sums_3: array<vec4f, TILE_1>;

/// A quad of rows' share of the first layer's sums.
fn add_quad(first_unit: u32, first_pixels: u32, q: u32) {
    let i = first_pixels + q * INPUT_WORDS;
    let x_0 = load_pixels(i);
    let x_1 = load_pixels(i + 1u);
    let x_2 = load_pixels(i + 2u);
    let x_3 = load_pixels(i + 3u);
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

fn sum_layer_1(quads: array<u32, MASKS>, word: u32, first_unit: u32) {
    sums_0 = array<vec4f, TILE_1>();
    sums_1 = array<vec4f, TILE_1>();
    sums_2 = array<vec4f, TILE_1>();
    sums_3 = array<vec4f, TILE_1>();
    let first_pixels = step.slot * BATCH_QUADS * INPUT_WORDS + word;
    for (var mask = 0u; mask < MASKS; mask++) {
        var bits = quads[mask];
        if bits != 0u {
            loop {
                add_quad(first_unit, first_pixels, mask * 32u + firstTrailingBit(bits));
                bits &= bits - 1u;
                if bits == 0u {
                    break;
                }
            }
        }
    }
    for (var u = 0u; u < TILE_1; u++) {
        gradients[u] = sums_0[u];
    }
    for (var u = 0u; u < TILE_1; u++) {
        gradients[1u * TILE_1 + u] = sums_1[u];
    }
    for (var u = 0u; u < TILE_1; u++) {
        gradients[2u * TILE_1 + u] = sums_2[u];
    }
    for (var u = 0u; u < TILE_1; u++) {
        gradients[3u * TILE_1 + u] = sums_3[u];
    }
}

fn load_x1(word: u32, quad: u32) -> mat4x4f {
    // Behind the last word, the last one: what comes of it is not stored.
    let i = min(word, WORDS_2 - 1u) * 4u * BATCH_QUADS + quad;
    return mat4x4f(x1[i], x1[i + BATCH_QUADS], x1[i + 2u * BATCH_QUADS], x1[i + 3u * BATCH_QUADS]);
}

fn sum_layer_2(word: u32, first_unit: u32) {
    var sums_0 = array<vec4f, TILE_2>();
    var sums_1 = array<vec4f, TILE_2>();
    var sums_2 = array<vec4f, TILE_2>();
    var sums_3 = array<vec4f, TILE_2>();
    var q = 0u;
    loop {
        var d = array<vec4f, TILE_2>();
        for (var u = 0u; u < TILE_2; u++) {
            d[u] = d2[min(first_unit + u * LANES, STRIDE_2 - 1u) * BATCH_QUADS + q];
        }
        let x_0 = load_x1(word, q);
        for (var u = 0u; u < TILE_2; u++) {
            sums_0[u] += d[u] * x_0;
        }
        let x_1 = load_x1(word + 1u, q);
        for (var u = 0u; u < TILE_2; u++) {
            sums_1[u] += d[u] * x_1;
        }
        let x_2 = load_x1(word + 2u, q);
        for (var u = 0u; u < TILE_2; u++) {
            sums_2[u] += d[u] * x_2;
        }
        let x_3 = load_x1(word + 3u, q);
        for (var u = 0u; u < TILE_2; u++) {
            sums_3[u] += d[u] * x_3;
        }
        q++;
        if q * 4u >= step.rows {
            break;
        }
    }
    for (var u = 0u; u < TILE_2; u++) {
        gradients[u] = sums_0[u];
    }
    for (var u = 0u; u < TILE_2; u++) {
        gradients[1u * TILE_2 + u] = sums_1[u];
    }
    for (var u = 0u; u < TILE_2; u++) {
        gradients[2u * TILE_2 + u] = sums_2[u];
    }
    for (var u = 0u; u < TILE_2; u++) {
        gradients[3u * TILE_2 + u] = sums_3[u];
    }
}

fn load_x2(word: u32, quad: u32) -> mat4x4f {
    let i = min(word, WORDS_3 - 1u) * 4u * BATCH_QUADS + quad;
    return mat4x4f(x2[i], x2[i + BATCH_QUADS], x2[i + 2u * BATCH_QUADS], x2[i + 3u * BATCH_QUADS]);
}

fn sum_layer_3(word: u32, first_class: u32) {
    var sums_0 = array<vec4f, TILE_3>();
    var sums_1 = array<vec4f, TILE_3>();
    var q = 0u;
    loop {
        var d = array<vec4f, TILE_3>();
        for (var c = 0u; c < TILE_3; c++) {
            d[c] = d3[min(first_class + c, CLASSES - 1u) * BATCH_QUADS + q];
        }
        let x_0 = load_x2(word, q);
        for (var c = 0u; c < TILE_3; c++) {
            sums_0[c] += d[c] * x_0;
        }
        let x_1 = load_x2(word + LANES, q);
        for (var c = 0u; c < TILE_3; c++) {
            sums_1[c] += d[c] * x_1;
        }
        q++;
        if q * 4u >= step.rows {
            break;
        }
    }
    for (var c = 0u; c < TILE_3; c++) {
        gradients[c] = sums_0[c];
    }
    for (var c = 0u; c < TILE_3; c++) {
        gradients[TILE_3 + c] = sums_1[c];
    }
}

/// Applies the lane's gradients: the one in row r and column c of its tile is gradient r * width + c, and
/// belongs to parameter `first + r * row_stride + c * column_stride`. A bit each of `rows` is a row to apply.
fn apply_tile(first: u32, rows: u32, row_stride: u32, columns: u32, column_stride: u32, width: u32) {
    var left = rows;
    var column = 0u;
    if rows != 0u {
        loop {
            let row = firstTrailingBit(left);
            let i = first + row * row_stride + column * column_stride;
            apply(i, load_weights(i), gradients[row * width + column]);
            column++;
            if column == columns {
                column = 0u;
                left &= left - 1u;
            }
            if left == 0u {
                break;
            }
        }
    }
}

fn update_tile_1(tile: u32, lane: u32) {
    let word = tile % COLUMNS_1 * 4u;
    let unit = tile / COLUMNS_1 * TILE_1;
    let found = find_present(tile % COLUMNS_1);
    sum_layer_1(found.quads, word, unit * LANES + lane);
    // Without momentum, weights of words without ink stay as they are.
    let rows = select(15u, found.words, OPTIMIZER == 0u);
    apply_tile(word * STRIDE_1 + unit * LANES + lane, rows, STRIDE_1, min(TILE_1, UNITS_1 - unit), LANES, TILE_1);
}

fn update_tile_2(tile: u32, lane: u32) {
    let word = tile % COLUMNS_2 * 4u;
    let unit = tile / COLUMNS_2 * TILE_2;
    sum_layer_2(word, unit * LANES + lane);
    let rows = (1u << min(4u, WORDS_2 - word)) - 1u;
    apply_tile(OFFSET_2 + word * STRIDE_2 + unit * LANES + lane, rows, STRIDE_2, min(TILE_2, UNITS_2 - unit), LANES, TILE_2);
}

fn update_tile_3(tile: u32, lane: u32) {
    let word = tile % COLUMNS_3 * 2u * LANES + lane;
    let class_0 = tile / COLUMNS_3 * TILE_3;
    sum_layer_3(word, class_0);
    let rows = u32(word < WORDS_3) + 2u * u32(word + LANES < WORDS_3);
    apply_tile(OFFSET_3 + word * STRIDE_3 + class_0, rows, LANES * STRIDE_3, min(TILE_3, CLASSES - class_0), 1u, TILE_3);
}

/// Four biases' gradients: the sums of their units' deltas.
fn update_biases(four: u32) {
    var sums = mat4x4f();
    var q = 0u;
    if four < BIASES_1 {
        let first = four * 4u * BATCH_QUADS;
        loop {
            let i = first + q;
            let d = mat4x4f(d1_scaled[i], d1_scaled[i + BATCH_QUADS], d1_scaled[i + 2u * BATCH_QUADS], d1_scaled[i + 3u * BATCH_QUADS]);
            let scale = nonzero(scales[step.slot * BATCH_QUADS + q]);
            sums += mat4x4f(d[0] / scale, d[1] / scale, d[2] / scale, d[3] / scale);
            q++;
            if q * 4u >= step.rows {
                break;
            }
        }
    } else if four < BIASES_1 + BIASES_2 {
        let first = (four - BIASES_1) * 4u * BATCH_QUADS;
        loop {
            let i = first + q;
            sums += mat4x4f(d2[i], d2[i + BATCH_QUADS], d2[i + 2u * BATCH_QUADS], d2[i + 3u * BATCH_QUADS]);
            q++;
            if q * 4u >= step.rows {
                break;
            }
        }
    } else if four < BIASES {
        let first = (four - BIASES_1 - BIASES_2) * 4u * BATCH_QUADS;
        loop {
            let i = first + q;
            sums += mat4x4f(d3[i], d3[i + BATCH_QUADS], d3[i + 2u * BATCH_QUADS], d3[i + 3u * BATCH_QUADS]);
            q++;
            if q * 4u >= step.rows {
                break;
            }
        }
    }
    if four < BIASES {
        let i = OFFSET_BIASES + four;
        apply(i, load_weights(i), vec4f(1.0) * sums);
    }
}

@compute @workgroup_size(LANES)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = step_info;
    // lavapipe gives every thread a block of workgroups, so that tiles side by side go to different halves.
    let half = (groups.x + 1u) / 2u;
    let number = select(2u * (group.x - half) + 1u, 2u * group.x, group.x < half);
    var tile = number;
    if tile < TILES_1 {
        loop {
            update_tile_1(tile, lane);
            tile += groups.x;
            if tile >= TILES_1 {
                break;
            }
        }
    }
    // The layers' remainders go to different workgroups.
    tile -= TILES_1;
    if tile < TILES_2 {
        loop {
            update_tile_2(tile, lane);
            tile += groups.x;
            if tile >= TILES_2 {
                break;
            }
        }
    }
    tile -= TILES_2;
    if tile < TILES_3 {
        loop {
            update_tile_3(tile, lane);
            tile += groups.x;
            if tile >= TILES_3 {
                break;
            }
        }
    }
    for (var four = (groups.x - 1u - number) * LANES + lane; four < BIASES; four += groups.x * LANES) {
        update_biases(four);
    }
}

// Forward pass, loss and the deltas of every layer, for processors that stand in for a GPU (lavapipe).
//
// Letters: B rows of a batch in quads of 4, W words of 4 pixels in an image, H1, H2 hidden units,
// C classes; U = ceil(units / LANES) units a lane.
//
// A workgroup is one SIMD vector of 8 lanes and takes three quads of rows through the whole net; lane l
// owns units l, l + 8, ... of each layer, for all rows of the workgroup at once: a register tile of
// U x 12 sums. There, a load costs 12 to 24 ns however wide the data and a multiply-add 0.4, so
// - rows are stored in quads, every load is a vec4, and a quad's four inputs are one mat4x4f (columns:
//   inputs; components: rows), so that matrix times four weights is 16 multiply-adds;
// - weights and pixels are uniform buffers, at half the price of storage or less (a load from there goes
//   through a loop over the lanes), in blocks of at most 64 KiB;
// - loops over a register tile are short and not nested, and the three quads are written out: only such
//   loops are unrolled by the driver, and a tile that any other loop indexes lives in memory, six times
//   slower. So sums leave their registers for workgroup memory as they are, and what is to become of
//   them is done there;
// - a branch there runs both sides, with the results masked, and a loop its body at least once, and once
//   more than it turns where the condition stands first; so conditions stand last, in `loop`;
// - a word of pixels that is zero for all rows of the workgroup (40% of MNIST's are) is passed over, by going
//   through the bits of a mask.
// Weight layout: [input word][output unit padded to lanes] of vec4 (four consecutive inputs).

const INPUT_WORDS: u32 = 196;
const UNITS_1: u32 = 7;
const UNITS_2: u32 = 13;
const UNITS_3: u32 = 2;
const CLASSES: u32 = 10;
/// Quads of rows in a slot, a multiple of 4.
const BATCH_QUADS: u32 = 28;
/// Words of the first layer's weights in a uniform block, a multiple of 4.
const BLOCK_WORDS: u32 = 72;

/// Blocks of weights, written out below, and masks of 32 words in a block.
const BLOCKS: u32 = 3;
const MASKS: u32 = (BLOCK_WORDS + 31) / 32;
const LANES: u32 = 8;
/// Quads of rows in a workgroup; written out below, so not to be changed here alone.
const QUADS: u32 = 3;
const STRIDE_1: u32 = UNITS_1 * LANES;
const STRIDE_2: u32 = UNITS_2 * LANES;
const STRIDE_3: u32 = UNITS_3 * LANES;
const WORDS_2: u32 = STRIDE_1 / 4;
const WORDS_3: u32 = STRIDE_2 / 4;

/// The slot's pixels, shape (W, B / 4), four rows' words a vec4, cut into three blocks of BLOCK_WORDS words.
@group(0) @binding(0) var<uniform> pixels_a: array<vec4u, BLOCK_WORDS * BATCH_QUADS>;
@group(0) @binding(1) var<uniform> pixels_b: array<vec4u, BLOCK_WORDS * BATCH_QUADS>;
@group(0) @binding(2) var<uniform> pixels_c: array<vec4u, BLOCK_WORDS * BATCH_QUADS>;
/// Shape (slots, B / 4) each. A row that is not there has label 0xffffffff and scale 0.
@group(0) @binding(3) var<storage, read> scales: array<vec4f>;
@group(0) @binding(4) var<storage, read> labels: array<vec4u>;
/// The first layer's weights, shape (W, STRIDE_1), cut into three blocks of BLOCK_WORDS words.
/// Shape (slots, W / 4, B / 4): which of four words have ink; see gather.wgsl.
@group(0) @binding(5) var<storage, read> present: array<u32>;
@group(0) @binding(6) var<uniform> weights_1a: array<vec4f, BLOCK_WORDS * STRIDE_1>;
@group(0) @binding(7) var<uniform> weights_1b: array<vec4f, BLOCK_WORDS * STRIDE_1>;
@group(0) @binding(8) var<uniform> weights_1c: array<vec4f, BLOCK_WORDS * STRIDE_1>;
@group(0) @binding(9) var<uniform> weights_2: array<vec4f, WORDS_2 * STRIDE_2>;
@group(0) @binding(10) var<uniform> weights_3: array<vec4f, WORDS_3 * STRIDE_3>;
/// Biases of the three layers, one behind the other, padded as the units are.
@group(0) @binding(11) var<uniform> biases: array<vec4f, (STRIDE_1 + STRIDE_2 + STRIDE_3) / 4>;
@group(0) @binding(12) var<storage, read> step_info: Step;
/// What the update needs, each shape (units, B / 4): activations x1, x2, then deltas d1 times the row's
/// scale, d1, d2, d3, all divided by the number of rows.
@group(0) @binding(13) var<storage, read_write> traces: array<vec4f>;
/// Shape (slots, B, 2): loss, and 1 where the largest output is the label's.
@group(0) @binding(14) var<storage, read_write> row_results: array<vec4f>;

/// Where each begins: at multiples of 256 bytes, since the update binds them as uniforms.
const TRACE_X1: u32 = 0;
const TRACE_X2: u32 = TRACE_X1 + (STRIDE_1 * BATCH_QUADS + 15) / 16 * 16;
const TRACE_D1_SCALED: u32 = TRACE_X2 + (STRIDE_2 * BATCH_QUADS + 15) / 16 * 16;
const TRACE_D1: u32 = TRACE_D1_SCALED + (STRIDE_1 * BATCH_QUADS + 15) / 16 * 16;
const TRACE_D2: u32 = TRACE_D1 + (STRIDE_1 * BATCH_QUADS + 15) / 16 * 16;
const TRACE_D3: u32 = TRACE_D2 + (STRIDE_2 * BATCH_QUADS + 15) / 16 * 16;

/// Sums of the layers for the workgroup's rows, shape (units, QUADS), overwritten by activations, then by
/// deltas.
var<workgroup> level_1: array<vec4f, STRIDE_1 * QUADS>;
var<workgroup> level_2: array<vec4f, STRIDE_2 * QUADS>;
var<workgroup> level_3: array<vec4f, STRIDE_3 * QUADS>;
/// A bit for each word of a block: whether any of the workgroup's rows has ink in it.
var<workgroup> present_words: array<atomic<u32>, BLOCKS * MASKS>;

/// One quad of rows of four consecutive units, the first of them at `index` of `level_1` or `level_2`.
fn load_level_1(index: u32) -> mat4x4f {
    return mat4x4f(level_1[index], level_1[index + QUADS], level_1[index + 2u * QUADS], level_1[index + 3u * QUADS]);
}

fn load_level_2(index: u32) -> mat4x4f {
    return mat4x4f(level_2[index], level_2[index + QUADS], level_2[index + 2u * QUADS], level_2[index + 3u * QUADS]);
}

fn bias(unit: u32) -> f32 {
    return biases[unit / 4u][unit % 4u];
}

/// The first layer's sums of the workgroup's three quads.
var<private> sums_1_0: array<vec4f, UNITS_1>;
var<private> sums_1_1: array<vec4f, UNITS_1>;
var<private> sums_1_2: array<vec4f, UNITS_1>;

/// A word of pixels' share of the first layer's sums.
fn add_word(weights: array<vec4f, UNITS_1>, words_0: vec4u, words_1: vec4u, words_2: vec4u) {
    let x_0 = unpack_words(words_0);
    let x_1 = unpack_words(words_1);
    let x_2 = unpack_words(words_2);
    for (var u = 0u; u < UNITS_1; u++) {
        sums_1_0[u] += x_0 * weights[u];
    }
    for (var u = 0u; u < UNITS_1; u++) {
        sums_1_1[u] += x_1 * weights[u];
    }
    for (var u = 0u; u < UNITS_1; u++) {
        sums_1_2[u] += x_2 * weights[u];
    }
}

@compute @workgroup_size(LANES)
fn forward_backward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = step_info;
    // lavapipe gives one core the first half of the workgroups and the other the rest, and an odd one to the
    // first; so the last quads of the batch, which may be too few for a workgroup, go first.
    // The last workgroup of a full slot begins early enough to end with it.
    let first_quad = min((group.x + groups.x - 1u) % groups.x * QUADS, BATCH_QUADS - QUADS);
    let slot = step.slot;
    let slot_rows = slot * BATCH_QUADS + first_quad;

    // Which words have ink: a bit each.
    for (var i = lane; i < BLOCKS * MASKS; i += LANES) {
        atomicStore(&present_words[i], 0u);
    }
    workgroupBarrier();
    for (var column = lane; column < INPUT_WORDS / 4u; column += LANES) {
        let i = (slot * (INPUT_WORDS / 4u) + column) * BATCH_QUADS + first_quad;
        // BLOCK_WORDS is a multiple of 4, so a column's four bits belong to one mask.
        let word = column * 4u % BLOCK_WORDS;
        let mask = column * 4u / BLOCK_WORDS * MASKS + word / 32u;
        atomicOr(&present_words[mask], (present[i] | present[i + 1u] | present[i + 2u]) << (word % 32u));
    }
    workgroupBarrier();

    // Layer 1, block of weights by block.
    for (var j = 0u; j < MASKS; j++) {
        var bits = atomicLoad(&present_words[0u * MASKS + j]);
        if bits != 0u {
            loop {
                let word = j * 32u + firstTrailingBit(bits);
                let first = word * BATCH_QUADS + first_quad;
                var weights = array<vec4f, UNITS_1>();
                for (var u = 0u; u < UNITS_1; u++) {
                    weights[u] = weights_1a[word * STRIDE_1 + u * LANES + lane];
                }
                add_word(weights, pixels_a[first], pixels_a[first + 1u], pixels_a[first + 2u]);
                bits &= bits - 1u;
                if bits == 0u {
                    break;
                }
            }
        }
    }
    for (var j = 0u; j < MASKS; j++) {
        var bits = atomicLoad(&present_words[1u * MASKS + j]);
        if bits != 0u {
            loop {
                let word = j * 32u + firstTrailingBit(bits);
                let first = word * BATCH_QUADS + first_quad;
                var weights = array<vec4f, UNITS_1>();
                for (var u = 0u; u < UNITS_1; u++) {
                    weights[u] = weights_1b[word * STRIDE_1 + u * LANES + lane];
                }
                add_word(weights, pixels_b[first], pixels_b[first + 1u], pixels_b[first + 2u]);
                bits &= bits - 1u;
                if bits == 0u {
                    break;
                }
            }
        }
    }
    for (var j = 0u; j < MASKS; j++) {
        var bits = atomicLoad(&present_words[2u * MASKS + j]);
        if bits != 0u {
            loop {
                let word = j * 32u + firstTrailingBit(bits);
                let first = word * BATCH_QUADS + first_quad;
                var weights = array<vec4f, UNITS_1>();
                for (var u = 0u; u < UNITS_1; u++) {
                    weights[u] = weights_1c[word * STRIDE_1 + u * LANES + lane];
                }
                add_word(weights, pixels_c[first], pixels_c[first + 1u], pixels_c[first + 2u]);
                bits &= bits - 1u;
                if bits == 0u {
                    break;
                }
            }
        }
    }
    for (var u = 0u; u < UNITS_1; u++) {
        level_1[(u * LANES + lane) * QUADS] = sums_1_0[u];
    }
    for (var u = 0u; u < UNITS_1; u++) {
        level_1[(u * LANES + lane) * QUADS + 1u] = sums_1_1[u];
    }
    for (var u = 0u; u < UNITS_1; u++) {
        level_1[(u * LANES + lane) * QUADS + 2u] = sums_1_2[u];
    }
    var unit_1 = lane;
    loop {
        for (var q = 0u; q < QUADS; q++) {
            let x = activate(level_1[unit_1 * QUADS + q] * scales[slot_rows + q] + bias(unit_1));
            level_1[unit_1 * QUADS + q] = x;
            traces[TRACE_X1 + unit_1 * BATCH_QUADS + first_quad + q] = x;
        }
        unit_1 += LANES;
        if unit_1 >= STRIDE_1 {
            break;
        }
    }
    workgroupBarrier();

    // Layer 2.
    var sums_2_0 = array<vec4f, UNITS_2>();
    var sums_2_1 = array<vec4f, UNITS_2>();
    var sums_2_2 = array<vec4f, UNITS_2>();
    var w_2 = 0u;
    loop {
        let x_0 = load_level_1(w_2 * 4u * QUADS);
        let x_1 = load_level_1(w_2 * 4u * QUADS + 1u);
        let x_2 = load_level_1(w_2 * 4u * QUADS + 2u);
        var weights = array<vec4f, UNITS_2>();
        for (var u = 0u; u < UNITS_2; u++) {
            weights[u] = weights_2[w_2 * STRIDE_2 + u * LANES + lane];
        }
        for (var u = 0u; u < UNITS_2; u++) {
            sums_2_0[u] += x_0 * weights[u];
        }
        for (var u = 0u; u < UNITS_2; u++) {
            sums_2_1[u] += x_1 * weights[u];
        }
        for (var u = 0u; u < UNITS_2; u++) {
            sums_2_2[u] += x_2 * weights[u];
        }
        w_2++;
        if w_2 >= WORDS_2 {
            break;
        }
    }
    for (var u = 0u; u < UNITS_2; u++) {
        level_2[(u * LANES + lane) * QUADS] = sums_2_0[u];
    }
    for (var u = 0u; u < UNITS_2; u++) {
        level_2[(u * LANES + lane) * QUADS + 1u] = sums_2_1[u];
    }
    for (var u = 0u; u < UNITS_2; u++) {
        level_2[(u * LANES + lane) * QUADS + 2u] = sums_2_2[u];
    }
    var unit_2 = lane;
    loop {
        for (var q = 0u; q < QUADS; q++) {
            let x = activate(level_2[unit_2 * QUADS + q] + bias(STRIDE_1 + unit_2));
            level_2[unit_2 * QUADS + q] = x;
            traces[TRACE_X2 + unit_2 * BATCH_QUADS + first_quad + q] = x;
        }
        unit_2 += LANES;
        if unit_2 >= STRIDE_2 {
            break;
        }
    }
    workgroupBarrier();

    // Layer 3.
    var sums_3_0 = array<vec4f, UNITS_3>();
    var sums_3_1 = array<vec4f, UNITS_3>();
    var sums_3_2 = array<vec4f, UNITS_3>();
    var w_3 = 0u;
    loop {
        let x_0 = load_level_2(w_3 * 4u * QUADS);
        let x_1 = load_level_2(w_3 * 4u * QUADS + 1u);
        let x_2 = load_level_2(w_3 * 4u * QUADS + 2u);
        var weights = array<vec4f, UNITS_3>();
        for (var u = 0u; u < UNITS_3; u++) {
            weights[u] = weights_3[w_3 * STRIDE_3 + u * LANES + lane];
        }
        for (var u = 0u; u < UNITS_3; u++) {
            sums_3_0[u] += x_0 * weights[u];
        }
        for (var u = 0u; u < UNITS_3; u++) {
            sums_3_1[u] += x_1 * weights[u];
        }
        for (var u = 0u; u < UNITS_3; u++) {
            sums_3_2[u] += x_2 * weights[u];
        }
        w_3++;
        if w_3 >= WORDS_3 {
            break;
        }
    }
    for (var u = 0u; u < UNITS_3; u++) {
        level_3[(u * LANES + lane) * QUADS] = sums_3_0[u];
    }
    for (var u = 0u; u < UNITS_3; u++) {
        level_3[(u * LANES + lane) * QUADS + 1u] = sums_3_1[u];
    }
    for (var u = 0u; u < UNITS_3; u++) {
        level_3[(u * LANES + lane) * QUADS + 2u] = sums_3_2[u];
    }
    var unit_3 = lane;
    loop {
        for (var q = 0u; q < QUADS; q++) {
            level_3[unit_3 * QUADS + q] = output_activation(level_3[unit_3 * QUADS + q] + bias(STRIDE_1 + STRIDE_2 + unit_3));
        }
        unit_3 += LANES;
        if unit_3 >= STRIDE_3 {
            break;
        }
    }
    workgroupBarrier();

    // Softmax, loss and the last layer's deltas: a lane a quad of rows.
    let q = lane;
    if q < QUADS {
        let label = labels[slot_rows + q];
        var largest = level_3[q];
        for (var c = 1u; c < CLASSES; c++) {
            largest = max(largest, level_3[c * QUADS + q]);
        }
        var total = vec4f(0.0);
        for (var c = 0u; c < CLASSES; c++) {
            total += exp(level_3[c * QUADS + q] - largest);
        }
        var loss = vec4f(0.0);
        var slopes = vec4f(0.0);
        var best = vec4f(-1.0);
        var best_class = vec4u(0);
        for (var c = 0u; c < CLASSES; c++) {
            let p = exp(level_3[c * QUADS + q] - largest) / total;
            let is_label = label == vec4u(c);
            loss += loss_term(p, is_label);
            slopes += weighted_slope(p, is_label);
            best_class = select(best_class, vec4u(c), p > best);
            best = max(best, p);
        }
        let correct = select(vec4f(0.0), vec4f(1.0), best_class == label);
        let row = (slot_rows + q) * 2u;
        row_results[row] = vec4f(loss.x, correct.x, loss.y, correct.y);
        row_results[row + 1u] = vec4f(loss.z, correct.z, loss.w, correct.w);
        let share = select(vec4f(1.0 / f32(step.batch_rows)), vec4f(0.0), label == vec4u(0xffffffffu));
        for (var c = 0u; c < CLASSES; c++) {
            let x = level_3[c * QUADS + q];
            let p = exp(x - largest) / total;
            let delta = (weighted_slope(p, label == vec4u(c)) - p * slopes) * output_slope(x) * share;
            level_3[c * QUADS + q] = delta;
            traces[TRACE_D3 + c * BATCH_QUADS + first_quad + q] = delta;
        }
    }
    workgroupBarrier();

    // An evaluation ends here; see above for why its remaining loops are empty instead.
    let classes = select(CLASSES, 0u, step.evaluate == 1u);
    let units_1 = select(STRIDE_1, 0u, step.evaluate == 1u);
    let units_2 = select(STRIDE_2, 0u, step.evaluate == 1u);

    // Deltas of layer 2.
    sums_2_0 = array<vec4f, UNITS_2>();
    sums_2_1 = array<vec4f, UNITS_2>();
    sums_2_2 = array<vec4f, UNITS_2>();
    var c = 0u;
    loop {
        let d_0 = level_3[c * QUADS];
        let d_1 = level_3[c * QUADS + 1u];
        let d_2 = level_3[c * QUADS + 2u];
        var weights = array<f32, UNITS_2>();
        for (var u = 0u; u < UNITS_2; u++) {
            let unit = u * LANES + lane;
            weights[u] = weights_3[unit / 4u * STRIDE_3 + c][unit % 4u];
        }
        for (var u = 0u; u < UNITS_2; u++) {
            sums_2_0[u] += weights[u] * d_0;
        }
        for (var u = 0u; u < UNITS_2; u++) {
            sums_2_1[u] += weights[u] * d_1;
        }
        for (var u = 0u; u < UNITS_2; u++) {
            sums_2_2[u] += weights[u] * d_2;
        }
        c++;
        if c >= classes {
            break;
        }
    }
    for (var u = 0u; u < UNITS_2; u++) {
        level_2[(u * LANES + lane) * QUADS] = sums_2_0[u];
    }
    for (var u = 0u; u < UNITS_2; u++) {
        level_2[(u * LANES + lane) * QUADS + 1u] = sums_2_1[u];
    }
    for (var u = 0u; u < UNITS_2; u++) {
        level_2[(u * LANES + lane) * QUADS + 2u] = sums_2_2[u];
    }
    var unit = lane;
    if unit < units_2 {
        loop {
            for (var q = 0u; q < QUADS; q++) {
                let trace = unit * BATCH_QUADS + first_quad + q;
                let delta = level_2[unit * QUADS + q] * activation_slope(traces[TRACE_X2 + trace]);
                level_2[unit * QUADS + q] = delta;
                traces[TRACE_D2 + trace] = delta;
            }
            unit += LANES;
            if unit >= units_2 {
                break;
            }
        }
    }
    workgroupBarrier();

    // Deltas of layer 1.
    sums_1_0 = array<vec4f, UNITS_1>();
    sums_1_1 = array<vec4f, UNITS_1>();
    sums_1_2 = array<vec4f, UNITS_1>();
    var n = 0u;
    loop {
        let d_0 = level_2[n * QUADS];
        let d_1 = level_2[n * QUADS + 1u];
        let d_2 = level_2[n * QUADS + 2u];
        var weights = array<f32, UNITS_1>();
        for (var u = 0u; u < UNITS_1; u++) {
            let unit = u * LANES + lane;
            weights[u] = weights_2[unit / 4u * STRIDE_2 + n][unit % 4u];
        }
        for (var u = 0u; u < UNITS_1; u++) {
            sums_1_0[u] += weights[u] * d_0;
        }
        for (var u = 0u; u < UNITS_1; u++) {
            sums_1_1[u] += weights[u] * d_1;
        }
        for (var u = 0u; u < UNITS_1; u++) {
            sums_1_2[u] += weights[u] * d_2;
        }
        n++;
        if n >= units_2 {
            break;
        }
    }
    for (var u = 0u; u < UNITS_1; u++) {
        level_1[(u * LANES + lane) * QUADS] = sums_1_0[u];
    }
    for (var u = 0u; u < UNITS_1; u++) {
        level_1[(u * LANES + lane) * QUADS + 1u] = sums_1_1[u];
    }
    for (var u = 0u; u < UNITS_1; u++) {
        level_1[(u * LANES + lane) * QUADS + 2u] = sums_1_2[u];
    }
    unit = lane;
    if unit < units_1 {
        loop {
            for (var q = 0u; q < QUADS; q++) {
                let trace = unit * BATCH_QUADS + first_quad + q;
                let delta = level_1[unit * QUADS + q] * activation_slope(traces[TRACE_X1 + trace]);
                traces[TRACE_D1 + trace] = delta;
                traces[TRACE_D1_SCALED + trace] = delta * scales[slot_rows + q];
            }
            unit += LANES;
            if unit >= units_1 {
                break;
            }
        }
    }
}

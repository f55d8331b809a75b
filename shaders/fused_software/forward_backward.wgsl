// Forward pass, loss and the deltas of every layer, for processors that stand in for a GPU (lavapipe).
//
// Letters: B rows of a batch in quads of 4, W words of 4 pixels in an image, H1, H2 hidden units,
// C classes.
//
// A workgroup is one SIMD vector of 8 lanes and takes two quads of rows through the whole net. In the first
// layer, lane l owns units l, l + 8, ... for both quads; behind it, four lanes share a quad, and lane l of
// them owns units l, l + 4, .... A lane's sums are a register tile of units x rows. What decides (times are
// of one vector, on one core):
// - loads cost more than multiply-adds (0.4 ns), and each kind its own: a vec4 from a storage texture 5 ns,
//   since a lane's texel comes in one piece; from a uniform buffer 11, float by float; from a storage buffer
//   18 and from workgroup memory up to 27, through a loop over the lanes. A store to a buffer takes 64, to a
//   texture 180. So kernels write buffers, and pixels and weights are copied into textures (30 us a step);
// - rows are stored in quads and inputs in fours, every load is a vec4, and a quad's four inputs are one
//   mat4x4f (columns: inputs; components: rows), so that matrix times four weights is 16 multiply-adds;
// - all lanes of a quad need the same inputs, so the fewer quads a lane has, the fewer loads of them; in the
//   first layer, whose inputs are texels, it is the weights' loads that two quads share. The last layer has
//   few units: there the lanes of a quad share out the inputs instead. What lanes pass on to each other they
//   write for the update anyhow, and read it there;
// - only loops that are short, alone in their loop and no longer than the array they index are unrolled by
//   the driver; a tile that any other loop indexes lives in memory, six times slower. So sums leave their
//   registers for a second array as they are, and what is to become of them is done there;
// - barriers keep the entry point's own variables in memory. So what a turn of a long loop needs is in a
//   function (in layer 2 that takes 3000 instructions instead of 5400);
// - a branch there runs both sides, with the results masked, and a loop its body at least once, and once
//   more than it turns where the condition stands first; so conditions stand last, in `loop`;
// - words of pixels that are zero for all rows of the workgroup (44% of MNIST's are) are passed over, by
//   going through the bits of masks.
// More quads a workgroup would share more loads, but take longer to compile, for nothing in all.
// Weight layout: [input word][output unit padded to lanes] of vec4 (four consecutive inputs).

const INPUT_WORDS: u32 = 196;
const UNITS_1: u32 = 7;
const UNITS_2: u32 = 13;
const UNITS_3: u32 = 2;
const CLASSES: u32 = 10;
/// Quads of rows in a slot.
const BATCH_QUADS: u32 = 28;
/// Where the layers' weights and the biases begin, in vec4s.
const OFFSET_2: u32 = 10976;
const OFFSET_3: u32 = 12432;
const OFFSET_BIASES: u32 = 12848;

const LANES: u32 = 8;
/// Quads of rows in a workgroup; written out below, so not to be changed here alone.
const QUADS: u32 = 2;
/// Lanes that share a quad behind the first layer.
const QUAD_LANES: u32 = LANES / QUADS;
const STRIDE_1: u32 = UNITS_1 * LANES;
const STRIDE_2: u32 = UNITS_2 * LANES;
const STRIDE_3: u32 = UNITS_3 * LANES;
const WORDS_2: u32 = STRIDE_1 / 4;
const WORDS_3: u32 = STRIDE_2 / 4;
/// Words of units that a lane has in a tile of the backward pass, and units of it and of the tile.
const BACK_WORDS: u32 = 4;
const BACK_UNITS: u32 = BACK_WORDS * 4;
const BACK_TILE: u32 = BACK_UNITS * QUAD_LANES;

/// Shape (slots, B / 4, W), four rows' words a texel; see functions/texels.wgsl.
@group(0) @binding(0) var pixels: texture_storage_2d<rgba32uint, read>;
/// The parameters.
@group(0) @binding(1) var weights: texture_storage_2d<rgba32float, read>;
/// Shape (slots, B / 4) each. A row that is not there has label 0xffffffff and scale 0.
@group(0) @binding(2) var<storage, read> scales: array<vec4f>;
@group(0) @binding(3) var<storage, read> labels: array<vec4u>;
/// Shape (slots, W / 4, B / 4): which of four words have ink; see gather.wgsl. Storage, since loops depend
/// on it: see `step` in functions/optimizer.wgsl.
@group(0) @binding(4) var<storage, read> present: array<u32>;
@group(0) @binding(5) var<storage, read> step_info: Step;
/// What the update needs, each shape (units, B / 4): activations x1, x2, then deltas d1 times the row's
/// scale (see nonzero in functions/unpack.wgsl), d2, d3, all divided by the number of rows. What is d3 of no
/// class but fills up a vector is never written and stays 0.
@group(0) @binding(6) var<storage, read_write> traces: array<vec4f>;
/// Shape (slots, B, 2): loss, and 1 where the largest output is the label's.
@group(0) @binding(7) var<storage, read_write> row_results: array<vec4f>;

/// Where each begins: at multiples of 256 bytes, since the update binds them as uniforms.
const TRACE_X1: u32 = 0;
const TRACE_X2: u32 = TRACE_X1 + (STRIDE_1 * BATCH_QUADS + 15) / 16 * 16;
const TRACE_D1_SCALED: u32 = TRACE_X2 + (STRIDE_2 * BATCH_QUADS + 15) / 16 * 16;
const TRACE_D2: u32 = TRACE_D1_SCALED + (STRIDE_1 * BATCH_QUADS + 15) / 16 * 16;
const TRACE_D3: u32 = TRACE_D2 + (STRIDE_2 * BATCH_QUADS + 15) / 16 * 16;

/// The last layer's outputs for the workgroup's rows.
var<workgroup> outputs: array<vec4f, CLASSES * QUADS>;
/// The lanes' shares of the last layer's sums, shape (classes, QUAD_LANES, QUADS).
var<workgroup> shares: array<vec4f, CLASSES * QUAD_LANES * QUADS>;
/// The words in which any of the workgroup's rows has ink, a bit each.
const INK_MASKS: u32 = (INPUT_WORDS + 31) / 32;
var<workgroup> ink_masks: array<u32, INK_MASKS>;

/// What the lane works on.
struct Place {
    lane: u32,
    /// Which of the workgroup's quads, and which of the quad's lanes.
    quad: u32,
    quad_lane: u32,
    /// The workgroup's first quad of its slot, and of all slots.
    first_quad: u32,
    first_slot_quad: u32,
}

var<private> at: Place;

/// The lane's sums: of the first layer for both quads, of the second for each half of its units, of the
/// third, and of a tile of the backward pass.
var<private> sums_1a: array<vec4f, UNITS_1>;
var<private> sums_1b: array<vec4f, UNITS_1>;
var<private> sums_2a: array<vec4f, UNITS_2>;
var<private> sums_2b: array<vec4f, UNITS_2>;
var<private> sums_3: array<vec4f, CLASSES>;
var<private> back_sums: array<vec4f, BACK_UNITS>;
/// Where sums go from their registers.
var<private> sums: array<vec4f, max(QUADS * max(UNITS_1, UNITS_2), BACK_UNITS)>;

/// The weights from four consecutive units of one layer to four of the next; columns: those of the first.
fn load_weights_back(i: u32) -> mat4x4f {
    return transpose(mat4x4f(load_weights(i), load_weights(i + 1u), load_weights(i + 2u), load_weights(i + 3u)));
}

/// A trace of the quad, of four consecutive units; columns: units, components: rows.
fn load_trace(first: u32, unit: u32) -> mat4x4f {
    let i = first + trace(unit);
    return mat4x4f(traces[i], traces[i + BATCH_QUADS], traces[i + 2u * BATCH_QUADS], traces[i + 3u * BATCH_QUADS]);
}

/// Where the quad's part of a unit's trace is.
fn trace(unit: u32) -> u32 {
    return unit * BATCH_QUADS + at.first_quad + at.quad;
}

/// Units are counted through all layers.
fn bias(unit: u32) -> f32 {
    return load_weights(OFFSET_BIASES + unit / 4u)[unit % 4u];
}

/// Finds the words with ink: a lane takes masks `lane`, `lane` + LANES, ....
fn find_ink() {
    let columns = INPUT_WORDS / 4u;
    let first = step.slot * columns * BATCH_QUADS + at.first_quad;
    for (var mask = at.lane; mask < INK_MASKS; mask += LANES) {
        var bits = 0u;
        for (var j = 0u; j < 8u; j++) {
            let column = mask * 8u + j;
            let i = first + min(column, columns - 1u) * BATCH_QUADS;
            bits |= select(0u, present[i] | present[i + 1u], column < columns) << (j * 4u);
        }
        ink_masks[mask] = bits;
    }
}

/// A word of pixels' share of the first layer's sums.
fn add_word(word: u32) {
    let i = at.first_slot_quad * INPUT_WORDS + word;
    let x_a = load_pixels(i);
    let x_b = load_pixels(i + INPUT_WORDS);
    var w = array<vec4f, UNITS_1>();
    for (var u = 0u; u < UNITS_1; u++) {
        w[u] = load_weights(word * STRIDE_1 + u * LANES + at.lane);
    }
    for (var u = 0u; u < UNITS_1; u++) {
        sums_1a[u] += x_a * w[u];
    }
    for (var u = 0u; u < UNITS_1; u++) {
        sums_1b[u] += x_b * w[u];
    }
}

fn sum_layer_1() {
    var mask = 0u;
    loop {
        var bits = ink_masks[mask];
        if bits != 0u {
            loop {
                add_word(mask * 32u + firstTrailingBit(bits));
                bits &= bits - 1u;
                if bits == 0u {
                    break;
                }
            }
        }
        mask++;
        if mask == INK_MASKS {
            break;
        }
    }
    for (var u = 0u; u < UNITS_1; u++) {
        sums[u] = sums_1a[u];
    }
    for (var u = 0u; u < UNITS_1; u++) {
        sums[UNITS_1 + u] = sums_1b[u];
    }
}

fn activate_1() {
    let scale_a = scales[at.first_slot_quad];
    let scale_b = scales[at.first_slot_quad + 1u];
    var i = 0u;
    loop {
        let quad = i / UNITS_1;
        let unit = i % UNITS_1 * LANES + at.lane;
        let sum = sums[i] * select(scale_a, scale_b, quad == 1u) + bias(unit);
        traces[TRACE_X1 + unit * BATCH_QUADS + at.first_quad + quad] = activate(sum);
        i++;
        if i == QUADS * UNITS_1 {
            break;
        }
    }
}

/// Four inputs' share of the second layer's sums, of either half of the lane's units.
fn add_inputs_2a(x: mat4x4f, first_weight: u32) {
    var w = array<vec4f, UNITS_2>();
    for (var u = 0u; u < UNITS_2; u++) {
        w[u] = load_weights(first_weight + u * QUAD_LANES);
    }
    for (var u = 0u; u < UNITS_2; u++) {
        sums_2a[u] += x * w[u];
    }
}

fn add_inputs_2b(x: mat4x4f, first_weight: u32) {
    var w = array<vec4f, UNITS_2>();
    for (var u = 0u; u < UNITS_2; u++) {
        w[u] = load_weights(first_weight + u * QUAD_LANES);
    }
    for (var u = 0u; u < UNITS_2; u++) {
        sums_2b[u] += x * w[u];
    }
}

fn sum_layer_2() {
    let half = UNITS_2 * QUAD_LANES;
    var word = 0u;
    loop {
        let x = load_trace(TRACE_X1, word * 4u);
        let first_weight = OFFSET_2 + word * STRIDE_2 + at.quad_lane;
        add_inputs_2a(x, first_weight);
        add_inputs_2b(x, first_weight + half);
        word++;
        if word >= WORDS_2 {
            break;
        }
    }
    for (var u = 0u; u < UNITS_2; u++) {
        sums[u] = sums_2a[u];
    }
    for (var u = 0u; u < UNITS_2; u++) {
        sums[UNITS_2 + u] = sums_2b[u];
    }
}

fn activate_2() {
    var i = 0u;
    loop {
        let unit = i * QUAD_LANES + at.quad_lane;
        traces[TRACE_X2 + trace(unit)] = activate(sums[i] + bias(STRIDE_1 + unit));
        i++;
        if i == QUADS * UNITS_2 {
            break;
        }
    }
}

/// Four inputs' share of the last layer's sums.
fn add_inputs_3(x: mat4x4f, first_weight: u32) {
    var w = array<vec4f, CLASSES>();
    for (var c = 0u; c < CLASSES; c++) {
        w[c] = load_weights(first_weight + c);
    }
    for (var c = 0u; c < CLASSES; c++) {
        sums_3[c] += x * w[c];
    }
}

fn sum_layer_3() {
    var word = at.quad_lane;
    if word < WORDS_3 {
        loop {
            add_inputs_3(load_trace(TRACE_X2, word * 4u), OFFSET_3 + word * STRIDE_3);
            word += QUAD_LANES;
            if word >= WORDS_3 {
                break;
            }
        }
    }
    for (var c = 0u; c < CLASSES; c++) {
        shares[(c * QUAD_LANES + at.quad_lane) * QUADS + at.quad] = sums_3[c];
    }
}

fn activate_3() {
    var c = at.quad_lane;
    if c < CLASSES {
        loop {
            var sum = vec4f(bias(STRIDE_1 + STRIDE_2 + c));
            for (var i = 0u; i < QUAD_LANES; i++) {
                sum += shares[(c * QUAD_LANES + i) * QUADS + at.quad];
            }
            outputs[c * QUADS + at.quad] = output_activation(sum);
            c += QUAD_LANES;
            if c >= CLASSES {
                break;
            }
        }
    }
}

/// Softmax, loss and the last layer's deltas: a lane a quad of rows.
fn finish_head() {
    let q = at.lane;
    if q < QUADS {
        let slot_quad = at.first_slot_quad + q;
        let label = labels[slot_quad];
        var largest = outputs[q];
        for (var c = 1u; c < CLASSES; c++) {
            largest = max(largest, outputs[c * QUADS + q]);
        }
        var total = vec4f(0.0);
        for (var c = 0u; c < CLASSES; c++) {
            total += exp(outputs[c * QUADS + q] - largest);
        }
        var loss = vec4f(0.0);
        var slopes = vec4f(0.0);
        var best = vec4f(-1.0);
        var best_class = vec4u(0);
        for (var c = 0u; c < CLASSES; c++) {
            let p = exp(outputs[c * QUADS + q] - largest) / total;
            let is_label = label == vec4u(c);
            loss += loss_term(p, is_label);
            slopes += weighted_slope(p, is_label);
            best_class = select(best_class, vec4u(c), p > best);
            best = max(best, p);
        }
        let correct = select(vec4f(0.0), vec4f(1.0), best_class == label);
        let row = slot_quad * 2u;
        row_results[row] = vec4f(loss.x, correct.x, loss.y, correct.y);
        row_results[row + 1u] = vec4f(loss.z, correct.z, loss.w, correct.w);
        let share = select(vec4f(1.0 / f32(step.batch_rows)), vec4f(0.0), label == vec4u(0xffffffffu));
        for (var c = 0u; c < CLASSES; c++) {
            let x = outputs[c * QUADS + q];
            let p = exp(x - largest) / total;
            traces[TRACE_D3 + c * BATCH_QUADS + at.first_quad + q] =
                (weighted_slope(p, label == vec4u(c)) - p * slopes) * output_slope(x) * share;
        }
    }
}

/// One step of the backward pass: from one layer's deltas to those of the layer below.
struct Back {
    /// Where the two layers' deltas are in `traces`, and how many units of theirs count.
    from_trace: u32,
    from_units: u32,
    to_trace: u32,
    to_units: u32,
    /// Where the lower layer's activations are in `traces`.
    activations: u32,
    /// The weights between them.
    weights: u32,
    stride: u32,
}

/// Four deltas' share of the sums of a tile.
fn add_deltas(deltas: mat4x4f, first_weight: u32, stride: u32) {
    var w = array<mat4x4f, BACK_WORDS>();
    for (var k = 0u; k < BACK_WORDS; k++) {
        w[k] = load_weights_back(first_weight + k * QUAD_LANES * stride);
    }
    for (var u = 0u; u < BACK_UNITS; u++) {
        back_sums[u] += deltas * w[u / 4u][u % 4u];
    }
}

/// Sums the upper layer's deltas, weighted, and makes the lower layer's of them, tile by tile. A last tile reads
/// weights that are not the layer's, for units that nothing comes of.
fn propagate(back: Back) {
    var tile = 0u;
    loop {
        let first_word = tile * BACK_WORDS * QUAD_LANES + at.quad_lane;
        back_sums = array<vec4f, BACK_UNITS>();
        var n = 0u;
        loop {
            add_deltas(load_trace(back.from_trace, n), back.weights + first_word * back.stride + n, back.stride);
            n += 4u;
            if n >= back.from_units {
                break;
            }
        }
        for (var u = 0u; u < BACK_UNITS; u++) {
            sums[u] = back_sums[u];
        }
        finish_deltas(back, first_word);
        tile++;
        if tile * BACK_TILE >= back.to_units {
            break;
        }
    }
}

/// Makes deltas of a tile's sums.
fn finish_deltas(back: Back, first_word: u32) {
    let scale = select(vec4f(1.0), nonzero(scales[at.first_slot_quad + at.quad]), back.to_trace == TRACE_D1_SCALED);
    var i = 0u;
    var unit = first_word * 4u;
    if unit < back.to_units {
        loop {
            let slope = activation_slope(traces[back.activations + trace(unit)]);
            traces[back.to_trace + trace(unit)] = sums[i] * slope * scale;
            i++;
            unit = (first_word + i / 4u * QUAD_LANES) * 4u + i % 4u;
            if i == BACK_UNITS || unit >= back.to_units {
                break;
            }
        }
    }
}

@compute @workgroup_size(LANES)
fn forward_backward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = step_info;
    // lavapipe gives every thread a block of workgroups, and what is over to who is done first; so the last quads
    // of the batch, which may be too few for a workgroup, go first.
    // The last workgroup of a full slot begins early enough to end with it.
    let first_quad = min((group.x + groups.x - 1u) % groups.x * QUADS, BATCH_QUADS - QUADS);
    at = Place(lane, lane / QUAD_LANES, lane % QUAD_LANES, first_quad, step.slot * BATCH_QUADS + first_quad);

    find_ink();
    workgroupBarrier();
    sum_layer_1();
    activate_1();
    storageBarrier();
    sum_layer_2();
    activate_2();
    storageBarrier();
    sum_layer_3();
    workgroupBarrier();
    activate_3();
    workgroupBarrier();
    finish_head();
    storageBarrier();

    // The same code for both layers, the upper one first. In an evaluation, its loops turn once.
    let counted = select(1u, 0u, step.evaluate == 1u);
    var back = Back(
        TRACE_D3,
        CLASSES * counted,
        TRACE_D2,
        STRIDE_2 * counted,
        TRACE_X2,
        OFFSET_3,
        STRIDE_3,
    );
    for (var layer = 2u; layer > 0u; layer--) {
        propagate(back);
        storageBarrier();
        back = Back(
            TRACE_D2,
            STRIDE_2 * counted,
            TRACE_D1_SCALED,
            STRIDE_1 * counted,
            TRACE_X1,
            OFFSET_2,
            STRIDE_2,
        );
    }
}

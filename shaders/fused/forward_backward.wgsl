// Forward pass, loss and the deltas of every layer, a workgroup a row: the plain version of
// fused_software/forward_backward.wgsl, in the shape that a discrete GPU wants (many small workgroups,
// storage buffers, neighbouring lanes on neighbouring weights).
//
// Letters: B rows of a batch in quads of 4, K words of four inputs of a layer, N its units padded to 8.
//
// Lanes are numbered (unit, part): a unit's sum over the inputs is shared out among PARTS lanes, which
// shortens the longest chain of dependent loads; the parts' sums meet in workgroup memory. Weight layout:
// (K, N) of vec4, so that the lanes of one part read neighbouring vec4s.

const WORDS_1: u32 = 196;
const STRIDE_1: u32 = 56;
const STRIDE_2: u32 = 104;
const STRIDE_3: u32 = 16;
const CLASSES: u32 = 10;
const BATCH_QUADS: u32 = 25;
/// Where the layers' weights and the biases begin, in vec4s.
const OFFSET_2: u32 = 10976;
const OFFSET_3: u32 = 12432;
const OFFSET_BIASES: u32 = 12848;

const UNIT_LANES: u32 = 64;
const PARTS: u32 = 4;

const LANES: u32 = UNIT_LANES * PARTS;
const WORDS_2: u32 = STRIDE_1 / 4;
const WORDS_3: u32 = STRIDE_2 / 4;
const ABSENT: u32 = 0xffffffff;

/// Shape (slots, B / 4, K) of the first layer: four rows' words.
@group(0) @binding(0) var<storage, read> pixels: array<vec4u>;
/// Shape (slots, B / 4) each. A row that is not there has label ABSENT and scale 0.
@group(0) @binding(1) var<storage, read> scales: array<vec4f>;
@group(0) @binding(2) var<storage, read> labels: array<vec4u>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(4) var<storage, read> step_info: Step;
/// What the update needs, each shape (N, B): activations x1, x2, then deltas d1 times the row's scale, d1,
/// d2, d3, all divided by the number of rows.
@group(0) @binding(5) var<storage, read_write> traces: array<f32>;
/// Shape (slots, B): loss, and 1 where the largest output is the label's.
@group(0) @binding(6) var<storage, read_write> row_results: array<vec2f>;

const BATCH: u32 = BATCH_QUADS * 4;
const TRACE_X1: u32 = 0;
const TRACE_X2: u32 = TRACE_X1 + STRIDE_1 * BATCH;
const TRACE_D1_SCALED: u32 = TRACE_X2 + STRIDE_2 * BATCH;
const TRACE_D1: u32 = TRACE_D1_SCALED + STRIDE_1 * BATCH;
const TRACE_D2: u32 = TRACE_D1 + STRIDE_1 * BATCH;
const TRACE_D3: u32 = TRACE_D2 + STRIDE_2 * BATCH;

/// The row's outputs of each layer; level_2 and level_3 are overwritten by their deltas.
var<workgroup> level_0: array<vec4f, WORDS_1>;
var<workgroup> level_1: array<vec4f, WORDS_2>;
var<workgroup> level_2: array<vec4f, WORDS_3>;
var<workgroup> level_3: array<vec4f, STRIDE_3 / 4>;
/// The lanes' sums.
var<workgroup> sums: array<f32, LANES>;
/// The sum over the classes that every delta of the head needs, the largest output, and softmax's total.
var<workgroup> slopes: f32;
var<workgroup> largest: f32;
var<workgroup> total: f32;

fn bias(unit: u32) -> f32 {
    return parameters[OFFSET_BIASES + unit / 4u][unit % 4u];
}

/// Adds up what the PARTS lanes of a unit have found; all lanes call it together.
fn sum_of_parts(lane: u32, sum: f32) -> f32 {
    sums[lane] = sum;
    workgroupBarrier();
    var all = 0.0;
    for (var part = 0u; part < PARTS; part++) {
        all += sums[part * UNIT_LANES + lane % UNIT_LANES];
    }
    workgroupBarrier();
    return all;
}

fn scalar_activate(sum: f32) -> f32 {
    return activate(vec4f(sum)).x;
}

@compute @workgroup_size(LANES)
fn forward_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = step_info;
    let row = group.x;
    let slot = step.slot + group.y;
    let slot_quad = slot * BATCH_QUADS + row / 4u;
    let scale = scales[slot_quad][row % 4u];
    let label = labels[slot_quad][row % 4u];
    let part = lane / UNIT_LANES;

    for (var word = lane; word < WORDS_1; word += LANES) {
        let bytes = pixels[slot_quad * WORDS_1 + word][row % 4u];
        level_0[word] = vec4f(unpack4xU8(bytes)) * scale;
    }
    workgroupBarrier();

    // Layer by layer, UNIT_LANES units at a time.
    for (var first = 0u; first < STRIDE_1; first += UNIT_LANES) {
        let unit = first + lane % UNIT_LANES;
        var sum = 0.0;
        if unit < STRIDE_1 {
            for (var word = part; word < WORDS_1; word += PARTS) {
                sum += dot(parameters[word * STRIDE_1 + unit], level_0[word]);
            }
        }
        sum = sum_of_parts(lane, sum);
        if part == 0u && unit < STRIDE_1 {
            let x = scalar_activate(sum + bias(unit));
            level_1[unit / 4u][unit % 4u] = x;
            traces[TRACE_X1 + unit * BATCH + row] = x;
        }
    }
    workgroupBarrier();
    for (var first = 0u; first < STRIDE_2; first += UNIT_LANES) {
        let unit = first + lane % UNIT_LANES;
        var sum = 0.0;
        if unit < STRIDE_2 {
            for (var word = part; word < WORDS_2; word += PARTS) {
                sum += dot(parameters[OFFSET_2 + word * STRIDE_2 + unit], level_1[word]);
            }
        }
        sum = sum_of_parts(lane, sum);
        if part == 0u && unit < STRIDE_2 {
            let x = scalar_activate(sum + bias(STRIDE_1 + unit));
            level_2[unit / 4u][unit % 4u] = x;
            traces[TRACE_X2 + unit * BATCH + row] = x;
        }
    }
    workgroupBarrier();
    for (var first = 0u; first < STRIDE_3; first += UNIT_LANES) {
        let unit = first + lane % UNIT_LANES;
        var sum = 0.0;
        if unit < STRIDE_3 {
            for (var word = part; word < WORDS_3; word += PARTS) {
                sum += dot(parameters[OFFSET_3 + word * STRIDE_3 + unit], level_2[word]);
            }
        }
        sum = sum_of_parts(lane, sum);
        if part == 0u && unit < STRIDE_3 {
            level_3[unit / 4u][unit % 4u] = output_activation(vec4f(sum + bias(STRIDE_1 + STRIDE_2 + unit))).x;
        }
    }
    workgroupBarrier();

    // Softmax, loss and hit: a few dozen operations, by one lane.
    if lane == 0u {
        largest = level_3[0].x;
        for (var c = 1u; c < CLASSES; c++) {
            largest = max(largest, level_3[c / 4u][c % 4u]);
        }
        total = 0.0;
        for (var c = 0u; c < CLASSES; c++) {
            total += exp(level_3[c / 4u][c % 4u] - largest);
        }
        var loss = 0.0;
        var best = -1.0;
        var best_class = 0u;
        slopes = 0.0;
        for (var c = 0u; c < CLASSES; c++) {
            let p = exp(level_3[c / 4u][c % 4u] - largest) / total;
            let is_label = vec4<bool>(c == label);
            loss += loss_term(vec4f(p), is_label).x;
            slopes += weighted_slope(vec4f(p), is_label).x;
            if p > best {
                best = p;
                best_class = c;
            }
        }
        row_results[slot * BATCH + row] = vec2f(loss, select(0.0, 1.0, best_class == label));
    }
    workgroupBarrier();
    if step_info.evaluate == 1u {
        return;
    }

    // Deltas, backwards.
    let share = select(1.0 / f32(step.batch_rows), 0.0, label == ABSENT);
    for (var c = lane; c < STRIDE_3; c += LANES) {
        let x = level_3[c / 4u][c % 4u];
        let p = exp(x - largest) / total;
        let slope = output_slope(vec4f(x)).x;
        let delta = (weighted_slope(vec4f(p), vec4<bool>(c == label)).x - p * slopes) * slope * share;
        level_3[c / 4u][c % 4u] = select(0.0, delta, c < CLASSES);
        traces[TRACE_D3 + c * BATCH + row] = select(0.0, delta, c < CLASSES);
    }
    workgroupBarrier();
    for (var unit = lane; unit < STRIDE_2; unit += LANES) {
        var sum = 0.0;
        for (var c = 0u; c < CLASSES; c++) {
            sum += parameters[OFFSET_3 + unit / 4u * STRIDE_3 + c][unit % 4u] * level_3[c / 4u][c % 4u];
        }
        let delta = sum * activation_slope(vec4f(level_2[unit / 4u][unit % 4u])).x;
        level_2[unit / 4u][unit % 4u] = delta;
        traces[TRACE_D2 + unit * BATCH + row] = delta;
    }
    workgroupBarrier();
    for (var first = 0u; first < STRIDE_1; first += UNIT_LANES) {
        let unit = first + lane % UNIT_LANES;
        var sum = 0.0;
        if unit < STRIDE_1 {
            for (var n = part; n < STRIDE_2; n += PARTS) {
                sum += parameters[OFFSET_2 + unit / 4u * STRIDE_2 + n][unit % 4u] * level_2[n / 4u][n % 4u];
            }
        }
        sum = sum_of_parts(lane, sum);
        if part == 0u && unit < STRIDE_1 {
            let delta = sum * activation_slope(vec4f(level_1[unit / 4u][unit % 4u])).x;
            traces[TRACE_D1 + unit * BATCH + row] = delta;
            traces[TRACE_D1_SCALED + unit * BATCH + row] = delta * scale;
        }
    }
}

// The forward pass, the loss and the deltas of all layers, two rows per workgroup. For small nets, whose trace fits in
// workgroup memory. See functions/layers.wgsl for letters, names and layouts.
//   x1 = f(w0 x0 + b0);  x2 = f(w1 x1 + b1);  x3 = f(w2 x2 + b2)
//   d3 as in functions/head.wgsl;  d2 = (w2^T d3) * f'(z2);  d1 = (w1^T d2) * f'(z1)
//
// Arrays, in quads:
//   labels (slots, SLOT_ROWS) of u32, read
//   parameters (blocks, 4): the blocks of all layers, read; a quad is four weights of one unit
//   traces (slots, SLOT_ROWS, TRACE_QUADS): x0 is read; the rest of the rows' traces is written, for the update
//   row_results (slots, SLOT_ROWS): written
// and in workgroup memory:
//   trace (2, TRACE_QUADS + 1): the rows' traces, each followed by a quad of zeros
//   sums (LANES): one partial sum per lane
//   heads (2): the sums over the classes, and the rows' results
//
// Workgroup (x, y, z) computes rows 2 x and 2 x + 1 of slot y of net z. Rows are independent, so one dispatch computes all layers.
// Two rows, because each weight is then loaded once for both; more would leave a large GPU without work.
//
// Forward, a lane takes one unit and a part of the inputs: lanes beside each other load quads beside each other, which
// the GPU combines into one access. A lane per quad of units then adds the parts. Backward, a lane takes one quad of
// inputs, a part of the units, and one of the rows. A lane waits long for what it loads, so it loads seven quads at a
// time.
//
// Barriers: one after the partial sums are stored, because lanes read those of others; one after the outputs (or
// deltas) are stored, because every lane reads them for the next layer. The second barrier also keeps fast lanes from
// overwriting `sums` while others still read it. One more follows the heads, which two lanes compute for all.
//
// Every vector in workgroup memory is stored as a whole by one lane. WGSL may implement a store to one component as
// reading and writing all four, so another lane's store to another component could be lost.

/// A layer has at most as many units, so that each takes one lane.
const LANES: u32 = 256;
const_assert 4u * max(QUADS_1, max(QUADS_2, QUADS_3)) <= LANES;
/// 0 for evaluations, which need neither deltas nor traces.
const TRAINS: u32 = 1;
const CLASSES: u32 = 10;
const HIDDEN_ACTIVATION: u32 = 0;
const OUTPUT_ACTIVATION: u32 = 0;

/// An absent row has label ABSENT and inputs 0.
@group(0) @binding(0) var<storage, read> labels: array<u32>;
@group(0) @binding(1) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(2) var<storage, read> steps: array<Step>;
@group(0) @binding(3) var<storage, read_write> traces: array<vec4f>;
/// See `result_of` in functions/head.wgsl.
@group(0) @binding(4) var<storage, read_write> row_results: array<vec4f>;

/// After a trace, a quad that stays 0: workgroup memory begins with zeros.
const ZEROS: u32 = TRACE_QUADS;
var<workgroup> trace: array<array<vec4f, TRACE_QUADS + 1>, 2>;
var<workgroup> sums: array<vec4f, LANES>;
var<workgroup> heads: array<RowHead, 2>;

/// Which of the two rows this lane computes, where it computes one.
var<private> own_row: u32;

/// A quad of the row's outputs; functions/head.wgsl calls it.
fn outputs_at(quad: u32) -> vec4f {
    return trace[own_row][X3 + quad];
}

/// The smallest power of two that is at least n, but at least 32.
fn lanes_for(n: u32) -> u32 {
    return max(1u << (32u - countLeadingZeros(n - 1u)), 32u);
}

/// Four sums of products for each of the two rows.
struct PairSums {
    a: vec4f,
    b: vec4f,
}

/// Adds four weights times four inputs of both rows.
fn add_products(before: PairSums, w: vec4f, input: u32) -> PairSums {
    return PairSums(before.a + w * trace[0][input], before.b + w * trace[1][input]);
}

/// Four weights of a unit; beyond the last quad of inputs, those of the last.
fn weights_at(layer: Layer, i: u32, unit: u32) -> vec4f {
    return parameters[(layer.weights + min(i, layer.input_quads - 1u) * layer.output_quads) * 4u + unit];
}

/// Where quad i of the inputs is in the traces; beyond the last, where there are zeros.
fn input_at(layer: Layer, i: u32) -> u32 {
    return select(ZEROS, layer.inputs + i, i < layer.input_quads);
}

/// x_(i+1) = f(w_i x_i + b_i). All lanes must call it, because it has barriers.
fn forward(layer: Layer, activation: u32, lane: u32) {
    let units = layer.output_quads * 4u;
    let unit_lanes = lanes_for(units);
    let parts = LANES / unit_lanes;
    let part = lane / unit_lanes;
    // Lanes beyond the last unit compute the last one again; nobody reads their sums.
    let unit = min(lane % unit_lanes, units - 1u);
    var pair = PairSums(vec4f(0.0), vec4f(0.0));
    for (var i = part; i < layer.input_quads; i += 7u * parts) {
        let w_0 = weights_at(layer, i, unit);
        let w_1 = weights_at(layer, i + parts, unit);
        let w_2 = weights_at(layer, i + 2u * parts, unit);
        let w_3 = weights_at(layer, i + 3u * parts, unit);
        let w_4 = weights_at(layer, i + 4u * parts, unit);
        let w_5 = weights_at(layer, i + 5u * parts, unit);
        let w_6 = weights_at(layer, i + 6u * parts, unit);
        pair = add_products(pair, w_0, layer.inputs + i);
        pair = add_products(pair, w_1, input_at(layer, i + parts));
        pair = add_products(pair, w_2, input_at(layer, i + 2u * parts));
        pair = add_products(pair, w_3, input_at(layer, i + 3u * parts));
        pair = add_products(pair, w_4, input_at(layer, i + 4u * parts));
        pair = add_products(pair, w_5, input_at(layer, i + 5u * parts));
        pair = add_products(pair, w_6, input_at(layer, i + 6u * parts));
    }
    sums[lane] = vec4f(dot(pair.a, vec4f(1.0)), dot(pair.b, vec4f(1.0)), 0.0, 0.0);
    workgroupBarrier();
    if lane < layer.output_quads {
        let b = block_of(layer, layer.input_quads, lane) * 4u;
        var sum_a = vec4f(parameters[b].x, parameters[b + 1u].x, parameters[b + 2u].x, parameters[b + 3u].x);
        var sum_b = sum_a;
        for (var p = 0u; p < parts; p++) {
            let s_0 = sums[p * unit_lanes + 4u * lane];
            let s_1 = sums[p * unit_lanes + 4u * lane + 1u];
            let s_2 = sums[p * unit_lanes + 4u * lane + 2u];
            let s_3 = sums[p * unit_lanes + 4u * lane + 3u];
            sum_a += vec4f(s_0.x, s_1.x, s_2.x, s_3.x);
            sum_b += vec4f(s_0.y, s_1.y, s_2.y, s_3.y);
        }
        trace[0][layer.outputs + lane] = activate(activation, sum_a);
        trace[1][layer.outputs + lane] = activate(activation, sum_b);
    }
    workgroupBarrier();
}

/// d_i = (w_i^T d_(i+1)) * f'(z_i). All lanes must call it, because it has barriers.
fn backward(layer: Layer, lane: u32) {
    let quad_lanes = lanes_for(layer.input_quads);
    let parts = LANES / 2u / quad_lanes;
    let row = lane / (LANES / 2u);
    let part = lane / quad_lanes % parts;
    let quad = lane % quad_lanes;
    // Lanes beyond the last quad compute the last one again, and do not store it.
    let at = block_of(layer, min(quad, layer.input_quads - 1u), 0u) * 4u;
    var sum = vec4f(0.0);
    for (var i = part; i < layer.output_quads; i += parts) {
        let c = at + i * 4u;
        let block = mat4x4f(parameters[c], parameters[c + 1u], parameters[c + 2u], parameters[c + 3u]);
        sum = multiply_add(sum, block, trace[row][DELTAS + layer.outputs + i]);
    }
    sums[lane] = sum;
    workgroupBarrier();
    if part == 0u && quad < layer.input_quads {
        for (var p = 1u; p < parts; p++) {
            sum += sums[lane + p * quad_lanes];
        }
        let derivative = activation_derivative(HIDDEN_ACTIVATION, trace[row][layer.inputs + quad]);
        trace[row][DELTAS + layer.inputs + quad] = sum * derivative;
    }
    workgroupBarrier();
}

@compute @workgroup_size(LANES)
fn forward_backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32) {
    step = steps[group.z];
    let slot_start = (step.slot + group.y * groups.z) * SLOT_ROWS;
    // If the slot has an odd number of rows, the last workgroup computes its last row twice.
    let rows = vec2u(slot_start + 2u * group.x, slot_start + min(2u * group.x + 1u, SLOT_ROWS - 1u));

    for (var quad = lane; quad < QUADS_0; quad += LANES) {
        trace[0][X0 + quad] = traces[rows.x * TRACE_QUADS + X0 + quad];
        trace[1][X0 + quad] = traces[rows.y * TRACE_QUADS + X0 + quad];
    }
    workgroupBarrier();
    forward(layer_of(0u, group.z), HIDDEN_ACTIVATION, lane);
    forward(layer_of(1u, group.z), HIDDEN_ACTIVATION, lane);
    forward(layer_of(2u, group.z), OUTPUT_ACTIVATION, lane);

    // These are few operations, so one lane per row does them for all.
    if lane < 2u {
        own_row = lane;
        let row = select(rows.x, rows.y, lane == 1u);
        let head = head_of_row(labels[row]);
        heads[lane] = head;
        row_results[row] = result_of(head);
    }
    if TRAINS == 0u {
        return;
    }
    workgroupBarrier();
    for (var i = lane; i < 2u * QUADS_3; i += LANES) {
        own_row = i / QUADS_3;
        let label = labels[select(rows.x, rows.y, own_row == 1u)];
        let deltas = output_deltas(i % QUADS_3, label, heads[own_row], step.batch_rows);
        trace[own_row][DELTAS + X3 + i % QUADS_3] = deltas;
    }
    workgroupBarrier();
    backward(layer_of(2u, group.z), lane);
    backward(layer_of(1u, group.z), lane);
    for (var quad = X1 + lane; quad < TRACE_QUADS; quad += LANES) {
        traces[rows.x * TRACE_QUADS + quad] = trace[0][quad];
        traces[rows.y * TRACE_QUADS + quad] = trace[1][quad];
    }
}

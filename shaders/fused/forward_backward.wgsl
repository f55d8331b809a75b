// The forward pass, the loss and the deltas of all layers, a few rows per workgroup. For small nets, whose trace fits in
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
//   trace (ROWS, TRACE_QUADS + 1): the rows' traces, each followed by a quad of zeros
//   nonzero (MASKS): bits that say which quads of x0 are not zero in all rows
//   sums (LANES): one partial sum per lane
//   row_labels (ROWS): the rows' labels
//   heads (ROWS): the sums over the classes, and the rows' results
//
// Workgroup (x, y, z) computes rows ROWS x, ROWS x + 1, ... of slot y of net z. Rows are independent, so one dispatch
// computes all layers. Each weight is loaded once for all rows of a workgroup; lib/engine/webgpu/kernels.ts says how
// many these are.
//
// Forward, a lane takes one unit and a part of the inputs: lanes beside each other load quads beside each other, which
// the GPU combines into one access. A lane per row and quad of units then adds the parts. Backward, a lane takes one
// quad of inputs, a part of the units, and one of the rows.
//
// A lane waits long for what it loads, so what counts is how often it waits, one load after another. So it loads seven
// quads of weights at a time, or two blocks; a sum begins with its bias, and the labels are loaded with the inputs. In
// the first layer, most inputs of most images are 0: the weights of quads that are 0 in all rows are not even loaded.
//
// Barriers: one after the partial sums are stored, because lanes read those of others; one after the outputs (or
// deltas) are stored, because every lane reads them for the next layer. The second barrier also keeps fast lanes from
// overwriting `sums` while others still read it. One more follows the heads, which a lane per row computes for all.
//
// Every vector in workgroup memory is stored as a whole by one lane. WGSL may implement a store to one component as
// reading and writing all four, so another lane's store to another component could be lost.

/// 2 or 4.
const ROWS: u32 = 2;
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
var<workgroup> trace: array<array<vec4f, TRACE_QUADS + 1>, ROWS>;
var<workgroup> sums: array<vec4f, LANES>;
var<workgroup> row_labels: array<u32, ROWS>;
var<workgroup> heads: array<RowHead, ROWS>;

/// Bit b of mask m says whether quad m + MASKS * b of x0 is not zero in some row. A multiple of the parts, which are at
/// most 4, so that the quads of a mask belong to the same part.
const MASKS: u32 = (QUADS_0 + 127u) / 128u * 4u;
var<workgroup> nonzero: array<atomic<u32>, MASKS>;

/// Which of the workgroup's rows this lane computes, where it computes one.
var<private> own_row: u32;

/// A quad of the row's outputs; functions/head.wgsl calls it.
fn outputs_at(quad: u32) -> vec4f {
    return trace[own_row][X3 + quad];
}

/// The smallest power of two that is at least n and at least `least`.
fn lanes_for(n: u32, least: u32) -> u32 {
    return max(1u << (32u - countLeadingZeros(n - 1u)), least);
}

/// Four sums of products for each row. With two rows, nobody reads the last two.
struct RowSums {
    a: vec4f,
    b: vec4f,
    c: vec4f,
    d: vec4f,
}

/// Adds four weights times four inputs of all rows.
fn add_products(before: RowSums, w: vec4f, input: u32) -> RowSums {
    var after = before;
    after.a += w * trace[0][input];
    after.b += w * trace[1][input];
    if ROWS == 4u {
        after.c += w * trace[ROWS - 2u][input];
        after.d += w * trace[ROWS - 1u][input];
    }
    return after;
}

/// Four weights of a unit; beyond the last quad of inputs, those of the last.
fn weights_at(layer: Layer, i: u32, unit: u32) -> vec4f {
    return parameters[(layer.weights + min(i, layer.input_quads - 1u) * layer.output_quads) * 4u + unit];
}

/// Where quad i of the inputs is in the traces; beyond the last, where there are zeros.
fn input_at(layer: Layer, i: u32) -> u32 {
    return select(ZEROS, layer.inputs + i, i < layer.input_quads);
}

/// Adds the products of seven quads of inputs with a unit's weights. Quads beyond the last add 0.
fn add_quads(before: RowSums, layer: Layer, unit: u32, quads: array<u32, 7>) -> RowSums {
    let w_0 = weights_at(layer, quads[0], unit);
    let w_1 = weights_at(layer, quads[1], unit);
    let w_2 = weights_at(layer, quads[2], unit);
    let w_3 = weights_at(layer, quads[3], unit);
    let w_4 = weights_at(layer, quads[4], unit);
    let w_5 = weights_at(layer, quads[5], unit);
    let w_6 = weights_at(layer, quads[6], unit);
    var after = add_products(before, w_0, input_at(layer, quads[0]));
    after = add_products(after, w_1, input_at(layer, quads[1]));
    after = add_products(after, w_2, input_at(layer, quads[2]));
    after = add_products(after, w_3, input_at(layer, quads[3]));
    after = add_products(after, w_4, input_at(layer, quads[4]));
    after = add_products(after, w_5, input_at(layer, quads[5]));
    after = add_products(after, w_6, input_at(layer, quads[6]));
    return after;
}

/// Adds a unit's products with quads `part`, part + parts, part + 2 parts, ... of a layer's inputs.
fn add_all(before: RowSums, layer: Layer, unit: u32, part: u32, parts: u32) -> RowSums {
    var found = before;
    for (var i = part; i < layer.input_quads; i += 7u * parts) {
        found = add_quads(found, layer, unit, array<u32, 7>(
            i, i + parts, i + 2u * parts, i + 3u * parts, i + 4u * parts, i + 5u * parts, i + 6u * parts));
    }
    return found;
}

/// Removes the lowest bit from a mask, and returns the quad of x0 that it stands for; a quad beyond the last if there
/// is no bit.
fn take_quad(mask: u32, left: ptr<function, u32>) -> u32 {
    let bit = firstTrailingBit(*left);
    *left &= *left - 1u;
    return select(QUADS_0, mask + MASKS * bit, bit < 32u);
}

/// The same for the first layer, without the quads that are zero in all rows: they would add 0.
fn add_nonzero(before: RowSums, layer: Layer, unit: u32, part: u32, parts: u32) -> RowSums {
    var found = before;
    for (var mask = part; mask < MASKS; mask += parts) {
        var left = atomicLoad(&nonzero[mask]);
        while left != 0u {
            var quads: array<u32, 7>;
            quads[0] = take_quad(mask, &left);
            quads[1] = take_quad(mask, &left);
            quads[2] = take_quad(mask, &left);
            quads[3] = take_quad(mask, &left);
            quads[4] = take_quad(mask, &left);
            quads[5] = take_quad(mask, &left);
            quads[6] = take_quad(mask, &left);
            found = add_quads(found, layer, unit, quads);
        }
    }
    return found;
}

/// A unit's sum for the own row: of one, two or four parts, `stride` lanes apart.
fn sum_of_unit(unit: u32, stride: u32) -> f32 {
    let parts = LANES / stride;
    let s_0 = sums[unit][own_row];
    let s_1 = sums[(unit + stride) % LANES][own_row];
    let s_2 = sums[(unit + 2u * stride) % LANES][own_row];
    let s_3 = sums[(unit + 3u * stride) % LANES][own_row];
    return (s_0 + select(0.0, s_1, parts > 1u)) + select(0.0, s_2 + s_3, parts > 2u);
}

/// x_(i+1) = f(w_i x_i + b_i). All lanes must call it, because it has barriers.
fn forward(i: u32, net: u32, activation: u32, lane: u32) {
    let layer = layer_of(i, net);
    let units = layer.output_quads * 4u;
    let unit_lanes = lanes_for(units, 64u);
    let parts = LANES / unit_lanes;
    let part = lane / unit_lanes;
    // Lanes beyond the last unit compute the last one again; nobody reads their sums.
    let unit = min(lane % unit_lanes, units - 1u);
    // The first part's sums begin with the bias.
    let bias = parameters[block_of(layer, layer.input_quads, 0u) * 4u + unit].x;
    let first = vec4f(select(0.0, bias, part == 0u), 0.0, 0.0, 0.0);
    var found = RowSums(first, first, first, first);
    if i == 0u {
        found = add_nonzero(found, layer, unit, part, parts);
    } else {
        found = add_all(found, layer, unit, part, parts);
    }
    let one = vec4f(1.0);
    sums[lane] = vec4f(dot(found.a, one), dot(found.b, one), dot(found.c, one), dot(found.d, one));
    workgroupBarrier();
    let quad = lane % layer.output_quads;
    own_row = lane / layer.output_quads;
    if own_row < ROWS {
        let total = vec4f(
            sum_of_unit(quad * 4u, unit_lanes),
            sum_of_unit(quad * 4u + 1u, unit_lanes),
            sum_of_unit(quad * 4u + 2u, unit_lanes),
            sum_of_unit(quad * 4u + 3u, unit_lanes),
        );
        trace[own_row][layer.outputs + quad] = activate(activation, total);
    }
    workgroupBarrier();
}

/// Four weights of each unit of a quad: block i of those from `first` on.
fn block_at(first: u32, i: u32) -> mat4x4f {
    let c = first + i * 4u;
    return mat4x4f(parameters[c], parameters[c + 1u], parameters[c + 2u], parameters[c + 3u]);
}

/// d_i = (w_i^T d_(i+1)) * f'(z_i). All lanes must call it, because it has barriers.
fn backward(layer: Layer, lane: u32) {
    let quad_lanes = lanes_for(layer.input_quads, 16u);
    let parts = LANES / ROWS / quad_lanes;
    let row = lane / (LANES / ROWS);
    let part = lane / quad_lanes % parts;
    let quad = lane % quad_lanes;
    // Lanes beyond the last quad compute the last one again, and do not store it.
    let first = block_of(layer, min(quad, layer.input_quads - 1u), 0u) * 4u;
    let last = layer.output_quads - 1u;
    var sum = vec4f(0.0);
    for (var i = part; i <= last; i += 2u * parts) {
        let block_0 = block_at(first, i);
        let block_1 = block_at(first, min(i + parts, last));
        let deltas = trace[row][select(ZEROS, DELTAS + layer.outputs + i + parts, i + parts <= last)];
        sum = multiply_add(sum, block_0, trace[row][DELTAS + layer.outputs + i]);
        sum = multiply_add(sum, block_1, deltas);
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
    // If the slot's rows are no multiple of ROWS, the last workgroup computes its last row several times.
    let rows = slot_start + min(vec4u(group.x * ROWS) + vec4u(0u, 1u, 2u, 3u), vec4u(SLOT_ROWS - 1u));
    if lane < ROWS {
        row_labels[lane] = labels[rows[lane]];
    }
    for (var quad = lane; quad < QUADS_0; quad += LANES) {
        let a = traces[rows.x * TRACE_QUADS + X0 + quad];
        let b = traces[rows.y * TRACE_QUADS + X0 + quad];
        trace[0][X0 + quad] = a;
        trace[1][X0 + quad] = b;
        var is_nonzero = any(a != vec4f(0.0)) || any(b != vec4f(0.0));
        if ROWS == 4u {
            let c = traces[rows.z * TRACE_QUADS + X0 + quad];
            let d = traces[rows.w * TRACE_QUADS + X0 + quad];
            trace[ROWS - 2u][X0 + quad] = c;
            trace[ROWS - 1u][X0 + quad] = d;
            is_nonzero |= any(c != vec4f(0.0)) || any(d != vec4f(0.0));
        }
        if is_nonzero {
            atomicOr(&nonzero[quad % MASKS], 1u << (quad / MASKS));
        }
    }
    workgroupBarrier();
    forward(0u, group.z, HIDDEN_ACTIVATION, lane);
    forward(1u, group.z, HIDDEN_ACTIVATION, lane);
    forward(2u, group.z, OUTPUT_ACTIVATION, lane);

    // These are few operations, so one lane per row does them for all.
    own_row = lane % ROWS;
    if lane < ROWS {
        let head = head_of_row(row_labels[own_row]);
        heads[own_row] = head;
        row_results[rows[own_row]] = result_of(head);
    }
    if TRAINS == 0u {
        return;
    }
    workgroupBarrier();
    for (var quad = lane / ROWS; quad < QUADS_3; quad += LANES / ROWS) {
        let deltas = output_deltas(quad, row_labels[own_row], heads[own_row], step.batch_rows);
        trace[own_row][DELTAS + X3 + quad] = deltas;
    }
    workgroupBarrier();
    backward(layer_of(2u, group.z), lane);
    backward(layer_of(1u, group.z), lane);
    for (var quad = X1 + lane; quad < TRACE_QUADS; quad += LANES) {
        traces[rows.x * TRACE_QUADS + quad] = trace[0][quad];
        traces[rows.y * TRACE_QUADS + quad] = trace[1][quad];
        if ROWS == 4u {
            traces[rows.z * TRACE_QUADS + quad] = trace[ROWS - 2u][quad];
            traces[rows.w * TRACE_QUADS + quad] = trace[ROWS - 1u][quad];
        }
    }
}

// The forward pass, the loss and the deltas of all layers, one row per workgroup. For small nets, whose trace fits in
// workgroup memory. See functions/layers.wgsl for letters, names and layouts.
//   x1 = f(w0 x0 + b0);  x2 = f(w1 x1 + b1);  x3 = f(w2 x2 + b2)
//   d3 as in functions/head.wgsl;  d2 = (w2^T d3) * f'(z2);  d1 = (w1^T d2) * f'(z1)
//
// Arrays, in quads of four numbers:
//   labels (slots, SLOT_ROWS) of u32, read
//   parameters: the blocks of all layers, read
//   traces (slots, SLOT_ROWS, TRACE_QUADS): x0 is read; the rest of the row's trace is written, for the update
//   row_results (slots, SLOT_ROWS): written
// and in workgroup memory:
//   trace (TRACE_QUADS): the row's trace
//   sums (PARTS, QUAD_LANES): one partial sum per lane
//   head: the sums over the classes, and the row's results
//
// Workgroup (x, y) computes row x of slot y. Rows are independent, so one dispatch computes all layers. The LANES
// invocations are numbered (part, quad lane). They compute QUAD_LANES quads of outputs at a time: PARTS lanes per
// quad add up a part of the inputs each, and the lane of part 0 adds the parts. Without parts, a lane would load and
// add D / 4 products one after the other; with parts, it is D / 4 / PARTS.
//
// Barriers: one after the partial sums are stored, because the lanes of part 0 read those of other lanes; one after
// the outputs (or deltas) are stored, because every lane reads them for the next layer. The second barrier also keeps
// fast lanes from overwriting `sums` while others still read it. One more follows the head, which lane 0 computes for
// all lanes.
//
// Every vector in workgroup memory is stored as a whole by one lane. WGSL may implement a store to one component as
// reading and writing all four, so another lane's store to another component could be lost.

const QUAD_LANES: u32 = 16;
const PARTS: u32 = 16;
const LANES: u32 = QUAD_LANES * PARTS;

const CLASSES: u32 = 10;
const HIDDEN_ACTIVATION: u32 = 0;
const OUTPUT_ACTIVATION: u32 = 0;

/// An absent row has label ABSENT and inputs 0.
@group(0) @binding(0) var<storage, read> labels: array<u32>;
@group(0) @binding(1) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(2) var<storage, read> step_info: Step;
@group(0) @binding(3) var<storage, read_write> traces: array<vec4f>;
/// See `result_of` in functions/head.wgsl.
@group(0) @binding(4) var<storage, read_write> row_results: array<vec4f>;

var<workgroup> trace: array<vec4f, TRACE_QUADS>;
var<workgroup> sums: array<vec4f, LANES>;
var<workgroup> head: RowHead;

/// The row's output for class c; functions/head.wgsl calls it.
fn x3(c: u32) -> f32 {
    return trace[X3 + c / 4u][c % 4u];
}

/// Adds the partial sums of a quad, always in the same order.
fn sum_of_parts(quad_lane: u32) -> vec4f {
    var sum = vec4f(0.0);
    for (var part = 0u; part < PARTS; part++) {
        sum += sums[part * QUAD_LANES + quad_lane];
    }
    return sum;
}

/// x_(i+1) = f(w_i x_i + b_i), QUAD_LANES quads at a time. All lanes must call it, because it has barriers.
fn forward(layer: Layer, activation: u32, lane: u32) {
    let part = lane / QUAD_LANES;
    for (var first = 0u; first < layer.output_quads; first += QUAD_LANES) {
        let quad = first + lane % QUAD_LANES;
        var sum = vec4f(0.0);
        // Lanes beyond the layer's last quad have nothing to add up. The `if` only saves their loads.
        if quad < layer.output_quads {
            for (var i = part; i < layer.input_quads; i += PARTS) {
                sum += trace[layer.inputs + i] * parameters[block_of(layer, i, quad)];
            }
        }
        sums[lane] = sum;
        workgroupBarrier();
        // This guard also prevents stores beyond the end of the trace.
        if part == 0u && quad < layer.output_quads {
            let biases = vec4f(1.0, 0.0, 0.0, 0.0) * parameters[block_of(layer, layer.input_quads, quad)];
            trace[layer.outputs + quad] = activate(activation, sum_of_parts(lane) + biases);
        }
        workgroupBarrier();
    }
}

/// d_i = (w_i^T d_(i+1)) * f'(z_i), QUAD_LANES quads at a time. All lanes must call it, because it has barriers.
fn backward(layer: Layer, lane: u32) {
    let part = lane / QUAD_LANES;
    for (var first = 0u; first < layer.input_quads; first += QUAD_LANES) {
        let quad = first + lane % QUAD_LANES;
        var sum = vec4f(0.0);
        // Saves loads, as in `forward`.
        if quad < layer.input_quads {
            for (var i = part; i < layer.output_quads; i += PARTS) {
                sum += parameters[block_of(layer, quad, i)] * trace[DELTAS + layer.outputs + i];
            }
        }
        sums[lane] = sum;
        workgroupBarrier();
        if part == 0u && quad < layer.input_quads {
            let derivative = activation_derivative(HIDDEN_ACTIVATION, trace[layer.inputs + quad]);
            trace[DELTAS + layer.inputs + quad] = sum_of_parts(lane) * derivative;
        }
        workgroupBarrier();
    }
}

@compute @workgroup_size(LANES)
fn forward_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let row = (step_info.slot + group.y) * SLOT_ROWS + group.x;
    let label = labels[row];

    for (var quad = lane; quad < QUADS_0; quad += LANES) {
        trace[X0 + quad] = traces[row * TRACE_QUADS + X0 + quad];
    }
    workgroupBarrier();
    forward(layer_of(0u), HIDDEN_ACTIVATION, lane);
    forward(layer_of(1u), HIDDEN_ACTIVATION, lane);
    forward(layer_of(2u), OUTPUT_ACTIVATION, lane);

    // These are few operations, so one lane does them for all.
    if lane == 0u {
        head = head_of_row(label);
        row_results[row] = result_of(head);
    }
    workgroupBarrier();
    if step_info.evaluate == 1u {
        return;
    }

    for (var quad = lane; quad < QUADS_3; quad += LANES) {
        trace[DELTAS + X3 + quad] = output_deltas(quad, label, head, step_info.batch_rows);
    }
    workgroupBarrier();
    backward(layer_of(2u), lane);
    backward(layer_of(1u), lane);
    for (var quad = X1 + lane; quad < TRACE_QUADS; quad += LANES) {
        traces[row * TRACE_QUADS + quad] = trace[quad];
    }
}

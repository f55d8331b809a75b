// The gradient of all parameters, and the optimizer's step in place, for small nets. See functions/layers.wgsl for
// letters, names and layouts.
//   dw_i = sum over the rows of d_(i+1) x_i^T;  db_i = sum over the rows of d_(i+1)
// The deltas d are derivatives of the batch's mean loss, so this sum is the averaged gradient. A bias is the weight of
// a constant input 1, so it needs no code of its own.
//
// Arrays, in quads of four numbers:
//   traces (slots, SLOT_ROWS, TRACE_QUADS): x0, x1, x2 and d1, d2, d3 are read
//   parameters, first_moments, second_moments (blocks, 4): a block's four columns; read and written
//   gradient (blocks, 4): the sum so far, if a batch takes several slots
// and in workgroup memory:
//   sums (4, PARTS, QUAD_LANES): one block per lane, column by column
//
// A lane sums one block, for a part of the rows. Then the lane of part c adds up the parts' sums of column c, for the
// first four parts. Workgroup x takes
// QUAD_LANES quads of units; workgroup y takes one quad of inputs, numbered through all three layers. A tile, as in
// tiled/update.wgsl, would load less, but a small net has too few tiles to keep a GPU busy. One lane alone updates a
// parameter, so updating in place is safe.
//
// Barrier: after the lanes' sums are stored, because lanes read those of others.

const QUAD_LANES: u32 = 16;
/// At least 4.
const PARTS: u32 = 8;
const LANES: u32 = QUAD_LANES * PARTS;

@group(0) @binding(0) var<storage, read> traces: array<vec4f>;
@group(0) @binding(1) var<storage, read> steps: array<Step>;
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> second_moments: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;

/// The workgroups in y of the first two layers. Each layer has one more quad of inputs, for the biases.
const ROWS_0: u32 = QUADS_0 + 1;
const ROWS_1: u32 = QUADS_1 + 1;

var<workgroup> sums: array<array<vec4f, LANES>, 4>;

/// The outer product d x^T: column u is x * d_u.
fn outer(x: vec4f, d: vec4f) -> mat4x4f {
    return mat4x4f(x * d.x, x * d.y, x * d.z, x * d.w);
}

/// A quad of a row's inputs. The quad after the last is the constant (1, 0, 0, 0), for the biases; for it, `min` only
/// keeps the load among the row's inputs.
fn load_inputs(layer: Layer, row: u32, quad: u32) -> vec4f {
    let inputs = traces[row * TRACE_QUADS + layer.inputs + min(quad, layer.input_quads - 1u)];
    return select(inputs, vec4f(1.0, 0.0, 0.0, 0.0), quad == layer.input_quads);
}

@compute @workgroup_size(LANES)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = steps[group.z];
    var layer = layer_of(0u, group.z);
    var quad = group.y;
    if group.y >= ROWS_0 + ROWS_1 {
        layer = layer_of(2u, group.z);
        quad -= ROWS_0 + ROWS_1;
    } else if group.y >= ROWS_0 {
        layer = layer_of(1u, group.z);
        quad -= ROWS_0;
    }
    // The dispatch is as wide as the widest layer needs; in others, workgroups beyond the last unit have no work.
    if group.x * QUAD_LANES >= layer.output_quads {
        return;
    }
    let part = lane / QUAD_LANES;
    let unit_quad = group.x * QUAD_LANES + lane % QUAD_LANES;
    let end = step.slot * SLOT_ROWS + step.rows;
    // Lanes beyond the last quad of units sum the last one again and do not store it.
    let deltas = DELTAS + layer.outputs + min(unit_quad, layer.output_quads - 1u);

    var sum = mat4x4f();
    for (var row = step.slot * SLOT_ROWS + part; row < end; row += PARTS) {
        sum += outer(load_inputs(layer, row, quad), traces[row * TRACE_QUADS + deltas]);
    }
    for (var column = 0u; column < 4u; column++) {
        sums[column][lane] = sum[column];
    }
    workgroupBarrier();
    if part < 4u && unit_quad < layer.output_quads {
        var total = vec4f(0.0);
        for (var p = 0u; p < PARTS; p++) {
            total += sums[part][p * QUAD_LANES + lane % QUAD_LANES];
        }
        add_gradient(block_of(layer, quad, unit_quad) * 4u + part, total);
    }
}

// Softmax, loss and the deltas d3 of the output layer, for a slot of rows. See functions/head.wgsl for the formulas,
// and functions/layers.wgsl for letters, names and layouts.
//
// Arrays, in quads of four numbers:
//   labels (slots, SLOT_ROWS) of u32, read
//   traces (slots, SLOT_ROWS, TRACE_QUADS): x3 is read, d3 is written
//   row_results (slots, SLOT_ROWS): written
//
// Invocation x computes row x for all classes: C is small, so there is nothing to divide within a row. Invocations
// share nothing, so there is no barrier.

const CLASSES: u32 = 10;
const OUTPUT_ACTIVATION: u32 = 0;
const LANES: u32 = 64;

/// An absent row has label ABSENT.
@group(0) @binding(0) var<storage, read> labels: array<u32>;
@group(0) @binding(1) var<storage, read> steps: array<Step>;
@group(0) @binding(2) var<storage, read_write> traces: array<vec4f>;
/// See `result_of` in functions/head.wgsl.
@group(0) @binding(3) var<storage, read_write> row_results: array<vec4f>;

var<private> row: u32;

/// A quad of the row's outputs; functions/head.wgsl calls it.
fn outputs_at(quad: u32) -> vec4f {
    return traces[row * TRACE_QUADS + X3 + quad];
}

@compute @workgroup_size(LANES)
fn output_head(@builtin(global_invocation_id) id: vec3u) {
    // Rows beyond this slot's belong to the next slot.
    if id.x >= SLOT_ROWS {
        return;
    }
    step = steps[id.z];
    row = step.slot * SLOT_ROWS + id.x;
    let label = labels[row];
    let head = head_of_row(label);
    row_results[row] = result_of(head);
    for (var quad = 0u; quad < QUADS_3; quad++) {
        let deltas = output_deltas(quad, label, head, step.batch_rows);
        traces[row * TRACE_QUADS + DELTAS + X3 + quad] = deltas;
    }
}
